"""What sources report of a finished work: receipts, and what else the waterfall counts with."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.values.money import Money
from domain.values.record import Day, Record, Sha256

Reported = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
"""The name of a source, or a source's number of a statement."""


class StatementKind(StrEnum):
    """What the rows of a statement are. `opening` is a balance taken over, `date` a day on which something happened."""

    RECEIPT = "receipt"
    COST = "cost"
    METRIC = "metric"
    ADVANCE = "advance"
    OPENING = "opening"
    DATE = "date"


class StatementTotal(Record):
    """What the rows of one medium (of receipts) or one name (of anything else) add up to, in one currency."""

    of: str
    amount: Money


class StatementCount(Record):
    """What the rows of receipts count of one of the agreement's metrics, in all."""

    of: str
    count: int


class ImportedRows(Record):
    """The rows of a statement, summed up.

    `sha256` binds the rows in their canonical form, `file_sha256` the file they came in, `mapping` how it was read.
    Dates are those of the first and the last row by date; None without rows. Rows that count nothing are written
    without `counts`, as they were before there were any: what is on record keeps its bytes and its hashes.
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
    """A source's statement counts from now on; its `version` supersedes the one before it, which was `restated`."""

    type: Literal["statement-imported"] = "statement-imported"
    version: int
    rows: ImportedRows
    restated: tuple[StatementTotal, ...] = ()
