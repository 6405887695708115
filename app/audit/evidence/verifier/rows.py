"""Checks imported rows of sources' statements: their hash, totals, counts and conversion."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from .bundle import Bad, Bundle, Json
from .postings import money, places

_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_OF = {"receipt": 6}
"""The column by which totals are grouped: a receipt's medium, otherwise the name."""
_COUNTS = 8
"""The column of a receipt row's counts, if it has any."""


def imported_rows(bundle: Bundle, seq: int, event: Json) -> Iterator[str]:
    """Yield how an import's rows differ from its fact."""
    rows, what = event["rows"], f"the rows of {event['rows']['source']} {event['rows']['statement']}"
    if bundle.digest(f"rows/{seq}.tsv")[0] != rows["sha256"]:
        yield f"{what} are not those that were imported"
        return
    count, sums, miscounted = 0, defaultdict[tuple[str, str], int](int), 0
    uncounted = defaultdict[str, int](int, {one["of"]: one["count"] for one in rows.get("counts", ())})
    converted = bundle.raw_lines(f"rows/{seq}.converted.tsv")
    for raw in bundle.raw_lines(f"rows/{seq}.tsv"):
        cells = raw.decode().rstrip("\n").split("\t")
        _, amount, *_, rate = next(converted, b"\t").decode().rstrip("\n").split("\t")
        count += 1
        if cells[1]:
            minor, currency = int(cells[2]), cells[1]
            sums[_plain(cells[_OF.get(rows["kind"], 4)]), currency] += minor
            miscounted += _number(amount) * 10 ** places(currency) != minor * (_number(rate) if rate else 1)
        for counts in cells[_COUNTS:]:
            for metric, number in json.loads(counts).items():
                uncounted[metric] -= number
    if (count, next(converted, None)) != (rows["count"], None):
        yield f"{what} are not as many as its fact says"
    if miscounted:
        yield f"{what} are converted into other amounts than their rates make, in {miscounted} rows"
    totals = {(total["of"], money(total["amount"])[1]): money(total["amount"])[0] for total in rows["totals"]}
    if {key: minor for key, minor in totals.items() if minor} != {key: minor for key, minor in sums.items() if minor}:
        yield f"{what} do not add up to the totals of its fact"
    if any(uncounted.values()):
        yield f"{what} do not count what its fact says"


def _number(text: str) -> Fraction:
    """Parse a decimal. Its size is limited, because a hostile one could take forever to compute."""
    if not re.fullmatch(r"-?[0-9]{1,60}(\.[0-9]{1,400})?", text):
        raise Bad(f"{text[:40]!r} is no number")
    return Fraction(text)


def _plain(text: str) -> str:
    """Return a cell of PostgreSQL's text form without escapes."""
    return re.sub(r"\\(.)", lambda match: _CONTROL.get(match.group(1), match.group(1)), text)
