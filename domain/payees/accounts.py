"""Bank accounts of payees: the one in force, and how it changes.

The account in force on a day is that of the agreement, unless a confirmed change is in force: then that of the newest.
A change is proposed with evidence, confirmed by a second person who called the payee, and in force after a cooling-off.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from domain.agreement.checks.accounts import number_findings
from domain.agreement.model import Account, Agreement, Control
from domain.agreement.payees import payees as paid_by
from domain.commands import ConfirmAccount, ProposeAccount, RefuseAccount, require
from domain.errors import BadInput, IllegalTransition, NotFound, SamePerson
from domain.events import (
    AccountChangeConfirmed,
    AccountChangeProposed,
    AccountChangeRefused,
    AccountDetails,
    Event,
)
from domain.identity import Person
from domain.payees.model import Payees, details_of

_DETAILS = frozenset(AccountDetails.model_fields)


def in_force(agreement: Agreement, payees: Payees, on: date | None) -> Agreement:
    """The agreement with the accounts that payments of a day go to. Without a day, those of its document."""
    changed: dict[str, AccountDetails] = {}
    if on is not None:
        changed = {change.account: change.details for change in payees.changes if change.in_force(on)}
    if not changed:
        return agreement
    accounts = tuple(
        account.model_copy(update=dict(changed[account.id])) if account.id in changed else account
        for account in agreement.accounts
    )
    return agreement.model_copy(update={"accounts": accounts})


def is_new(payees: Payees, account: str, on: date, last_paid_on: date | None) -> bool:
    """Whether nothing was paid yet to the account in force on a day. `last_paid_on` is that to the account id."""
    since = next((change.in_force_on for change in payees.changes_of(account) if change.in_force(on)), None)
    return last_paid_on is None or (since is not None and last_paid_on < since)


def payers(agreement: Agreement, account: str) -> tuple[str, ...]:
    """The parties whose accounts pay an account; if none does, those that own a controlled account."""
    debtors = [debtor for debtor, paid in paid_by(agreement).items() if account in {one.id for one in paid}]
    return owners(agreement, debtors) or owners(agreement, [one.id for one in agreement.accounts])


def owners(agreement: Agreement, accounts: Iterable[str]) -> tuple[str, ...]:
    """The parties that own these accounts, of those that Sluice controls."""
    named = set(accounts)
    ours = [one for one in agreement.controlled if one.id in named]
    return tuple(dict.fromkeys(one.owner for one in ours))


def propose(payees: Payees, agreement: Agreement, command: ProposeAccount, person: Person, today: date) -> list[Event]:
    """Propose another bank account for a payee.

    Raises:
        NotFound: the agreement has no such account of a payee.
        IllegalTransition: an earlier change of the account is open.
        BadInput: number and bank do not fit, or are those in force.
    """
    account = _payee_account(agreement, command.account)
    require(person, ProposeAccount, payers(agreement, account.id), f"change the account {account.id}")
    before = next(payees.changes_of(account.id), None)
    if before is not None and before.open(today):
        raise IllegalTransition(
            f"Change {before.id} is {before.status} and not in force yet: wait for it, or refuse it "
            f"(`sluice account refuse {agreement.production} {before.id}`).",
            change=before.id,
        )
    details = AccountDetails(**{name: getattr(command, name) for name in _DETAILS})
    _check(account, details)
    now = next(one for one in in_force(agreement, payees, today).accounts if one.id == account.id)
    if details == details_of(now) and (before is None or before.status != "refused"):
        raise BadInput(f"That is the account {account.id} as it is: nothing changes.", account=account.id)
    return [_proposed(payees, account.id, details, command.evidence, command.reason, person.user)]


def _payee_account(agreement: Agreement, name: str) -> Account:
    for account in agreement.accounts:
        if account.id == name and account.control is Control.EXTERNAL:
            return account
    raise NotFound(
        f"{agreement.production} has no payee's account {name!r}: `sluice account list` lists them; an account of "
        "ours is changed by an amendment.",
        account=name,
    )


def _check(account: Account, details: AccountDetails) -> None:
    for finding in number_findings((), account.model_copy(update=dict(details))):
        raise BadInput(f"{account.id}: {finding.sentence}", account=account.id)


def _proposed(
    payees: Payees,
    account: str,
    details: AccountDetails,
    evidence: dict[str, str],
    reason: str,
    by: str,
    *,
    added: bool = False,
) -> AccountChangeProposed:
    return AccountChangeProposed(
        change=f"{account}/{1 + sum(1 for _ in payees.changes_of(account))}",
        account=account,
        evidence=evidence,
        reason=reason,
        by=by,
        added=added,
        **dict(details),
    )


def confirm(payees: Payees, agreement: Agreement, command: ConfirmAccount, person: Person, today: date) -> list[Event]:
    """Confirm a change after a call-back. It is in force when the agreement's cooling-off is over.

    Raises:
        IllegalTransition: the change is not waiting for that.
        SamePerson: the person proposed it.
        BadInput: the call was not after the proposal, or went to a number that the agreement does not know.
    """
    change = payees.change(command.change)
    account = _payee_account(agreement, change.account)
    require(person, ConfirmAccount, payers(agreement, account.id), f"confirm the change {change.id}")
    if change.status != "proposed":
        raise IllegalTransition(f"Change {change.id} is {change.status}: only a proposed one can be confirmed.")
    if person.is_behind(change.proposed_by):
        who = person.known_as(change.proposed_by)
        raise SamePerson(f"{who} proposed the change {change.id} and may not confirm it: ask a colleague.")
    if not change.proposed_on <= command.called_on <= today:
        raise BadInput(
            f"The call-back was on {command.called_on}: it is made after the proposal, from {change.proposed_on} to "
            f"{today}."
        )
    _check_known(agreement, account, command.phone)
    told = command.model_dump(include={"change", "called", "phone", "known_from", "called_on", "said"})
    on = in_force_from(agreement, today)
    return [AccountChangeConfirmed.model_validate({**told, "by": person.user, "in_force_on": on})]


def in_force_from(agreement: Agreement, confirmed_on: date) -> date:
    """The day from which a change is in force that is confirmed on a day."""
    return confirmed_on + timedelta(days=agreement.payment_controls.cooling_off_days)


def _check_known(agreement: Agreement, account: Account, phone: str) -> None:
    """Check that a call went to a number of the payee's contacts, if the agreement has any."""
    known = [one.phone for one in agreement.party(account.owner).contacts if one.phone is not None]
    if known and _digits(phone) not in {_digits(one) for one in known}:
        raise BadInput(
            f"{phone} is no number that the agreement has of {account.owner}: call {' or '.join(known)}, never a "
            "number that came with the change.",
            party=account.owner,
        )


def _digits(phone: str) -> str:
    return "".join(letter for letter in phone if letter.isdigit())


def refuse(payees: Payees, agreement: Agreement, command: RefuseAccount, person: Person, today: date) -> list[Event]:
    """Refuse a change that is not in force yet.

    Raises:
        IllegalTransition: it is in force, or refused already.
    """
    change = payees.change(command.change)
    require(person, RefuseAccount, payers(agreement, change.account), f"refuse the change {change.id}")
    if change.status == "refused" or change.in_force(today):
        standing = "in force" if change.in_force(today) else "refused"
        raise IllegalTransition(f"Change {change.id} is {standing}: propose another account instead.")
    return [AccountChangeRefused(change=change.id, reason=command.reason, by=person.user)]


def added(
    payees: Payees, before: Agreement, after: Agreement, paid: Iterable[str], document: str, by: str
) -> Iterator[Event]:
    """The changes that an amendment makes by adding accounts of known payees.

    Known are parties that had an account, and those in `paid`. The first account of another party comes with the
    document, which all have approved.
    """
    had = {one.id for one in before.accounts}
    known = {one.owner for one in before.accounts} | set(paid)
    for account in after.accounts:
        if account.control is Control.EXTERNAL and account.id not in had and account.owner in known:
            reason = f"version {after.version} of the agreement adds it"
            evidence = {"agreement": document}
            yield _proposed(payees, account.id, details_of(account), evidence, reason, by, added=True)
