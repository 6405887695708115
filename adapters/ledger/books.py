"""What a file of the books holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from adapters.db.queries.ledger import JournalRow, PostedRow
from domain.ledger.books import TrialLine


@dataclass(frozen=True)
class LedgerBooks:
    """The books of a production in its currency, on a day. Each part is read when it is written."""

    title: str
    currency: str
    on: date
    journal: Iterable[JournalRow]
    general: Callable[[], Iterable[PostedRow]]
    trial: Callable[[], Iterable[TrialLine]]
