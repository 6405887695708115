import pytest

from domain.commands import KeepEvidence
from domain.errors import Refused, WrongRole
from domain.evidence import keep, shown_name
from domain.milestones import Milestone
from tests.domain import builders as b

SHA, OTHER = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("대본.pdf", "대본.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("../../etc/passwd", "passwd"),
        ("C:\\plans\\plan.xlsx", "plan.xlsx"),
        ("a\nb\x1b[31m\u200b\ufeff.pdf", "ab[31m.pdf"),
        ("\udcff.pdf", "pdf"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_files_name_is_shown_without_what_misleads(name, shown):
    assert shown_name(name) == shown


def kept(command: KeepEvidence, person=b.JI, evidence: dict[str, str] | None = None):
    stands = {"lock": Milestone("lock", "submitted", 2, "ji", evidence or {"script": SHA})}
    return keep(stands, b.agreement(), command, person)


def command(**changes) -> KeepEvidence:
    fields = {"milestone": "lock", "round": 2, "evidence": "script", "sha256": SHA, "name": "대본.pdf", "size": 7}
    return KeepEvidence(key="k", by="ji", production="HANA", **(fields | changes))


def test_what_stands_as_evidence_may_be_stored_by_the_party_that_submits():
    (event,) = kept(command())
    assert (event.evidence, event.sha256, event.name, event.size) == ("script", SHA, "대본.pdf", 7)
    with pytest.raises(WrongRole, match="may not store evidence of lock"):
        kept(command(), person=b.AOI)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sha256": OTHER}, "This file is not the script that was handed in"),
        ({"round": 1}, "no evidence of lock in round 1"),
        ({"evidence": "budget"}, "budget is no evidence of lock"),
        ({"milestone": "wrap"}, "no evidence of wrap"),
    ],
)
def test_nothing_else_is_stored(changes, says):
    with pytest.raises(Refused, match=says):
        kept(command(**changes))
