"""Hashes of a run's result, as canonical JSON with exact rationals.

Payments are not included, because a payment changes nobody's entitlement. A scheme never changes, because recorded
distributions hold its hashes. A new scheme needs a new engine number.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from domain.sharing.waterfall.outcome import Crossing
from domain.sharing.waterfall.result import Result


def of_figures(result: Result) -> str:
    """SHA-256 over every figure. Wording may change without changing it."""
    return _hashed(result, lambda one: [str(one.on), str(one.kind), one.pool, str(one.at), str(one.part)])


def of_figures_and_labels(result: Result) -> str:
    """SHA-256 over every figure and the labels of crossings, so it depends on our wording."""
    return _hashed(
        result, lambda one: [str(one.on), str(one.kind), one.pool, list(one.labels), str(one.at), str(one.part)]
    )


def _hashed(result: Result, crossing: Callable[[Crossing], list[Any]]) -> str:
    content: dict[str, Any] = {
        "currency": result.currency,
        "as_of": str(result.as_of),
        "claims": {
            name: [str(each) for each in (status.total, status.recouped, status.outstanding)]
            for name, status in result.claims.items()
        },
        "events": dict(result.events),
        "crossings": [crossing(one) for one in result.crossings],
        "entitled": {party: str(payable.entitled) for party, payable in result.payable.items()},
    }
    for name in (
        *("parties", "positions", "recipients", "inflow", "residue"),
        *("deficits", "held", "charges", "views"),
    ):
        amounts: Mapping[str, Fraction] = getattr(result, name)
        content[name] = {key: str(Fraction(amount)) for key, amount in amounts.items()}
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()
