"""The engines that the recorded distributions need. Check them before an engine is dropped."""

from typing import Any

from adapters.db import health as recorded
from adapters.db.records import Records
from domain.sharing.waterfall.engines import ENGINES, Engines

Row = dict[str, Any]


def needed(records: Records, engines: Engines = ENGINES) -> list[Row]:
    """Return a line for each engine and production that needs it, by engine number. Unused engines are included.

    `goes_on` lists the periods that payouts and statements build on. `audited` lists those that only audits and
    explanations recompute. An engine may be dropped once both are empty.
    """
    found: dict[tuple[str, str], Row] = {}
    for one in recorded.computed_by(records.connection):
        row = found.setdefault((one.engine, one.production), {"goes_on": [], "audited": []})
        row["goes_on" if one.goes_on else "audited"].append(one.period)
    for number in engines.numbers:
        if all(engine != number for engine, _ in found):
            found[number, ""] = {"goes_on": [], "audited": []}
    return [
        {"engine": engine, "here": _here(engine, engines), "production": production, **found[engine, production]}
        for engine, production in sorted(found)
    ]


def _here(number: str, engines: Engines) -> str:
    if number not in engines.numbers:
        return "MISSING"
    return "current" if number == engines.current.number else "kept"
