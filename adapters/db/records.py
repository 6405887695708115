"""Reads records: the snapshot tables as domain state, and the stored documents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Cursor
from psycopg.rows import DictRow, dict_row
from sqlalchemy import Connection, Dialect

from adapters.db import distribution_rows, people, rows, tables
from adapters.db.conditions import any_of
from adapters.db.connection import driver_of
from adapters.db.dealings import credit_of
from domain.agreement.productions import Production
from domain.bank.bookings import Needs
from domain.bank.identity import KnownBooking
from domain.identity.people import People
from domain.payments.payments import Payments
from domain.state import State


def given(name: str) -> sa.BindParameter[Any]:
    """Return a bound parameter whose value the selection supplies."""
    return sa.bindparam(name, required=False)


def doubted(runs: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition for payments with an attempt in doubt of one of these runs, which they may have left."""
    payment, run = tables.payment.alias("doubted"), tables.run.c
    doubt = sa.func.jsonb_array_elements(payment.c.doubts).table_valued("value", name="doubt")
    of_run = sa.select(run.id).where(runs, run.id == doubt.c.value.op("->>")("run")).exists()
    found = sa.select(payment.c.id).where(
        payment.c.doubts.is_not(None), sa.select(doubt.c.value).where(of_run).exists()
    )
    # An array, for the planner can combine it with another condition without reading the whole table.
    return tables.payment.c.id == sa.any_(sa.func.array(found.scalar_subquery()))


def runs_of(payments: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition for the runs that payments are in, and those of their attempts in doubt."""
    payment = tables.payment.alias("named")
    doubt = sa.func.jsonb_array_elements(payment.c.doubts).table_valued("value", name="doubt")
    named = any_of(payment.c.id, payments)
    of_doubts = payment.join(doubt, sa.true())
    doubted_runs = sa.select(doubt.c.value.op("->>")("run")).select_from(of_doubts).where(named)
    return sa.or_(tables.run.c.id.in_(sa.select(payment.c.run).where(named)), tables.run.c.id.in_(doubted_runs))


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a production's state to load: the production, and the rows that the conditions select.

    A condition without parameters is compiled to SQL once. `values` holds the values of its `given` parameters.
    """

    payments: sa.ColumnElement[bool] | None = None
    receipts: sa.ColumnElement[bool] | None = None
    runs: sa.ColumnElement[bool] | None = None
    milestones: bool = False
    distributions: bool = False
    proposals: bool = False
    people: bool = False
    """All people of the house. Without it, they are those whom the command concerns."""
    credits: bool = False
    values: Mapping[str, object] = field(default_factory=dict)


class Records:
    """Read-only access to the records within one database transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def state(
        self,
        production: str,
        *,
        payments: sa.ColumnElement[bool] | None = None,
        receipts: sa.ColumnElement[bool] | None = None,
        runs: sa.ColumnElement[bool] | None = None,
        milestones: bool = False,
        distributions: bool = False,
        proposals: bool = False,
    ) -> State:
        """Return the production and the payments, receipts and runs that the conditions select (none by default)."""
        return self.select(production, Selection(payments, receipts, runs, milestones, distributions, proposals))

    def select(self, production: str, selection: Selection) -> State:
        """Return the part of a production's state that a selection names, in one round trip."""
        with self.driver.pipeline():
            asked = self.ask({production: selection})
        return asked()[production]

    def ask(self, selections: Mapping[str, Selection]) -> Callable[[], dict[str, State]]:
        """Send the selections of several productions into the pipeline; return a function that reads the answers."""
        if not selections:
            return dict
        productions = self._cursor().execute(_PRODUCTIONS, [list(selections)])
        chosen = {production: self._ask(production, selection) for production, selection in selections.items()}

        def read() -> dict[str, State]:
            """The states by production."""
            known = {row["key"]: rows.production_of(row) for row in productions}
            return {
                production: _state(known.get(production), {name: cursor.fetchall() for name, cursor in found.items()})
                for production, found in chosen.items()
            }

        return read

    def people(self, *names: str) -> People:
        """Return the people whom commands of these users concern; everybody if none is named."""
        return people.answer(people.ask(self.driver, names or None))

    def document(self, digest: str) -> bytes | None:
        """Return a stored document's bytes."""
        table = tables.document
        row = self.connection.execute(sa.select(table.c.content).where(table.c.sha256 == digest)).one_or_none()
        return None if row is None else bytes(row[0])

    def known_bookings(self, stream: str, account: str, needs: Needs) -> list[KnownBooking]:
        """Return the earlier bookings of an account that a file may tell again or undo, by day."""
        booking, run, payment = tables.booking.c, tables.run.c, tables.payment.c
        of_orders = sa.select(payment.id).join_from(
            tables.payment, tables.run, sa.and_(payment.run == run.id, any_of(run.message_id, needs.orders))
        )
        same_day = sa.or_(any_of(booking.booked_on, needs.days), booking.booked_on.is_(None))
        alike = sa.or_(
            any_of(booking.minor, needs.amounts),
            any_of(booking.entry_minor, needs.entry_amounts),
            booking.about.in_(of_orders),
        )
        query = sa.select(tables.booking).where(
            booking.stream == stream,
            booking.account == account,
            sa.or_(sa.and_(same_day, alike), any_of(booking.minor, needs.opposite)),
        )
        in_order = query.order_by(booking.booked_on.nulls_first(), booking.movement)
        return [rows.booking_of(dict(row)) for row in self.connection.execute(in_order).mappings()]

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """Return the driver's connection, for features that SQLAlchemy lacks."""
        return driver_of(self.connection)

    def _ask(self, production: str, selection: Selection) -> dict[str, Cursor[DictRow]]:
        every = sa.true()
        chosen = (
            (tables.milestone, every if selection.milestones else None),
            (tables.payment, selection.payments),
            (tables.receipt, selection.receipts),
            (tables.run, selection.runs),
            (tables.distribution, every if selection.distributions else None),
            (tables.proposal, every if selection.proposals else None),
            (tables.credit, every if selection.credits else None),
        )
        asked = {}
        for table, condition in chosen:
            if condition is not None:
                statement, bound = _selected(self.connection.dialect, table, condition)
                values = {**bound, **selection.values, "_production": production}
                asked[table.name] = self._cursor().execute(statement, values)
        return asked

    def _cursor(self) -> Cursor[DictRow]:
        return self.driver.cursor(row_factory=dict_row)


def _state(production: Production | None, found: Mapping[str, Sequence[DictRow]]) -> State:
    return State(
        production=production,
        milestones={row["id"]: rows.milestone_of(row) for row in found.get("milestone", ())},
        payments=Payments(rows.payment_of(row) for row in found.get("payment", ())),
        receipts={row["id"]: rows.receipt_of(row) for row in found.get("receipt", ())},
        runs={row["id"]: rows.run_of(row) for row in found.get("run", ())},
        distributions={row["period"]: distribution_rows.distribution_of(row) for row in found.get("distribution", ())},
        proposals={row["document"]: rows.proposal_of(row) for row in found.get("proposal", ())},
        credits={row["id"]: credit_of(row) for row in found.get("credit", ())},
    )


_PRODUCTIONS = "SELECT key, title, version, document, books_closed_until, payees FROM production WHERE key = ANY(%s)"


@lru_cache(maxsize=256)
def _selected(dialect: Dialect, table: sa.Table, condition: sa.ColumnElement[bool]) -> tuple[str, Mapping[str, object]]:
    """Return SQL for one production's rows that match a condition, and the condition's constant values."""
    query = sa.select(table).where(table.c.production == given("_production"), condition)
    compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), compiled.params
