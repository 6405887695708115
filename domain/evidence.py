"""Evidence of milestones whose content is stored: which may be, and under which name it is shown.

Evidence is a SHA-256 in the journal. Its content may be stored beside it, or be kept elsewhere.
"""

import unicodedata
from collections.abc import Mapping

from domain.agreement.model import Agreement
from domain.commands import KeepEvidence, require
from domain.errors import Refused
from domain.events import EvidenceKept
from domain.identity import Person
from domain.milestones import Milestone, terms_of

NAME_LENGTH = 120
"""The most characters of a file's name that are recorded."""


def keep(
    milestones: Mapping[str, Milestone], agreement: Agreement, command: KeepEvidence, person: Person
) -> list[EvidenceKept]:
    """Record that the content of a document is stored. Only what stands as evidence now may be.

    Raises:
        WrongRole: the person is not of the party that submits the milestone.
        Refused: the document is not evidence of the milestone's newest round, or has another hash.
    """
    terms = terms_of(agreement, command.milestone)
    require(person, KeepEvidence, (terms.submitter,), f"store evidence of {terms.id}")
    milestone = milestones.get(terms.id, Milestone(terms.id))
    stands = milestone.evidence.get(command.evidence)
    if stands is None or milestone.round != command.round:
        raise Refused(
            f"{command.evidence} is no evidence of {terms.id} in round {command.round}: "
            f"`sluice evidence list {agreement.production}` shows what is.",
            milestone=terms.id,
        )
    if stands != command.sha256:
        raise Refused(
            f"This file is not the {command.evidence} that was handed in for {terms.id}: its SHA-256 is "
            f"{command.sha256[:12]}…, and that of the evidence {stands[:12]}….",
            milestone=terms.id,
        )
    return [EvidenceKept(**{name: getattr(command, name) for name in _FIELDS})]


_FIELDS = ("milestone", "round", "evidence", "sha256", "name", "size")


def shown_name(file_name: str) -> str:
    """A file's name without what would mislead whoever reads it: folders, control and direction characters."""
    last = unicodedata.normalize("NFC", file_name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(each for each in last if unicodedata.category(each)[0] not in "CZ" or each == " ")
    return plain.strip(" .")[:NAME_LENGTH].strip() or "unnamed"
