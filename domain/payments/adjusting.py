"""Settles receipts without money: by a credit of the payer, by its deduction, or by writing an amount off.

Small differences are written off by the agreement's rule when the money comes. One person may write off up to the
agreement's limit, by default nothing. More takes two: one proposes, and another confirms that very amount.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from domain.agreement.model import Agreement
from domain.commands import AdjustReceipt, Command, ConfirmWriteOff, DeclineWriteOff, UndoAdjustment, require
from domain.errors import BadInput, IllegalTransition, NotFound, SamePerson, StaleApproval
from domain.events import Event, ReceiptAdjusted, ReceiptAdjustmentUndone, WriteOffDeclined, WriteOffProposed
from domain.identity import Person
from domain.milestones import Milestone
from domain.payments.credit import Credits, of_production, the_credit
from domain.payments.late_interest import claimed_when_paid
from domain.payments.receipts import WAITING, Receipt, apply
from domain.values.money import Money

_DEDUCTED = frozenset({"tax", "charges"})
BY_RULE = "the difference is within what the agreement writes off"


def adjust(
    command: AdjustReceipt,
    receipts: Mapping[str, Receipt],
    credits_: Credits,
    milestones: Mapping[str, Milestone],
    agreement: Agreement,
    person: Person,
    today: date,
) -> list[Event]:
    """Settle a part of a receipt without money, or propose to write it off.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such receipt or credit.
        BadInput: the amounts, the names or the documents do not fit.
        IllegalTransition: nothing of the receipt is outstanding, or a proposal waits already.
    """
    receipt = _the_receipt(receipts, command.receipt, command, agreement, person)
    if receipt.status not in WAITING or not receipt.outstanding.minor:
        raise IllegalTransition(f"Nothing of {receipt.id} is outstanding: it is {receipt.status}.")
    if command.name and command.to != "credit":
        raise BadInput(f"Only a credit has a place where it stands: leave {command.name!r} out.")
    if bool(command.documents) is not (command.to in _DEDUCTED):
        why = "names its certificate: add --document NAME=FILE" if not command.documents else "has no certificate"
        raise BadInput(f"A {command.to} {why}.")
    name, amount = "", command.amount or receipt.outstanding
    if command.to == "credit":
        name, amount = _credit(command, receipt, credits_, agreement)
    if amount.currency != receipt.amount.currency or not 0 < amount.minor <= receipt.outstanding.minor:
        raise BadInput(f"{receipt.outstanding} of {receipt.id} is outstanding, of which {amount} cannot be settled.")
    if command.to == "write-off" and amount.minor > _limit(agreement, "by_one", amount.currency):
        return [_proposed(command, receipt, amount)]
    written_off = _adjusted(receipt, amount, today, command.by, command.reason)
    said = {"to": command.to, "name": name, "documents": command.documents}
    return _with_interest(written_off.model_copy(update=said), receipt, milestones, agreement)


def _credit(command: AdjustReceipt, receipt: Receipt, credits_: Credits, agreement: Agreement) -> tuple[str, Money]:
    """Where the payer's credit stands, and what of it is used: as much as is outstanding, if no amount is named."""
    name = command.name or receipt.account
    owners = {account.id: account.owner for account in agreement.accounts}
    if not name.startswith(of_production("")) and owners.get(name) != owners[receipt.account]:
        raise BadInput(f"{name} is no account of {owners[receipt.account]}, to which {receipt.id} is owed.")
    credit, wanted = the_credit(credits_, name, receipt.payer_party, command.amount)
    if command.amount is None and credit.amount.currency == receipt.amount.currency:
        wanted = min(credit.amount, receipt.outstanding)
    return name, wanted


def _proposed(command: AdjustReceipt, receipt: Receipt, amount: Money) -> WriteOffProposed:
    if receipt.proposed is not None:
        raise IllegalTransition(
            f"{receipt.proposed.by} proposed to write off {receipt.proposed.amount} of {receipt.id}: confirm or "
            "decline that first."
        )
    return WriteOffProposed(receipt=receipt.id, amount=amount, by=command.by, reason=command.reason)


def confirm(
    command: ConfirmWriteOff,
    receipts: Mapping[str, Receipt],
    milestones: Mapping[str, Milestone],
    agreement: Agreement,
    person: Person,
    today: date,
) -> list[Event]:
    """Write off what another person proposed.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        SamePerson: the person proposed it.
        StaleApproval: another amount was proposed, or less is outstanding by now.
        IllegalTransition: nothing was proposed.
    """
    receipt = _the_receipt(receipts, command.receipt, command, agreement, person)
    proposed = receipt.proposed
    if proposed is None:
        raise IllegalTransition(f"Nobody proposed to write off anything of {receipt.id}.")
    if person.is_behind(proposed.by):
        who = person.known_as(proposed.by)
        raise SamePerson(f"{who} proposed it and may not confirm it: ask a colleague.", user=person.user)
    if proposed.amount != command.amount or command.amount > receipt.outstanding:
        raise StaleApproval(
            f"{proposed.by} proposed to write off {proposed.amount} of {receipt.id}, of which {receipt.outstanding} is "
            f"outstanding: {command.amount} cannot be confirmed."
        )
    written_off = _adjusted(receipt, proposed.amount, today, command.by, proposed.reason)
    confirmed = written_off.model_copy(update={"proposed_by": proposed.by})
    return _with_interest(confirmed, receipt, milestones, agreement)


def _with_interest(
    adjusted: ReceiptAdjusted, receipt: Receipt, milestones: Mapping[str, Milestone], agreement: Agreement
) -> list[Event]:
    """An adjustment, and the late interest that the agreement claims by itself once nothing is outstanding."""
    before, after = {receipt.id: receipt}, {receipt.id: receipt}
    apply(after, adjusted, adjusted.on)
    return [adjusted, *claimed_when_paid(agreement, milestones, before, after, adjusted.on, adjusted.by)]


def decline(
    command: DeclineWriteOff, receipts: Mapping[str, Receipt], agreement: Agreement, person: Person
) -> list[Event]:
    """Take a proposal off the table.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        IllegalTransition: nothing was proposed.
    """
    receipt = _the_receipt(receipts, command.receipt, command, agreement, person)
    if receipt.proposed is None:
        raise IllegalTransition(f"Nobody proposed to write off anything of {receipt.id}.")
    return [WriteOffDeclined(receipt=receipt.id, by=command.by, reason=command.reason)]


def undo(command: UndoAdjustment, receipts: Mapping[str, Receipt], agreement: Agreement, person: Person) -> list[Event]:
    """Take an adjustment back, by default the newest that stands.

    Raises:
        WrongRole: the person is no treasurer of the account's owner.
        NotFound: there is no such adjustment, or it was taken back already.
    """
    receipt = _the_receipt(receipts, command.receipt, command, agreement, person)
    standing = {one.number: one for one in receipt.standing()}
    found = standing.get(command.number or max(standing, default=0))
    if found is None:
        raise NotFound(f"{receipt.id} has no adjustment {command.number or ''} that stands.".replace("  ", " "))
    undone = ReceiptAdjustmentUndone(
        receipt=receipt.id,
        number=found.number,
        to=found.to,
        name=found.name,
        payer_party=receipt.payer_party,
        purpose=receipt.purpose,
        amount=found.amount,
        on=found.on,
        by=command.by,
        reason=command.reason,
    )
    return [undone]


def written_off_by_rule(agreement: Agreement, receipt: Receipt, on: date, by: str) -> Iterator[ReceiptAdjusted]:
    """Write off what is left of an owed receipt after money came, if the agreement's rule covers it."""
    left = receipt.outstanding
    if receipt.status in WAITING and 0 < left.minor <= _limit(agreement, "by_rule", left.currency):
        yield _adjusted(receipt, left, on, by, BY_RULE)


def _the_receipt(
    receipts: Mapping[str, Receipt], name: str, command: Command, agreement: Agreement, person: Person
) -> Receipt:
    receipt = receipts.get(name)
    if receipt is None:
        raise NotFound(f"There is no receipt {name}: `sluice payment expected` lists them.", receipt=name)
    owner = agreement.account(receipt.account).owner
    require(person, type(command), (owner,), f"settle {receipt.id} without money")
    return receipt


def _limit(agreement: Agreement, who: str, currency: str) -> int:
    """The minor units of a currency that are written off by rule, or by one person."""
    limits: tuple[Money, ...] = getattr(agreement.write_off, who, ())
    return next((limit.minor for limit in limits if limit.currency == currency), 0)


def _adjusted(receipt: Receipt, amount: Money, on: date, by: str, reason: str) -> ReceiptAdjusted:
    """A write-off of an amount."""
    return ReceiptAdjusted(
        receipt=receipt.id,
        number=1 + max((one.number for one in receipt.adjustments), default=0),
        to="write-off",
        name="",
        payer_party=receipt.payer_party,
        purpose=receipt.purpose,
        amount=amount,
        on=on,
        documents={},
        by=by,
        reason=reason,
    )
