"""Lists of the archive of workflow histories."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.queries.paging import WHOLE, Order, Page, PageRequest, only, paged


@dataclass(frozen=True, slots=True)
class Archived:
    """A row of the archive without its bytes. `status` is a `HistoryStatus`, unless somebody tampered with it."""

    workflow_id: str
    run_id: str
    production: str
    workflow_type: str
    status: str
    events: int
    build_id: str
    sha256: str
    continued_from: str
    packed_sha256: str

    @property
    def name(self) -> str:
        """The name of the run for people."""
        return f"{self.workflow_id} (run {self.run_id})"


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Selects histories."""

    production: str | None = None
    workflow_type: str | None = None
    status: str | None = None


_TABLE = tables.history.c
_ORDER = Order("histories", (_TABLE.workflow_id, _TABLE.run_id))


def archived_histories(
    connection: Connection, chosen: HistoryFilter | None = None, page: PageRequest = WHOLE
) -> Page[Archived]:
    """Return archived histories by workflow and run, without their bytes."""
    wanted = chosen or HistoryFilter()
    columns = (
        _TABLE.workflow_id,
        _TABLE.run_id,
        _TABLE.production,
        _TABLE.workflow_type,
        _TABLE.status,
        _TABLE.events,
        _TABLE.build_id,
        _TABLE.sha256,
        _TABLE.continued_from,
        _TABLE.packed_sha256,
    )
    query = sa.select(*columns).where(
        *only(
            (_TABLE.production, wanted.production),
            (_TABLE.workflow_type, wanted.workflow_type),
            (_TABLE.status, wanted.status),
        )
    )

    def made(row: sa.Row[Any]) -> Archived:
        """Convert a row of the archive."""
        return Archived(*row[: len(columns)])

    return paged(connection, query, _ORDER, made, page)
