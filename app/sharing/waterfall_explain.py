"""Explanations of waterfalls from files, as text and JSON."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.sharing.waterfall import facts_of, last_day, versions
from domain.errors import NotFound
from domain.sharing.waterfall.engines import ENGINES
from domain.sharing.waterfall.explain import Explanation, explain
from domain.sharing.waterfall.result import written


def explain_files(
    agreement: Path,
    facts: Sequence[Path],
    as_of: date | None,
    party: str,
    amends: Sequence[Path] = (),
    mapping: Path | None = None,
) -> Explanation:
    """Explain a party's entitlement. `as_of` defaults to the day of the last fact.

    Raises:
        NotFound: the agreement has no such party.
    """
    chain = versions(agreement, amends)
    if party not in chain[-1].parties:
        raise NotFound(f"There is no party {party!r} in {agreement}: write one of {', '.join(chain[-1].parties)}.")
    known = facts_of(agreement, facts, mapping, singly=True)
    return explain(ENGINES.current.run, chain, known, as_of or last_day(known), party)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation for programs, with exact amounts."""
    currency = explanation.currency
    return {
        "party": explanation.party,
        "currency": currency,
        "total": written(explanation.total, currency),
        "origins": [
            {
                "on": str(one.on),
                "receipt": one.receipt,
                "slice": written(one.slice, currency),
                "through": list(one.through),
                "position": one.position,
                "share": one.share,
                "weight": one.weighed,
                "base": written(one.base, currency),
                "amount": written(one.amount, currency),
                "counts": {metric: str(count) for metric, count in one.counts},
            }
            for one in explanation.origins
        ],
    }


def as_text(explanation: Explanation) -> str:
    """Return a line for each origin, then the total."""
    lines = []
    for one in explanation.origins:
        base, part, amount = (
            written(each, explanation.currency)["decimal"] for each in (one.base, one.slice, one.amount)
        )
        way = " → ".join([*one.through, one.position])
        part += f" with {one.counted}" if one.counts else ""
        share = f"{one.share}, {one.weighed} of it" if one.weighed else one.share
        lines.append(f"{one.on}  {one.receipt}  slice {part}  {way}  {share} (base {base})  = {amount}")
    total = written(explanation.total, explanation.currency)
    return "\n".join([*lines, f"{explanation.party}: {explanation.currency} {total['decimal']} ({total['exact']})"])
