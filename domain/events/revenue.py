"""Events of a source's statements: receipts, costs and everything else that the waterfall counts."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.values.money import Money
from domain.values.record import Day, Record, Sha256

Reported = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
"""The name of a source, or the number that a source gives its statement."""

REASON_LETTERS = 500
Explanation = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_LETTERS)]
"""Why somebody did something, in their own words."""


class StatementKind(StrEnum):
    """What the rows of a statement are. `opening` is a balance taken over; `date` is the day of an occurrence."""

    RECEIPT = "receipt"
    COST = "cost"
    METRIC = "metric"
    ADVANCE = "advance"
    OPENING = "opening"
    DATE = "date"


class StatementTotal(Record):
    """The sum of the rows of one medium (receipts) or one name (anything else), in one currency."""

    of: str
    amount: Money


class StatementCount(Record):
    """The total count of one of the agreement's metrics in the rows of receipts."""

    of: str
    count: int


class Confirmed(StrEnum):
    """What somebody confirmed of an import that looks like a mistake: that no rows are left, or come once more."""

    EMPTY = "empty"
    REPEATED = "repeated"


class ImportedRows(Record):
    """A summary of the rows of a statement.

    `sha256` binds the rows in their canonical form and `file_sha256` the file they came in. `mapping` says how it was
    read. Dates are those of the first and the last row by date; None without rows. Rows without counts are written
    without `counts`, so that the bytes and hashes of older records stay valid.
    """

    kind: StatementKind
    source: Reported
    statement: Reported
    count: int = Field(ge=0)
    sha256: Sha256
    file: str = Field(max_length=255)
    file_sha256: Sha256
    mapping: Sha256 | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    totals: tuple[StatementTotal, ...] = ()
    counts: tuple[StatementCount, ...] = Field(default=(), exclude_if=lambda counts: not counts)


class StatementImported(Record):
    """A source's statement counts from now on. Its `version` supersedes the one before, which is `restated`.

    `reason` says why, where somebody said it.
    """

    type: Literal["statement-imported"] = "statement-imported"
    version: int
    rows: ImportedRows
    restated: tuple[StatementTotal, ...] = ()
    confirms: Confirmed | None = None
    reason: Explanation | None = None


RevenueEvent = StatementImported
"""Every event of this module."""
