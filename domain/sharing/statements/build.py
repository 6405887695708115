"""Builds the statements of a distribution from the waterfall's results at both ends of the period.

Every figure is cumulative. The opening column is what the previous distribution stated, with its versions and facts,
not what it would state today. The to-date column is what this one found. So the period's column contains the period's
earnings and every correction of earlier figures, such as a late receipt. Issued statements never change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from domain.agreement.model import Account, Agreement
from domain.errors import Broken
from domain.events import PayoutsOrdered
from domain.payments.payments import Payment
from domain.sharing.distributions import (
    Distribution,
    Distributions,
    ended_to_date,
    posted_before,
    posted_to_date,
)
from domain.sharing.entitlements import ELSEWHERE
from domain.sharing.ordering import PayoutTerms, disputes
from domain.sharing.payouts import payee_account, paying_account, payout_terms, quotes_of, the_waterfall
from domain.sharing.statements.accounts import Accounts, Taken
from domain.sharing.statements.adjustments import (
    BROUGHT_FORWARD,
    entitled,
    outside,
    released,
    reserved,
)
from domain.sharing.statements.amounts import Amount
from domain.sharing.statements.carrying import carried, releases
from domain.sharing.statements.model import (
    Figures,
    FxUsed,
    Hold,
    LineKind,
    Period,
    Recoupment,
    Reserve,
    Signature,
    Statement,
    StatementLine,
    StatementPool,
    StatementSettlement,
)
from domain.sharing.statements.particulars import Addressee, OrderOfDay, PaidIn, PayeeAccount
from domain.sharing.statements.reported import Reported, past_payouts, receipts_from
from domain.sharing.statements.ties import ties
from domain.sharing.statements.view import Inflow, Taking, view_for
from domain.sharing.waterfall.linear import ZERO
from domain.sharing.waterfall.model import Waterfall
from domain.values.currency import exponent
from domain.values.money import Money, allocate

_SHOWN_DIGITS = 4
"""Of an account's number, the last digits are told."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The accounts at both ends of a period. `before` is what was stated last, None for the first statement."""

    before: Accounts | None
    after: Accounts


@dataclass(frozen=True, slots=True)
class Issue:
    """The input for all statements of a distribution.

    `known` are the distributions before payouts were `ordered`. `objected_on` has the date of each open objection, by
    period and party. `due_on` is when payouts are paid. `payments` are the payouts so far. `issued_on` is None for a
    draft.
    """

    agreement: Agreement
    period: Period
    ends: Ends
    known: Distributions
    ordered: PayoutsOrdered
    objected_on: Mapping[tuple[str, str], date]
    fx: tuple[FxUsed, ...]
    due_on: date
    signature: Signature
    reported: Reported = field(default_factory=Reported)
    payments: tuple[Payment, ...] = ()
    issued_on: date | None = None

    @property
    def currency(self) -> str:
        """The waterfall's currency."""
        return the_waterfall(self.agreement).currency

    @property
    def distribution(self) -> Distribution:
        """The distribution to state."""
        return self.known[self.period.id]

    @property
    def stated(self) -> Distribution | None:
        """The distribution that was stated before it."""
        return posted_before(self.known, self.distribution)


def statements(issue: Issue) -> tuple[Statement, ...]:
    """A statement for every party of the distribution, in the order of the agreement.

    Raises:
        Broken: the sums of one do not tie, or it contradicts what was ordered. Nothing may be issued then.
    """
    concerned = issue.distribution.parties | posted_to_date(issue.known).keys()
    names = {party.id: party.name for party in issue.agreement.parties}
    order = [*names, *sorted(concerned - names.keys())]
    return tuple(_checked(issue, _statement(issue, each, names.get(each, each))) for each in order if each in concerned)


def _statement(issue: Issue, party: str, name: str) -> Statement:
    pools, reserves = _pools(issue, party), tuple(_reserves(issue, party))
    settlement = _settlement(issue, party, reserves)
    statement = Statement(
        production=issue.agreement.production,
        production_title=issue.agreement.title,
        party=party,
        party_name=name,
        period=issue.period,
        currency=issue.currency,
        pools=pools,
        adjustments=_adjustments(issue, party, pools),
        recoupments=tuple(_recoupments(issue, party)),
        reserves=reserves,
        holds=_holds(issue, party),
        fx=issue.fx,
        settlement=settlement,
        signature=issue.signature,
        carried=carried(issue.known, issue.distribution, party, _terms(issue), settlement),
        orders=tuple(_orders(issue, party)),
        **_particulars(issue, party, pools),
    )
    titles = titles_of(issue.ends.after.for_(party).last.waterfall)
    return statement.model_copy(update={"titles": {name: titles[name] for name in named_in(statement) & titles.keys()}})


def named_in(statement: Statement) -> set[str]:
    """The ids of what a statement shows: pools, its own lines, claims and reserves."""
    lines = [*statement.adjustments, *(line for pool in statement.pools for line in pool.own)]
    names = {pool.id for pool in statement.pools} | {claim.id for claim in statement.recoupments}
    return names | {line.position for line in lines} | {reserve.id for reserve in statement.reserves}


def _particulars(issue: Issue, party: str, pools: Iterable[StatementPool]) -> dict[str, Any]:
    """Who, where to, by what receipts, and what changed."""
    agreement, accounts = issue.agreement, issue.ends.after.for_(party)
    parties = {one.id: one for one in agreement.parties}
    account, debtor = payee_account(agreement, party), paying_account(agreement)
    receipts = receipts_from(issue.reported, accounts, [pool.id for pool in pools])
    sources = {one.source for one in receipts}
    paid_in = [
        PaidIn(amount=used.amount, rate=used.rate, source=used.source, on=used.fixing_on)
        for payout in issue.ordered.payouts
        if payout.party == party and (used := payout.exchange) is not None
    ]
    return {
        "issuer": Addressee.of(parties[debtor.owner]),
        "addressee": Addressee.of(parties[party]) if party in parties else None,
        "account": _masked(account) if account is not None and party != debtor.owner else None,
        "issued_on": issue.issued_on,
        "time_zone": agreement.time_zone,
        "payouts": past_payouts(issue.known, issue.payments, party),
        "receipts": receipts,
        "restated": tuple(one for one in issue.reported.restated if one.kind != "receipt" or one.source in sources),
        "paid_in": paid_in[0] if paid_in else None,
    }


def _orders(issue: Issue, party: str) -> Iterator[OrderOfDay]:
    """Where the order of one day's receipts decided what the party is owed, and it was not told so before."""
    before = issue.ends.before.for_(party).result.orders if issue.ends.before else ()
    for one in issue.ends.after.for_(party).result.orders:
        if (amount := one.amounts.get(party)) and one not in before:
            kinds = (kind.fields for kind in one.kinds)
            receipts = tuple(" ".join(filter(None, (code, *words))) for code, _, *words in kinds)
            yield OrderOfDay(on=one.on, receipts=receipts, amount=Amount.of(amount / 10 ** exponent(issue.currency)))


def _masked(account: Account) -> PayeeAccount:
    hidden = max(len(account.number) - _SHOWN_DIGITS, 0)
    return PayeeAccount(bank=account.bank, number="*" * hidden + account.number[hidden:], currency=account.currency)


def titles_of(waterfall: Waterfall) -> dict[str, dict[str, str]]:
    """The titles of pools, positions, claims and charges by language, by their ids, where there are any."""
    named = (*waterfall.pools, *waterfall.positions, *waterfall.claims, *waterfall.charges)
    return {one.id: one.titles.model_dump(exclude_none=True) for one in named if one.titles is not None}


def _checked(issue: Issue, statement: Statement) -> Statement:
    """Check that the statement's sums tie and that it states what is paid out.

    A late order, after another period was posted, pays that period's amounts too. Its own statement says so.
    """
    wrong = list(ties(statement))
    last = max(one.until for one in issue.known.values() if one.is_posted) == issue.period.last
    ended = {payout.party: payout.amount for payout in issue.ordered.payouts}
    ended |= {one.party: one.amount for one in issue.ordered.kept}
    own = ended.get(statement.party, Money.zero(statement.currency))
    if last and statement.settlement.due != own:
        wrong.append(f"{statement.settlement.due} is due and {own} is paid out.")
    if wrong:
        raise Broken(f"Statement {statement.reference} does not tie: {wrong[0]}", statement=statement.reference)
    return statement


# The lines


def _pools(issue: Issue, party: str) -> tuple[StatementPool, ...]:
    unit = 10 ** exponent(issue.currency)
    after = issue.ends.after.for_(party)
    before = issue.ends.before.for_(party) if issue.ends.before else None
    names = after.names()
    known: Mapping[Taken, Fraction] = before.taken() if before else {}
    takings = [
        Taking(key.pool, key.position, title, kind, key.party, known.get(key, ZERO) / unit, amount / unit)
        for key, amount in after.taken().items()
        for kind, title in [names[key.position] if key.party or _held(names, key) else (LineKind.PASSED_ON, "")]
        if amount or known.get(key, ZERO)
    ]
    inflows = [
        Inflow(
            pool.id,
            pool.title,
            (before.result.inflow.get(pool.id, ZERO) if before else ZERO) / unit,
            after.result.inflow.get(pool.id, ZERO) / unit,
        )
        for pool in after.last.waterfall.pools
    ]
    return view_for(party, inflows, takings)


def _held(names: Mapping[str, tuple[LineKind, str]], key: Taken) -> bool:
    return names[key.position][0] is LineKind.RESERVE


def _adjustments(issue: Issue, party: str, pools: Iterable[StatementPool]) -> tuple[StatementLine, ...]:
    """What the party has outside the pools. The unexplained rest was brought forward."""
    unit = 10 ** exponent(issue.currency)
    ends = (issue.ends.before, issue.ends.after)
    sums: dict[tuple[str, str, LineKind], list[Fraction]] = {}
    for end, accounts in enumerate(ends):
        for position, title, kind, amount in outside(accounts, party) if accounts else ():
            sums.setdefault((position, title, kind), [ZERO, ZERO])[end] += amount / unit
    whole = [entitled(accounts, party) / unit if accounts else ZERO for accounts in ends]
    own = [line.figures for pool in pools for line in pool.own]
    named = [
        sum((figures.opening.value for figures in own), ZERO) + sum((each[0] for each in sums.values()), ZERO),
        sum((figures.to_date.value for figures in own), ZERO) + sum((each[1] for each in sums.values()), ZERO),
    ]
    sums[BROUGHT_FORWARD, "", LineKind.OPENING_BALANCE] = [whole[0] - named[0], whole[1] - named[1]]
    return tuple(
        StatementLine(position=position, title=title, kind=kind, figures=Figures.of(opening, to_date))
        for (position, title, kind), (opening, to_date) in sums.items()
        if opening or to_date
    )


def _recoupments(issue: Issue, party: str) -> Iterator[Recoupment]:
    unit = 10 ** exponent(issue.currency)
    accounts = issue.ends.after.for_(party)
    titles = {claim.id: claim.title for claim in accounts.last.waterfall.claims}
    for claim in accounts.recouping(party):
        status = accounts.result.claims[claim]
        # Nothing is outstanding, and the claim is larger than what was recouped: its cap has been reached.
        most = min(status.total, status.recouped)
        claimed = status.recouped + status.outstanding if status.outstanding else most
        yield Recoupment.of(claim, titles[claim], claimed / unit, status.recouped / unit)


# The money


def _reserves(issue: Issue, party: str) -> Iterator[Reserve]:
    """What is set aside, in posted whole units. Under a party's own view, amounts are rounded separately."""
    before, after = issue.ends.before, issue.ends.after
    titles = after.for_(party).names()
    posted = {} if party in after.seen else issue.distribution.reserves
    earlier = {} if party in after.seen or issue.stated is None else issue.stated.reserves
    opening = reserved(before, party) if before else {}
    for position, held in reserved(after, party).items():
        freed = released(after.for_(party), position) - (released(before.for_(party), position) if before else ZERO)
        first = earlier.get(position, _whole(issue, opening.get(position, ZERO)))
        last, let_go = posted.get(position, _whole(issue, held)), _whole(issue, freed)
        if first.minor or last.minor or let_go.minor:
            yield Reserve(
                id=position,
                title=titles[position][1],
                opening=first,
                withheld=last - first + let_go,
                released=let_go,
                held=last,
                release_on=after.for_(party).result.releases.get(position),
                releases=releases(last, after.for_(party).result.planned.get(position, {}).items()),
            )


def _whole(issue: Issue, exact: Fraction) -> Money:
    return Money(round(exact), issue.currency)


def _holds(issue: Issue, party: str) -> tuple[Hold, ...]:
    """What each open objection of the party holds, in proportion to what it disputes."""
    held = _held_for(issue, party)
    exact = {period: amount for period, amount in disputes(issue.known, party).items() if amount > 0}
    if not held.minor or not exact:
        return ()
    parts = allocate(held, list(exact.values()))
    found = []
    for period, amount in zip(exact, parts, strict=True):
        objection = issue.known[period].objections[party]
        found.append(
            Hold(
                since=issue.objected_on[period, party],
                positions=tuple(BROUGHT_FORWARD if one == ELSEWHERE else one for one in objection.positions),
                reason=objection.reason,
                amount=amount,
            )
        )
    return tuple(found)


def _held_for(issue: Issue, party: str) -> Money:
    held = {one.party: one.amount for one in issue.ordered.held}
    return held.get(party, Money.zero(issue.currency))


def _terms(issue: Issue) -> PayoutTerms:
    return payout_terms(issue.agreement, quotes_of(issue.agreement, issue.ordered))


def _settlement(issue: Issue, party: str, reserves: Iterable[Reserve]) -> StatementSettlement:
    """From the entitlement to the amount due.

    The owner of the paying account is paid nothing from it: its share, also a negative one, is its own once payouts are
    ordered.
    """
    nothing = Money.zero(issue.currency)
    terms = _terms(issue)
    set_aside = sum((reserve.held for reserve in reserves), nothing)
    to_date = issue.distribution.to_date.get(party, nothing)
    kept = party in terms.kept
    settled = StatementSettlement.of(
        entitled(issue.ends.after, party) / 10 ** exponent(issue.currency),
        to_date + set_aside,
        paid_before=ended_to_date(issue.known).get(party, nothing),
        reserved=set_aside,
        held=_held_for(issue, party),
        minimum=None if kept else terms.minimum.get(party),
        withheld=nothing,
        paid=nothing,
        pay_on=None,
    )
    paid_out = terms.paid_out(party, settled.payable)
    if kept:
        end = {"carried_forward": nothing, "due": settled.payable, "paid": settled.payable}
        return settled.model_copy(update=end)
    end = {"carried_forward": settled.payable - paid_out, "due": paid_out}
    return settled.model_copy(update=end | {"pay_on": issue.due_on if paid_out.minor else None})
