"""What is recorded, read: the snapshots as the domain's state, and the kept documents."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from adapters.db import rows, tables
from domain.agreement.productions import Production
from domain.payments.payments import Payments
from domain.state import State


class Records:
    """What one database transaction sees of the record; it reads, and writes nothing."""

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
    ) -> State:
        """The production, and those of its payments, receipts and runs that the conditions choose (none by default)."""
        row = self._rows(tables.production, tables.production.c.key == production)
        return State(
            production=Production(**row[0]) if row else None,
            milestones={
                r["id"]: rows.milestone_of(r)
                for r in self._chosen(tables.milestone, production, sa.true() if milestones else None)
            },
            payments=Payments(rows.payment_of(r) for r in self._chosen(tables.payment, production, payments)),
            receipts={r["id"]: rows.receipt_of(r) for r in self._chosen(tables.receipt, production, receipts)},
            runs={r["id"]: rows.run_of(r) for r in self._chosen(tables.run, production, runs)},
            distributions={
                r["period"]: rows.distribution_of(r)
                for r in self._chosen(tables.distribution, production, sa.true() if distributions else None)
            },
        )

    def document(self, digest: str) -> bytes | None:
        """A kept document's bytes."""
        table = tables.document
        row = self.connection.execute(sa.select(table.c.content).where(table.c.sha256 == digest)).one_or_none()
        return None if row is None else bytes(row[0])

    def known_movements(self, stream: str, account: str, references: Sequence[str]) -> frozenset[str]:
        """Which of a bank's references on one of our accounts are in the books already."""
        table = tables.movement.c
        query = sa.select(table.bank_reference).where(
            table.stream == stream,
            table.account == account,
            table.bank_reference == sa.any_(sa.literal(list(references), sa.ARRAY(sa.Text))),
        )
        return frozenset(self.connection.execute(query).scalars())

    def _chosen(
        self, table: sa.Table, production: str, condition: sa.ColumnElement[bool] | None
    ) -> Sequence[RowMapping]:
        if condition is None:
            return ()
        return self._rows(table, sa.and_(table.c.production == production, condition))

    def _rows(self, table: sa.Table, condition: sa.ColumnElement[bool]) -> Sequence[RowMapping]:
        return self.connection.execute(sa.select(table).where(condition)).mappings().all()


@contextmanager
def at_one_instant(connection: Connection) -> Iterator[None]:
    """Inside, a connection only reads, and sees the records as they are now; see `adapters.db.store.Store.reading`.

    It holds nobody up, so unlike who writes it may take its time between two questions: a proof computes for minutes.
    """
    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection.begin():
        try:
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield
        except KeyboardInterrupt:
            connection.invalidate()  # in the middle of an answer there is nothing that it could be rolled back with
            raise
