"""Two years of earnings: reports, distributions, objections, postings, statements and payouts."""

from activities.schedules import settlement_schedule_id
from adapters.bank.folder import folder_of
from adapters.sandbox_bank import admin
from adapters.sharing.sheets.mapping import load_mapping
from app.demo.stage import EXAMPLES, Stage
from app.sharing.imports import Import, import_on
from domain.calendar.calendars import Convention
from domain.calendar.dates import DAY, period_end
from domain.commands import (
    AllocateMovement,
    ApproveDistribution,
    ObjectToDistribution,
    ResolveObjection,
)
from domain.events import StatementKind
from domain.sharing.distributions import Distribution
from domain.values.money import Money
from workflows.names import distribution_workflow

PERIODS = ("2027-01-17", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2028-Q1", "2028-Q2", "2028-Q3")
"""From the settlement calendar: within 90 days of the first broadcast, then by quarter."""
QUARTERS = ("2026Q4", "2027Q1", "2027Q2", "2027Q3", "2027Q4", "2028Q1", "2028Q2", "2028Q3")
"""The quarter whose reports have arrived by the end of each period."""
_OBJECTED, _AGREED = "2027-Q1", "2027-Q2"
"""The period whose share the author's publisher disputes, and the next one, in which that is settled."""
_SILENT = "2027-Q3"
"""The period in which the publisher does not answer before the deadline."""
_RESTATED = "2027-Q4"
"""The period in which the streamer corrects its report of the second quarter of 2027."""
_APPROVERS = {
    "studio": "jiho",
    "broadcaster": "kenta",
    "publisher": "naoko",
    "writer": "hyunwoo",
    "production": "sangmin",
}
_ACCOUNT, _YEN = "spc-krw", "spc-jpy"


async def earn(stage: Stage) -> None:
    """Play the eight settlement periods in order."""
    for kind, name in (("date", "dates"), ("cost", "costs")):
        _take_in(stage, kind, "spc", name, f"{name}.csv")
    for period, quarter in zip(PERIODS, QUARTERS, strict=True):
        await _report(stage, period, quarter)
        await _settle(stage, period)
        stage.bar.advance(stage.task)
    stage.say(f"[bold]{stage.agreement.title}[/bold] has earned for {len(QUARTERS)} quarters")


async def _report(stage: Stage, period: str, quarter: str) -> None:
    """Import the sources' reports of a quarter, and receive the money that they report."""
    stage.move_to(max(stage.calendars().adjust(period_end(period), Convention.PRECEDING), stage.today))
    if period == _RESTATED:
        _take_in(stage, "receipt", "tidewater", "2027Q2", "tidewater-2027Q2-restated.csv")
    _take_in(stage, "receipt", "tidewater", quarter, f"tidewater-{quarter}.csv")
    earned = _take_in(stage, "receipt", "minato", quarter, f"minato-{quarter}.csv", "minato.yaml")
    await _remit(stage, earned, f"minato {quarter}")


async def _remit(stage: Stage, amount: Money, advice: str) -> None:
    """Pay in what the broadcaster reported, and allocate it as the treasurer."""
    payer = stage.agreement.party("broadcaster").name
    admin.credit(stage.books, folder_of(stage.agreement.production, _YEN), amount, payer, advice, stage.today)
    await stage.until(lambda: bool(stage.unmatched()))
    for row in stage.unmatched():
        await stage.as_("eunwoo").send(
            AllocateMovement,
            production=stage.agreement.production,
            account=row.account,
            movement=row.movement,
            to="source",
            name="minato",
            amount=None,
            reason=advice,
        )
        stage.say(f"{row.open} of {row.counterparty} allocated: {advice}")


async def _settle(stage: Stage, period: str) -> None:
    """Open a period by its schedule, answer it, post what it owes, and pay it on its day."""
    stage.move_to(max(stage.calendars().adjust(period_end(period) + DAY, Convention.FOLLOWING), stage.today))
    await stage.trigger(settlement_schedule_id(stage.agreement.production))
    await stage.until(lambda: period in _distributions(stage))
    await _answer(stage, period)
    await stage.until(lambda: _distributions(stage)[period].status == "ordered")
    ordered = _distributions(stage)[period]
    for party, amount in ordered.ordered.items():
        stage.say(f"{period}: {amount} to {party}")
    if period == _AGREED:
        await stage.as_("naoko").send(
            ResolveObjection, production=stage.agreement.production, period=_OBJECTED, reason="music is counted now"
        )
        stage.say(f"{_OBJECTED}: the publisher's objection is resolved, what it held is paid")
    while payouts := stage.payments("scheduled"):
        stage.move_to(max(stage.today, min(row.due_on for row in payouts if row.due_on)))
        await stage.open_account(_ACCOUNT)


async def _answer(stage: Stage, period: str) -> None:
    """Approve for every party. The publisher instead objects in one period and is silent in another."""
    key, found = stage.agreement.production, _distributions(stage)[period]
    for party in sorted(found.parties):
        person = stage.as_(_APPROVERS[party])
        if party == "publisher" and period == _OBJECTED:
            reason = "the music of the second episode is missing"
            await person.send(
                ObjectToDistribution,
                production=key,
                period=period,
                revision=found.revision,
                positions=("author",),
                reason=reason,
            )
            stage.say(f"{period}: [red]{party} objects[/red]: {reason}; only its own share is held")
        elif party == "publisher" and period == _SILENT:
            continue
        else:
            await person.send(ApproveDistribution, production=key, period=period, revision=found.revision)
    if period == _SILENT:
        stage.move_to(found.answer_by + DAY)
        workflow = stage.services.client.get_workflow_handle(distribution_workflow(key, period))
        await workflow.signal("look_again")
        stage.say(f"{period}: the publisher has not answered by {found.answer_by}: its time is over")


def _take_in(stage: Stage, kind: str, source: str, statement: str, file: str, mapping: str | None = None) -> Money:
    """Import a file of `examples/revenue/`, and return the sum of its rows, all in one currency."""
    folder = EXAMPLES / "revenue"
    declared = load_mapping(folder / mapping, StatementKind(kind)) if mapping else None
    request = Import(kind, stage.agreement.production, source, statement, "eunwoo")
    taken = import_on(stage.services.handler, request, folder / file, declared)
    restated = f", restating version {taken.version - 1}" if taken.version > 1 else ""
    stage.say(f"{file}: {taken.rows} rows of {source}{restated}")
    totals = [Money.parse(amount) for amounts in taken.totals.values() for amount in amounts]
    return sum(totals[1:], totals[0]) if len({total.currency for total in totals}) == 1 else Money(0, "KRW")


def _distributions(stage: Stage) -> dict[str, Distribution]:
    with stage.services.store.reading() as records:
        return records.state(stage.agreement.production, distributions=True).distributions
