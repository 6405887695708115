"""Waterfalls on files: load the versions and facts, run, and format the result."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from adapters.agreement.documents import load_agreement
from adapters.sharing.facts import Units, read_facts
from adapters.sharing.sheets.mapping import Mapping, load_mapping
from domain.agreement.model import Agreement
from domain.errors import BadInput
from domain.sharing.entitlements import version_of
from domain.sharing.waterfall.engines import ENGINES
from domain.sharing.waterfall.facts import Facts
from domain.sharing.waterfall.remarks import remarks
from domain.sharing.waterfall.result import Result, written
from domain.sharing.waterfall.run import WaterfallVersion


def versions(agreement: Path, amends: Sequence[Path] = ()) -> list[WaterfallVersion]:
    """Return the versions of a waterfall, oldest first.

    Raises:
        BadInput: a file is not a valid agreement, or has no waterfall.
    """
    return _loaded(agreement, amends)[0]


def _loaded(agreement: Path, amends: Sequence[Path]) -> tuple[list[WaterfallVersion], Agreement]:
    """Return the versions of a waterfall, oldest first, and the agreement in force."""
    found: list[WaterfallVersion] = []
    in_force: Agreement | None = None
    for path in (*amends, agreement):
        in_force = load_agreement(path, in_force).agreement
        if (version := version_of(in_force)) is None:
            raise BadInput(f"{path}: waterfall: this agreement has none: add a `waterfall:` section.")
        found.append(version)
    assert in_force is not None  # noqa: S101 - there is one file at least
    return found, in_force


def facts_of(agreement: Path, facts: Sequence[Path], mapping: Path | None = None, *, singly: bool = False) -> Facts:
    """Read facts from files into the currency of the waterfall. Its contract rates convert other currencies.

    `mapping` describes how the tables among the files are laid out.
    """
    return read_facts(facts, units_of(load_agreement(agreement).agreement), singly=singly, mapping=_layout(mapping))


def _layout(mapping: Path | None) -> Mapping | None:
    return load_mapping(mapping, "receipt").mapping if mapping else None


def units_of(agreement: Agreement) -> Units:
    """Return the units of a waterfall's facts: its currency, contract rates and metrics."""
    if agreement.waterfall is None:
        return Units("")
    currency, metrics = agreement.waterfall.currency, agreement.waterfall.metrics
    return Units(currency, {rule.base: rule.contract for rule in agreement.fx if rule.quote == currency}, metrics)


def run_files(
    agreement: Path,
    facts: Sequence[Path],
    as_of: date | None,
    amends: Sequence[Path] = (),
    view: str | None = None,
    mapping: Path | None = None,
) -> Result:
    """Run a waterfall with the current engine. `as_of` defaults to the day of the last fact."""
    chain, in_force = _loaded(agreement, amends)
    known = read_facts(facts, units_of(in_force), mapping=_layout(mapping))
    return ENGINES.current.run(chain, known, as_of or last_day(known), view)


def last_day(facts: Facts) -> date:
    """Return the day of the last fact.

    Raises:
        BadInput: there are no facts.
    """
    days = [each.on for each in facts.receipts] + [each.on for each in facts.others]
    if not days:
        raise BadInput("There are no facts to run: name files with --facts.")
    return max(days)


def as_json(result: Result) -> dict[str, Any]:
    """Return the result for programs: exact rationals, decimals in major units, payable amounts in minor units."""

    def each(amounts: Any) -> dict[str, Any]:
        """Return amounts by name, each in major units."""
        return {name: written(Fraction(amount), result.currency) for name, amount in amounts.items()}

    return {
        "currency": result.currency,
        "as_of": str(result.as_of),
        "parties": {
            party: {
                "entitlement": written(amount, result.currency),
                "before_charges": written(result.before_charges[party], result.currency),
                "payable": str(result.payable[party].due),
                "payable_minor": result.payable[party].due.minor,
                "entitled_minor": result.payable[party].entitled.minor,
                "rounding_residual_minor": result.payable[party].residual,
                "paid": str(result.payable[party].paid),
                "carried_forward": str(result.payable[party].carried_forward),
            }
            for party, amount in result.parties.items()
        },
        "positions": each(result.positions),
        "recipients": each(result.recipients),
        "pools": {
            name: {
                "inflow": written(amount, result.currency),
                "residue": written(result.residue[name], result.currency),
                "deficit": written(result.deficits.get(name, Fraction(0)), result.currency),
            }
            for name, amount in result.inflow.items()
        },
        "claims": {
            name: each({"total": status.total, "recouped": status.recouped, "outstanding": status.outstanding})
            for name, status in result.claims.items()
        },
        "events": dict(result.events),
        "thresholds": [
            {
                "conditions": list(one.labels),
                "on": str(one.on),
                "receipt": str(one.kind),
                "pool": one.pool,
                "at_inflow": written(one.at, result.currency),
                "part_of_receipt": written(one.part, result.currency),
            }
            for one in result.crossings
        ],
        "held": each(result.held),
        "releases": {name: str(on) for name, on in result.releases.items()},
        "owed_back": each(result.owed_back),
        "earned_and_not_taken": each(result.short),
        "remarks": list(remarks(result)),
        "charges": each(result.charges),
        "views": each(result.views),
        "rounding_residual_owners": [name for name, one in result.payable.items() if one.residual],
        "conservation": {result.conservation.currency: _balance(result)},
        "settlements": [{"settle_by": str(day), "pay_by": str(paid)} for day, paid in result.calendar],
    }


def _balance(result: Result) -> dict[str, Any]:
    """Return where all receipts are. They tie out if nothing differs."""
    balance = result.conservation
    amounts = {
        "received": balance.received,
        "allocated": balance.allocated,
        "held": balance.held,
        "refunds_waiting": balance.refunds,
        "taken_over": result.opened,
        "difference": balance.difference,
    }
    written_amounts = {name: written(Fraction(amount), result.currency) for name, amount in amounts.items()}
    return {**written_amounts, "ties_out": balance.difference == 0}


def as_text(result: Result) -> str:
    """Return the result for people: parties, pools, positions, claims and reserves; thresholds; what to know of it."""
    console = Console(width=110)
    with console.capture() as captured:
        for table in _tables(result):
            console.print(table)
        for crossing in result.crossings:
            where = f"at {_said(crossing.at, result)} of {crossing.pool}"
            console.print(f"{crossing.on}: {'; '.join(crossing.labels)} {where}", markup=False)
        for sentence in remarks(result):
            console.print(sentence, markup=False, soft_wrap=True)
        console.print(f"received {_said(result.conservation.received, result)}, all accounted for", markup=False)
    return captured.get().rstrip()


def _tables(result: Result) -> Iterator[Table]:
    outside = any((*result.charges.values(), *result.views.values()))
    table = table_of(
        "party",
        *["before charges"][:outside],
        *(f"entitled ({result.currency})", "paid", "payable", "carried forward"),
    )
    for party, amount in result.parties.items():
        one = result.payable[party]
        amounts = [*[result.before_charges[party]][:outside], amount]
        figures = (_said(each, result) for each in amounts)
        table.add_row(party, *figures, *(str(each) for each in (one.paid, one.due, one.carried_forward)))
    yield table
    table = table_of("pool", "inflow", "residue", "deficit")
    for name, amount in result.inflow.items():
        deficit = result.deficits.get(name, Fraction(0))
        table.add_row(name, *(_said(each, result) for each in (amount, result.residue[name], deficit)))
    yield table
    table = table_of("position", "taken", *["earned and not there"][: len(result.short)])
    for name, amount in result.positions.items():
        short = [_said(result.short[name], result)] if name in result.short else []
        table.add_row(name, _said(amount, result), *short)
    yield table
    if result.claims:
        table = table_of("claim", "claimed", "recouped", "outstanding")
        for name, status in result.claims.items():
            figures = (_said(each, result) for each in (status.total, status.recouped, status.outstanding))
            table.add_row(name, *figures)
        yield table
    if result.held:
        table = table_of("reserve", "held", "next release")
        for name, amount in result.held.items():
            table.add_row(name, _said(amount, result), str(result.releases.get(name, "")))
        yield table


def _said(amount: Fraction, result: Result) -> str:
    return written(amount, result.currency)["decimal"]


def table_of(*columns: str) -> Table:
    """Return an empty table: names left-aligned in the first column, figures right-aligned in the others."""
    table = Table(box=SIMPLE, show_edge=False)
    for n, column in enumerate(columns):
        table.add_column(column, justify="right" if n else "left")
    return table
