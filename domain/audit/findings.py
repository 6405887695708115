"""Findings of an audit: one for each difference, under the verdict that it breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_LONGEST = 300


class Verdict(StrEnum):
    """What an audit proves.

    `integrity`: stored bytes have not changed. `fidelity`: everything else follows from the journal. `determinism`:
    today's workflow code issues exactly the commands of the archived histories.
    """

    INTEGRITY = "integrity"
    FIDELITY = "fidelity"
    DETERMINISM = "determinism"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: the record, what is wrong, and where known the expected and the found value."""

    verdict: Verdict
    record: str
    difference: str
    expected: str = ""
    found: str = ""

    @property
    def sentence(self) -> str:
        """Record and difference in one line."""
        return f"{self.record}: {self.difference}"

    @property
    def full(self) -> str:
        """The sentence with both sides of the difference."""
        if not (self.expected or self.found):
            return self.sentence
        return f"{self.sentence} (expected {self.expected or 'nothing'}, found {self.found or 'nothing'})"


def broken(record: str, difference: str, expected: object = "", found: object = "") -> Finding:
    """A difference that breaks integrity."""
    return Finding(Verdict.INTEGRITY, record, difference, _brief(expected), _brief(found))


def unfaithful(record: str, difference: str, expected: object = "", found: object = "") -> Finding:
    """A difference that breaks fidelity."""
    return Finding(Verdict.FIDELITY, record, difference, _brief(expected), _brief(found))


def undetermined(record: str, difference: str, expected: object = "", found: object = "") -> Finding:
    """A difference that breaks determinism."""
    return Finding(Verdict.DETERMINISM, record, difference, _brief(expected), _brief(found))


def differing(record: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Finding]:
    """A fidelity finding for each field in which a row differs from what it should be."""
    for name, right in expected.items():
        if name not in found or found[name] != right:
            yield unfaithful(record, f"its {name} is not what the journal makes it", repr(right), repr(found.get(name)))


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
