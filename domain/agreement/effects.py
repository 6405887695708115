"""What an amendment does: who gains and who loses by it, and what it touches of money already due or shared."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.agreement.difference import AgreementChange
from domain.agreement.model import Agreement
from domain.agreement.schedule import amounts
from domain.payments.payments import Payment, Status
from domain.payments.receipts import Receipt, ReceiptStatus
from domain.sharing.distributions import Distribution
from domain.sharing.waterfall.model import Group, Position
from domain.values.money import Money

_PERCENT = re.compile(r"([0-9]+(?:[.][0-9]+)?) ?% (.*)")


@dataclass(frozen=True, slots=True)
class PartyEffect:
    """What the schedule pays to a party and has it pay, in one currency, before and after."""

    party: str
    gets: tuple[Money, Money]
    pays: tuple[Money, Money]

    @property
    def gains(self) -> Money:
        """How much more the party has in the end; negative for a loss."""
        return (self.gets[1] - self.gets[0]) - (self.pays[1] - self.pays[0])

    @property
    def words(self) -> str:
        """For people."""
        changed = (("is to get", self.gets), ("is to pay", self.pays))
        said = [f"{verb} {after} instead of {before}" for verb, (before, after) in changed if before != after]
        direction = "gains" if self.gains.minor > 0 else "loses"
        result = (
            f": {direction} {self.gains if self.gains.minor > 0 else -self.gains}"
            if self.gains.minor
            else ": neither gains nor loses"
        )
        return f"{self.party} {' and '.join(said)}{result}"


@dataclass(frozen=True, slots=True)
class ShareEffect:
    """A change of what a party has of the earnings. `direction` is more, less, or other where terms do not compare."""

    party: str
    of: str
    before: str | None
    after: str | None
    direction: str

    @property
    def words(self) -> str:
        """For people."""
        compared = "" if self.direction == "other" else f": {self.direction}"
        return f"{self.party}, {self.of}: {self.before or 'nothing'} → {self.after or 'nothing'}{compared}"


def party_effects(before: Agreement | None, after: Agreement) -> tuple[PartyEffect, ...]:
    """Whose sums of the schedule change, by party and currency."""
    old, new = _sums(before), _sums(after)
    effects = []
    for party, currency in sorted(old.keys() | new.keys()):
        nothing = (Money(0, currency), Money(0, currency))
        (got, paid), (gets, pays) = old.get((party, currency), nothing), new.get((party, currency), nothing)
        if (got, paid) != (gets, pays):
            effects.append(PartyEffect(party, (got, gets), (paid, pays)))
    return tuple(effects)


def share_effects(before: Agreement | None, after: Agreement) -> tuple[ShareEffect, ...]:
    """Whose shares of the earnings change, by position, residue, assignment and charge."""
    old, new = _shares(before), _shares(after)
    return tuple(
        ShareEffect(party, of, old.get((party, of)), new.get((party, of)), _direction(old, new, (party, of)))
        for party, of in dict.fromkeys((*new, *old))
        if old.get((party, of)) != new.get((party, of))
    )


def touched(
    before: Agreement,
    after: Agreement,
    changes: Iterable[AgreementChange],
    payments: Mapping[str, Payment],
    receipts: Mapping[str, Receipt],
    distributions: Mapping[str, Distribution],
) -> tuple[str, ...]:
    """What the changes touch of money that is due, under way, paid, received or shared, in sentences."""
    fields = [change.field for change in changes]
    return (
        *_touched_instalments(before, after, fields, payments, receipts),
        *_touched_accounts(fields, payments),
        *_touched_periods(fields, distributions),
    )


def _touched_instalments(
    before: Agreement,
    after: Agreement,
    fields: list[str],
    payments: Mapping[str, Payment],
    receipts: Mapping[str, Receipt],
) -> Iterator[str]:
    old, new = amounts(before), amounts(after)
    begun_or_not: list[Payment | Receipt] = [*payments.values(), *receipts.values()]
    for item in sorted(begun_or_not, key=lambda each: each.id):
        begun = item.status not in {Status.SCHEDULED, Status.CANCELLED, ReceiptStatus.EXPECTED, ReceiptStatus.CANCELLED}
        if not begun and not (isinstance(item, Receipt) and item.received.minor):
            continue
        changed = any(field == place or field.startswith(f"{place}.") for place in _places(item) for field in fields)
        if changed or (item.instalment in old and old[item.instalment] != new.get(item.instalment)):
            yield f"{item.id} is {item.status} with {item.amount}"


def _places(item: Payment | Receipt) -> tuple[str, ...]:
    milestone = (f"milestones[{item.milestone}]",) if item.milestone else ()
    return (f"schedule[{item.instalment}]", *milestone)


def _touched_accounts(fields: list[str], payments: Mapping[str, Payment]) -> Iterator[str]:
    accounts = dict.fromkeys(
        match[1] for field in fields if (match := re.match(r"accounts\[([^]]+)\]", field)) is not None
    )
    over = {Status.SCHEDULED, Status.CANCELLED, Status.SETTLED}
    for account in accounts:
        named = [each for each in payments.values() if account in {each.account, each.payee}]
        begun = sorted(each.id for each in named if each.status not in over)
        if begun:
            yield f"account {account}: {', '.join(begun)} {'is' if len(begun) == 1 else 'are'} due or under way with it"
        if settled := [each for each in named if each.status is Status.SETTLED]:
            yield f"account {account}: {len(settled)} payments were settled with it"


def _touched_periods(fields: list[str], distributions: Mapping[str, Distribution]) -> Iterator[str]:
    if any(field.partition(".")[0] in {"waterfall", "receipt_fx"} for field in fields):
        for each in sorted(distributions.values(), key=lambda one: (one.until, one.period)):
            yield f"distribution {each.period} is {each.status}: what changes for it is made good by the next"


def _sums(agreement: Agreement | None) -> dict[tuple[str, str], tuple[Money, Money]]:
    """What each party gets and pays by the schedule, by party and currency."""
    sums: dict[tuple[str, str], tuple[Money, Money]] = {}
    if agreement is None:
        return sums
    resolved = amounts(agreement)
    for instalment in agreement.schedule:
        amount = resolved[instalment.id]
        nothing = Money(0, amount.currency)
        payee, payer = (agreement.account(name).owner for name in (instalment.payee, instalment.payer))
        gets, pays = sums.get((payee, amount.currency), (nothing, nothing))
        sums[payee, amount.currency] = (gets + amount, pays)
        gets, pays = sums.get((payer, amount.currency), (nothing, nothing))
        sums[payer, amount.currency] = (gets, pays + amount)
    return sums


def _shares(agreement: Agreement | None) -> dict[tuple[str, str], str]:
    """What each party has of the earnings: the terms, by party and the name of position, residue or agreement."""
    shares: dict[tuple[str, str], str] = {}
    if agreement is None or agreement.waterfall is None:
        return shares
    parties = {party.id for party in agreement.parties}
    for pool in agreement.waterfall.pools:
        for position in pool.positions:
            for party, terms in _taken(position.to, _position(position)):
                shares[party, f"position {position.id} of {pool.id}"] = terms
        for party, terms in _taken(pool.residue, "what is left"):
            shares[party, f"the rest of {pool.id}"] = terms
    for one in agreement.waterfall.assignments:
        shares[one.to, f"assignment {one.id} from {one.of}"] = one.take
    for charge in agreement.waterfall.charges:
        shares[charge.to, f"charge {charge.id} of {charge.of}"] = charge.amount
    return {(party, of): terms for (party, of), terms in shares.items() if party in parties}


def _position(position: Position) -> str:
    """The terms of a position besides its recipient, on one line."""
    said = position.model_dump(mode="json", exclude_defaults=True, exclude={"id", "title", "to", "take"})
    return ", ".join((position.take, *(f"{name.replace('_', ' ')} {value}" for name, value in said.items())))


def _taken(recipient: object, terms: str) -> Iterator[tuple[str, str]]:
    """Who takes by a recipient, member by member of a group, and by which terms."""
    if isinstance(recipient, str):
        yield recipient, terms
    elif isinstance(recipient, Group):
        for member in recipient.among:
            part = f" of {member.weight}" if member.weight else ""
            limit = f" up to {member.up_to}" if member.up_to else ""
            yield from _taken(member.to, f"{terms}, {recipient.share.replace('_', ' ')}{part}{limit}")


def _direction(old: Mapping[tuple[str, str], str], new: Mapping[tuple[str, str], str], key: tuple[str, str]) -> str:
    """Whether a party has more or less by other terms: a share where none was, or another percentage of the same."""
    if key not in old or key not in new:
        return "more" if key in new else "less"
    before, after = _PERCENT.fullmatch(old[key]), _PERCENT.fullmatch(new[key])
    if before is None or after is None or before[2] != after[2]:
        return "other"
    return "more" if Decimal(after[1]) > Decimal(before[1]) else "less"
