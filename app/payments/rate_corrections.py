"""Corrects imported exchange rates, and names what was computed with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db.queries import rates as uses
from adapters.db.queries.distributions import DistributionFilter, distributions
from adapters.db.rates import correct_rates, rates_on
from adapters.db.records import Records
from adapters.rates import read_rates
from adapters.sharing.receipt_rates import ReceiptRates
from domain.errors import BadInput, SluiceError
from domain.rates import Rate, cross, source_key

_LONGEST_PERIOD = timedelta(days=366)
"""A rate counts at most for the year that it is averaged over."""


@dataclass(frozen=True, slots=True)
class RateUse:
    """Something that was computed with another rate than the one that counts now, and what can be done about it."""

    production: str
    kind: str
    name: str
    status: str
    rate: str
    now: str
    todo: str


@dataclass(frozen=True)
class Correction:
    """The corrected rates, and what was computed with the earlier ones."""

    rates: tuple[Rate, ...]
    uses: tuple[RateUse, ...]


def correct(handler: CommandHandler, file: Path, by: str, reason: str) -> Correction:
    """Correct the rates in a file, all or none.

    Raises:
        NotFound: a rate was never imported.
        BadInput: there is no reason, or the corrected rates contradict others.
    """
    if not reason.strip():
        raise BadInput("A correction needs a reason: say with --reason how it is known that the rate was wrong.")
    raw, rates = read_rates(file)
    with handler.store.transaction() as transaction:
        changed = correct_rates(transaction, file.name, raw, rates, by, reason.strip())
        return Correction(tuple(changed), tuple(_touched(handler, transaction, changed)))


def _touched(handler: CommandHandler, records: Records, changed: Sequence[Rate]) -> Iterator[RateUse]:
    if not changed:
        return
    yield from _payments(records, changed)
    since: dict[str, date] = {}
    for rows, use in _statements(handler, records, changed):
        since[rows.production] = min(rows.first_on, since.get(rows.production, rows.first_on))
        yield use
    for production, first in since.items():
        for one in distributions(records.connection, DistributionFilter(production, since=first)).items:
            then = "compute it again" if one.status == "computed" else "the next distribution makes it good"
            todo = f"once its statements are restated, {then}"
            yield RateUse(production, "distribution", one.period, one.status, "", "", todo)


def _payments(records: Records, changed: Sequence[Rate]) -> Iterator[RateUse]:
    days = {(source_key(rate.source), rate.on) for rate in changed}
    for run in uses.quoted_runs(records.connection, [on for _, on in days]):
        if (source_key(run.source), run.fixing_on) not in days:
            continue
        now = cross(rates_on(records, run.source, run.fixing_on), run.base, run.quote)
        if now == run.rate:
            continue
        todo = f"cancel {run.run}: it is prepared again" if run.status == "prepared" else "it stays as it was released"
        for payment, status in run.payments:
            yield RateUse(run.production, "payment", payment, status, str(run.rate), str(now), todo)


def _statements(
    handler: CommandHandler, records: Records, changed: Sequence[Rate]
) -> Iterator[tuple[uses.ConvertedRows, RateUse]]:
    keys, conversions = {source_key(rate.source) for rate in changed}, {}
    days = [rate.on for rate in changed]
    for rows in uses.converted_rows(records.connection, min(days), max(days) + _LONGEST_PERIOD):
        if source_key(rows.rate_source) not in keys:
            continue
        if rows.production not in conversions:
            agreement = handler.agreement(records, rows.production)
            conversions[rows.production] = ReceiptRates(records, agreement, rows.converted_to, handler.overrides)
        try:
            found = conversions[rows.production].of(rows.currency, rows.first_on, None, rows.source)
        except SluiceError:  # an amendment has changed the rule since
            found = None
        if found is not None and found.rate == rows.rate:
            continue
        name, count, now = f"{rows.source} {rows.statement}", f"{rows.rows} rows", "" if found is None else found.rate
        todo = "restate it to nothing, and import its file again"
        yield rows, RateUse(rows.production, rows.kind, name, count, str(rows.rate), str(now), todo)
