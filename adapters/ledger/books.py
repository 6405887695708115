"""What a file of the books holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from adapters.db.queries.ledger import JournalRow, PostedRow
from domain.ledger.books import TrialLine


@dataclass(frozen=True)
class Books:
    """The books of a production in its currency, on a day. The journal is read while it is written."""

    title: str
    currency: str
    on: date
    journal: Iterable[JournalRow]
    general: Iterable[PostedRow]
    trial: Iterable[TrialLine]
