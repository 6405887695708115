"""All instalments of productions, with their titles in the agreement and what happens next to each."""

from dataclasses import dataclass, fields
from pathlib import Path

from adapters.command_handler import CommandHandler
from adapters.db.queries.instalments import InstalmentFilter, InstalmentRow
from adapters.db.queries.paging import WHOLE, Page, PageRequest
from app.bootstrap import handler_on
from app.reads import Reads, reads
from domain.errors import NotFound
from domain.payments.next_step import next_step


@dataclass(frozen=True, slots=True)
class InstalmentShown(InstalmentRow):
    """An instalment with its title and its next step. What is in no schedule has its purpose as title."""

    title: str
    next_step: str


def instalments_of(data: Path | None, chosen: InstalmentFilter, page: PageRequest, user: str) -> Page[InstalmentShown]:
    """Return instalments on a data folder's stack that the user may read."""
    with reads(data, chosen.production, user) as reading:
        found = reading.instalments(chosen, page)
    return Page(shown(data, found.items), found.next_cursor, found.total)


def the_instalment(reading: Reads, name: str) -> InstalmentRow:
    """Return one payment or expected receipt.

    Raises:
        NotFound: it does not exist, or the reader may not see it.
    """
    found = reading.instalments(InstalmentFilter(id=name), WHOLE).items
    if not found:
        raise NotFound(f"There is no payment {name}: `sluice payment schedule` lists all, out and in.", payment=name)
    return found[0]


def shown(data: Path | None, rows: tuple[InstalmentRow, ...]) -> tuple[InstalmentShown, ...]:
    """Add titles and next steps."""
    if not rows:
        return ()
    with handler_on(data) as handler:
        titles = {key: _titles(handler, key) for key in {row.production for row in rows}}
    return tuple(_shown(row, titles[row.production]) for row in rows)


def _titles(handler: CommandHandler, production: str) -> dict[str, str]:
    return {instalment.id: instalment.title for instalment in handler.in_force(production).schedule}


def _shown(row: InstalmentRow, titles: dict[str, str]) -> InstalmentShown:
    columns = {field.name: getattr(row, field.name) for field in fields(InstalmentRow)}
    step = next_step(row.status, row.party, milestone=row.milestone, due_on=row.due_on, run=row.run)
    return InstalmentShown(**columns, title=titles.get(row.instalment, row.purpose.replace("_", " ")), next_step=step)
