"""Runs the waterfall on recorded facts, up to the end of a period."""

from datetime import date
from typing import Protocol

from adapters.command_handler import CommandHandler
from adapters.db import statements
from adapters.db.facts import facts_of as recorded_facts
from adapters.db.queries.agreement import lasting_versions
from adapters.db.records import Records
from domain.agreement.model import Agreement
from domain.agreement.schedule import calendars_of
from domain.calendar.calendars import Convention
from domain.calendar.dates import month_end_after, period_end
from domain.errors import Broken, Refused
from domain.events import DistributionComputed
from domain.sharing import distributions, entitlements
from domain.sharing.payouts import paying_account, the_waterfall
from domain.sharing.settlement import due_periods
from domain.sharing.statements import Accounts
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.result import Result
from domain.sharing.waterfall.run import WaterfallVersion
from domain.values.money import Money


class FactsOf(Protocol):
    """Returns the facts of a production up to and including a day, as known by event `through` or else now.

    Where `receipts` are not needed, it need not return them.
    """

    def __call__(
        self, records: Records, production: str, until: date, through: int | None = None, *, receipts: bool = True
    ) -> Facts:
        """The facts."""
        ...


def find(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    agreement: Agreement,
    period: str,
    known: distributions.Distributions,
) -> tuple[DistributionComputed, Result]:
    """Compute a period's distribution with the current engine, under the versions that count by its end.

    Raises:
        Refused: no version with a waterfall counts by then.
    """
    until = period_end(period)
    versions = versions_by(handler, records, agreement.production, until)
    if not versions:
        raise Refused(
            f"No version of {agreement.production} that counts on {until} has a waterfall: nothing can be distributed.",
            production=agreement.production,
        )
    number, last = versions[-1]
    engine = handler.engines.current
    result = engine.run([version for _, version in versions], facts_of(records, agreement.production, until), until)
    parties = tuple(party.id for party in agreement.parties)
    answer_by = handler.after_business_days(agreement, parties, the_waterfall(agreement).answer_within_business_days)
    computed = entitlements.computed(
        engine,
        result,
        last,
        period,
        number,
        distributions.posted_to_date(known),
        answer_by,
        _pay_on(handler, agreement, result, answer_by),
    )
    return computed, result


def entitled(handler: CommandHandler, records: Records, agreement: Agreement, until: date) -> dict[str, Money]:
    """Return each party's entitlement up to a day by the facts on record and the current engine. None without terms."""
    versions = [version for _, version in versions_by(handler, records, agreement.production, until)]
    if not versions:
        return {}
    result = handler.engines.current.run(versions, recorded_facts(records, agreement.production, until), until)
    return {party: payable.entitled for party, payable in result.payable.items()}


def due(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    agreement: Agreement,
    known: distributions.Distributions,
) -> tuple[str, ...]:
    """Return the periods that are due for computing by now, by the settlement calendar of the agreement in force."""
    waterfall, today = agreement.waterfall, handler.today(agreement)
    versions = versions_by(handler, records, agreement.production, today)
    if waterfall is None or waterfall.settlement is None or not versions:
        return ()
    since = max(versions[0][1].effective_on, waterfall.takes_over_on or date.min)
    facts = facts_of(records, agreement.production, today, receipts=False)
    return due_periods(waterfall.settlement, facts, known, since, today)


def found_before(
    handler: CommandHandler,
    facts_of: FactsOf,
    records: Records,
    production: str,
    distribution: distributions.Distribution,
) -> tuple[Accounts, int]:
    """Compute a recorded distribution again with its own engine; return its accounts and the number of its event.

    Raises:
        UnknownEngine: this release does not have that engine.
        Broken: the versions and facts on record now give another result.
    """
    engine = handler.engines.of(distribution.engine, f"Distribution {distribution.period} of {production}")
    until = distribution.until
    through = statements.computed_at(records.connection, production, distribution.period)
    versions = [version for _, version in versions_by(handler, records, production, until, through)]
    accounts = Accounts.of(engine.run, versions, facts_of(records, production, until, through), until)
    if engine.fingerprint(accounts.result) != distribution.result:
        raise Broken(
            f"Distribution {distribution.period} of {production} was computed as {distribution.result[:12]}… by engine "
            f"{engine.number}; from what is on record of the same facts, it finds something else: nothing is stated.",
            period=distribution.period,
        )
    return accounts, through


def business_day(handler: CommandHandler, agreement: Agreement, day: date) -> date:
    """Return the first day from `day` on when the paying account's bank is open.

    Raises:
        Refused: the bank is closed for longer than the agreement allows.
    """
    account = paying_account(agreement)
    opens = calendars_of(agreement, [account], handler.overrides).adjust(day, Convention.FOLLOWING)
    if (opens - day).days > agreement.banks_closed_at_most_days:
        raise Refused(
            f"The bank of {account.id} is closed from {day} until {opens}, longer than the "
            f"{agreement.banks_closed_at_most_days} days that the agreement allows for: correct the calendar "
            "overrides, or amend `banks_closed_at_most_days`.",
            account=account.id,
        )
    return opens


def versions_by(
    handler: CommandHandler, records: Records, production: str, until: date, through: int | None = None
) -> list[tuple[int, WaterfallVersion]]:
    """Return the versions with a waterfall that count by a day, oldest first, with their numbers.

    `through` limits them to what was known by that event.
    """
    found = []
    for row in lasting_versions(records.connection, production, until, through):
        agreement = handler.agreements.of(records, row.document)
        if (version := entitlements.version_of(agreement)) is not None:
            found.append((agreement.version, version))
    return found


def _pay_on(handler: CommandHandler, agreement: Agreement, result: Result, answer_by: date) -> date:
    """Return the payment day by the settlement calendar, but not before everybody's time to answer has passed."""
    settlement = the_waterfall(agreement).settlement
    promised = answer_by
    if settlement is not None:
        by_calendar = dict(result.calendar).get(result.as_of)
        promised = by_calendar or month_end_after(result.as_of, settlement.paid_after_months)
    return business_day(handler, agreement, max(promised, answer_by))
