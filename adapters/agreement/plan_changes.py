"""Changes of a plan, written into an agreement's document: what is dropped, moved or cancelled, and what follows.

The result is the next version, for the parties to look at and to approve like any amendment. Comments stay.
"""

import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ruamel.yaml import YAML

from domain.agreement.clauses import IfCancelled
from domain.agreement.model import Agreement, DueAfter, Instalment
from domain.agreement.schedule import amounts
from domain.errors import BadInput, NotFound
from domain.values.money import Money, convert, total

Document = Any
"""The document as ruamel.yaml reads it for a round trip."""
Change = Callable[[Document, Agreement], None]
"""Changes the document of an agreement."""
_WIDE = 4096
_NAME_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """What was done under the instalments of a milestone, by their ids. Everything else is only promised."""

    paid: Mapping[str, Money]
    """Paid by us: the amounts of the instalments."""
    due: Collection[str]
    """Owed, on its way, received, or held: the agreement's change does not touch it."""


def changed(raw: bytes, agreement: Agreement, today: date, change: Change) -> bytes:
    """Return the document of the next version, in force from today, with a change made in it.

    Raises:
        NotFound, BadInput: as the change does.
    """
    yaml = YAML(typ="rt")
    yaml.width, yaml.preserve_quotes = _WIDE, True
    yaml.representer.ignore_aliases = lambda _: True  # two equal days are written out twice
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(raw)
    change(document, agreement)
    document["version"] = agreement.version + 1
    document["effective_on"] = today
    into = io.BytesIO()
    yaml.dump(document, into)
    return into.getvalue()


def drop_instalment(name: str) -> Change:
    """Take an instalment out of the schedule, and its amount out of its total."""

    def change(document: Document, agreement: Agreement) -> None:
        """Drop it."""
        _instalment(agreement, name)
        _without(document, agreement, {name})

    return change


def drop_milestone(name: str) -> Change:
    """Take a milestone out with the instalments that come after it."""

    def change(document: Document, agreement: Agreement) -> None:
        """Drop it."""
        _milestone(agreement, name)
        _without(document, agreement, {one.id for one in _after(agreement, name)})
        document["milestones"] = _kept(document["milestones"], {name})
        _waited_for_no_more(document, name)

    return change


def move_instalment(name: str, to: date) -> Change:
    """Move an instalment that is due on a date to another."""

    def change(document: Document, agreement: Agreement) -> None:
        """Move it."""
        instalment = _instalment(agreement, name)
        if isinstance(instalment.due, DueAfter):
            raise BadInput(f"{name} is due after {instalment.due.milestone}: move that milestone, or amend its terms.")
        _item(document["schedule"], name)["due"]["on"] = to

    return change


def move_milestone(name: str, to: date) -> Change:
    """Plan a milestone for another day."""

    def change(document: Document, agreement: Agreement) -> None:
        """Move it."""
        _milestone(agreement, name)
        _item(document["milestones"], name)["planned_on"] = to

    return change


def cancel_milestone(name: str, reason: str, today: date, standing: Standing, due_on: Callable[[int], date]) -> Change:
    """Mark a milestone as cancelled: what is only promised falls away, less kill fees; what was paid is claimed back.

    `due_on` gives the day that is so many business days from today.
    """

    def change(document: Document, agreement: Agreement) -> None:
        """Cancel it."""
        if _milestone(agreement, name).cancelled is not None:
            raise BadInput(f"{name} is cancelled already.")
        own, resolved = _after(agreement, name), amounts(agreement)
        promised = [one for one in own if one.id not in standing.paid and one.id not in standing.due]
        _item(document["milestones"], name)["cancelled"] = {"on": today, "reason": reason}
        _waited_for_no_more(document, name)
        taken = {one.id for one in agreement.schedule}
        added = []
        for one in own:
            terms = one.if_cancelled or IfCancelled()
            if one in promised:
                fee = _part(resolved[one.id], terms.kill_fee_percent)
                added += [_kill_fee(one, fee, due_on(terms.business_days), taken)] if fee.minor else []
            elif one.id in standing.paid:
                back = _part(standing.paid[one.id], terms.claim_back_percent)
                into = _taker(agreement, one, back.currency) if back.minor else ""
                added += [_claim(one, into, back, due_on(terms.business_days), taken)] if back.minor else []
        _without(document, agreement, {one.id for one in promised})
        document["schedule"].extend(added)

    return change


def _part(amount: Money, percent: Decimal) -> Money:
    """A part of an amount, rounded once, half to even."""
    return convert(amount, Fraction(percent) / 100, amount.currency)


def _kill_fee(of: Instalment, fee: Money, on: date, taken: set[str]) -> dict[str, Any]:
    ends = {"payer": of.payer, "payee": of.payee}
    return _added(of, "K", f"Kill fee: {of.title}", ends, fee, on, taken)


def _taker(agreement: Agreement, paid: Instalment, currency: str) -> str:
    """The account of its payer that takes money of an instalment back: the same one, or else one in the currency."""
    payer = agreement.account(paid.payer)
    own = [payer, *(one for one in agreement.accounts if one.owner == payer.owner and one.control is payer.control)]
    found = next((one for one in own if one.currency == currency), None)
    if found is None:
        raise BadInput(
            f"{paid.id} was paid in {currency}, and {payer.owner} has no account in {currency} that could take it "
            "back: amend one in first."
        )
    return found.id


def _claim(of: Instalment, into: str, back: Money, on: date, taken: set[str]) -> dict[str, Any]:
    ends = {"payer": of.payee, "payee": into, "claims_back": of.id}
    return _added(of, "B", f"Claimed back: {of.title}", ends, back, on, taken)


def _added(
    of: Instalment, letter: str, title: str, ends: Mapping[str, str], amount: Money, on: date, taken: set[str]
) -> dict[str, Any]:
    base, number = of.id[: _NAME_LETTERS - 3], 1
    while (name := f"{base}-{letter}{number}") in taken:
        number += 1
    taken.add(name)
    common = {"id": name, "title": title[:140], "purpose": of.purpose.value}
    return {**common, **ends, "amount": str(amount), "due": {"on": on}}


def _without(document: Document, agreement: Agreement, gone: Collection[str]) -> None:
    """Take instalments out, and their amounts out of their totals; no other instalment changes its amount."""
    resolved = amounts(agreement)
    of = {one.id: one.of for one in agreement.schedule}
    touched = {of[name] for name in gone if of[name] is not None}
    for one in agreement.schedule:
        if one.of in touched and one.id not in gone and one.percent is not None:
            item = _item(document["schedule"], one.id)
            item.insert(list(item).index("percent"), "amount", str(resolved[one.id]))
            del item["percent"]
    document["schedule"] = _kept(document["schedule"], gone)
    left = {one.of for one in agreement.schedule if one.id not in gone}
    for contract in agreement.totals:
        if contract.id in touched:
            less = total((resolved[name] for name in gone if of[name] == contract.id), contract.amount.currency)
            _item(document["totals"], contract.id)["amount"] = str(contract.amount - less)
    emptied = touched - left
    if emptied:
        document["totals"] = _kept(document["totals"], [name for name in emptied if name is not None])


def _waited_for_no_more(document: Document, name: str) -> None:
    for milestone in document["milestones"]:
        if name in milestone.get("after", ()):
            milestone["after"].remove(name)


def _kept(items: Document, gone: Collection[str]) -> Document:
    for n in reversed(range(len(items))):
        if items[n]["id"] in gone:
            del items[n]
    return items


def _item(items: Iterable[Document], name: str) -> Document:
    return next(one for one in items if one["id"] == name)


def _after(agreement: Agreement, milestone: str) -> list[Instalment]:
    return [one for one in agreement.schedule if isinstance(one.due, DueAfter) and one.due.milestone == milestone]


def _instalment(agreement: Agreement, name: str) -> Instalment:
    found = next((one for one in agreement.schedule if one.id == name), None)
    if found is None:
        known = ", ".join(one.id for one in agreement.schedule) or "none"
        raise NotFound(f"{agreement.production} has no instalment {name!r}: it has {known}.")
    return found


def _milestone(agreement: Agreement, name: str) -> Any:
    found = next((one for one in agreement.milestones if one.id == name), None)
    if found is None:
        known = ", ".join(one.id for one in agreement.milestones) or "none"
        raise NotFound(f"{agreement.production} has no milestone {name!r}: it has {known}.")
    return found
