"""A production on a day, as it was known at an instant, from its journal alone.

What is *known* at T is the journal before the first fact that was recorded later than T. It is a prefix of the journal
with its own head, so nothing recorded later can change it. What *counts* on D is every known fact that is effective on
D or before. Facts need not be effective in the order of recording: an amendment may be dated back, and a statement of
last quarter may arrive today. So:

* a **balance** is the sum of the entries of the facts that count;
* the **agreement in force** comes from the last fact that counts and put one in force, in journal order;
* a **payment, receipt or distribution** is as the last fact about it that counts left it;
* an **entitlement** to date is the sum of the postings that count, and so are payouts and kept shares.

The fold applies all known facts in journal order, because only then is every transition legal. An object of no fact
that counts does not exist on D. A later-dated fact shows in an object only if one that counts was recorded after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from domain import milestones
from domain.errors import Broken, SluiceError
from domain.events import (
    AgreementAmended,
    AgreementRegistered,
    AgreementRestored,
    EntitlementsPosted,
    Event,
    PayoutsOrdered,
)
from domain.ledger.entries import postings
from domain.ledger.journal import Fact, Head
from domain.milestones import Milestone
from domain.payments import folding, receipts, run_folding
from domain.payments.payments import Payment, Payments
from domain.payments.receipts import Receipt
from domain.payments.runs import Run
from domain.sharing import distributions
from domain.sharing.distributions import Distribution
from domain.values.money import Money

Kept = TypeVar("Kept")


Since = tuple[date, int]
"""The effective date of a fact and its number in the journal."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of the agreement, with its effective date and the fact that put it in force."""

    version: int
    title: str
    document: str
    effective_on: date
    seq: int


@dataclass(slots=True)
class Picture:
    """A production on a day. `head` is the end of the known journal. Every mapping is by id or name.

    `balances` is by ledger account and currency, in minor units; debits are positive, zeros left out. `since` names the
    fact that last changed a payment or receipt. `entitled`, `ordered` and `kept` are by party, to date.
    """

    head: Head = field(default_factory=Head)
    facts: int = 0
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    agreement: InForce | None = None
    payments: dict[str, Payment] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    since: dict[str, Since] = field(default_factory=dict)
    distributions: dict[str, Distribution] = field(default_factory=dict)
    entitled: dict[str, Money] = field(default_factory=dict)
    ordered: dict[str, Money] = field(default_factory=dict)
    kept: dict[str, Money] = field(default_factory=dict)


class _TrackedDict(dict[str, Kept]):
    """A mapping that tracks which entries were written since the last call of `into`."""

    def __init__(self) -> None:
        super().__init__()
        self._written: set[str] = set()

    def __setitem__(self, key: str, value: Kept) -> None:
        super().__setitem__(key, value)
        self._written.add(key)

    def into(self, kept: dict[str, Kept], since: dict[str, Since] | None = None, at: Since | None = None) -> None:
        """Copy the written entries to `kept`, if their fact counts. `at` is its date and number, else None."""
        if at is not None:
            kept |= {key: self[key] for key in self._written}
            if since is not None:
                since |= dict.fromkeys(self._written, at)
        self._written.clear()


class _TrackedPayments(_TrackedDict[Payment], Payments):
    """Payments that track writes and keep the index by run."""


def known_at(facts: Iterable[Fact], known: datetime) -> Iterable[Fact]:
    """The journal up to the first fact that was recorded after an instant."""
    for fact in facts:
        if fact.recorded_at > known:
            return
        yield fact


def picture(facts: Iterable[Fact], effective: date, known: datetime) -> Picture:
    """Fold a stream, from its start, to a day as it was known at an instant. Memory use is that of the state.

    Raises:
        Broken: a fact cannot be read, or is a transition that does not exist.
    """
    seen = Picture()
    paid = _TrackedPayments()
    expected: _TrackedDict[Receipt] = _TrackedDict()
    shared: _TrackedDict[Distribution] = _TrackedDict()
    reached: dict[str, Milestone] = {}
    gathered: dict[str, Run] = {}
    for fact in known_at(facts, known):
        event, counts = fact.event, fact.effective_on <= effective
        try:
            milestones.apply(reached, event, fact.effective_on)
            folding.apply(paid, event)
            receipts.apply(expected, event, fact.effective_on)
            run_folding.apply(gathered, paid, event)
            distributions.apply(shared, event)
        except (SluiceError, KeyError) as error:
            raise Broken(f"Event {fact.seq} of {fact.stream} cannot follow on those before it: {error}.") from error
        at = (fact.effective_on, fact.seq) if counts else None
        paid.into(seen.payments, seen.since, at)
        expected.into(seen.receipts, seen.since, at)
        shared.into(seen.distributions, None, at)
        seen.head = Head(fact.seq, fact.hash)
        if counts:
            seen.facts += 1
            _count(seen, fact, event)
    seen.balances = {name: minor for name, minor in sorted(seen.balances.items()) if minor}
    return seen


def _count(seen: Picture, fact: Fact, event: Event) -> None:
    """Add the amounts of a fact that counts."""
    for entry in postings(event):
        name = (entry.account, entry.amount.currency)
        seen.balances[name] = seen.balances.get(name, 0) + entry.amount.minor
    match event:
        case AgreementRegistered() | AgreementAmended() | AgreementRestored():
            seen.agreement = InForce(event.version, event.title, event.document, fact.effective_on, fact.seq)
        case EntitlementsPosted():
            for change in event.changes:
                _add(seen.entitled, change.party, change.amount)
        case PayoutsOrdered():
            for payout in event.payouts:
                _add(seen.ordered, payout.party, payout.amount)
            for own in event.kept:
                _add(seen.kept, own.party, own.amount)
        case _:
            return


def _add(sums: dict[str, Money], party: str, amount: Money) -> None:
    sums[party] = sums[party] + amount if party in sums else amount
