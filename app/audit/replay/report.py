"""The report of an audit, for people and for programs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from domain.audit.findings import Finding, Verdict
from domain.ledger.journal import Head


@dataclass
class AuditReport:
    """The verdicts of an audit, with the journal heads that they rest on."""

    heads: dict[str, Head] = field(default_factory=dict)
    events: int = 0
    histories: int = 0
    notes: list[str] = field(default_factory=list)
    """Notes that prove nothing either way, such as on commands of workflows that are still open."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all three verdicts hold."""
        return not self.findings

    def of(self, verdict: Verdict) -> list[Finding]:
        """Return the findings that break one verdict."""
        return [finding for finding in self.findings if finding.verdict is verdict]

    def json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "holds": self.holds,
            "events": self.events,
            "histories": self.histories,
            "heads": {stream: {"seq": head.seq, "hash": head.hash.hex()} for stream, head in self.heads.items()},
            "verdicts": {
                verdict.value: {"holds": not self.of(verdict), "findings": [_row(each) for each in self.of(verdict)]}
                for verdict in Verdict
            },
            "notes": self.notes,
        }

    def lines(self) -> Iterable[str]:
        """Return the report for people, line by line."""
        for verdict in Verdict:
            found = self.of(verdict)
            yield f"{verdict.value:<12} {'holds' if not found else f'BROKEN in {len(found)} places'}"
            yield from (f"  {finding.full}" for finding in found)
        yield from (f"note: {note}" for note in self.notes)
        yield f"{self.events} events and {self.histories} archived histories; this rests on"
        yield from (f"  {stream} event {head.seq} {head.hash.hex()}" for stream, head in self.heads.items())


def _row(finding: Finding) -> dict[str, str]:
    return {
        "record": finding.record,
        "said": finding.difference,
        "expected": finding.expected,
        "found": finding.found,
    }
