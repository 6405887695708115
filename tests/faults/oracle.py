"""The sandbox bank's own books against the payments, the ledger and the journal."""

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from adapters.bank.folder import folder_of
from adapters.db import tables
from adapters.db.queries import chain
from adapters.db.queries.ledger import balances as balances_of
from adapters.db.queries.payments import PaymentFilter
from adapters.db.queries.payments import payments as payments_of
from adapters.db.streams import stream_of
from adapters.sandbox_bank.admin import books_path, folders_path
from adapters.sandbox_bank.books import BankBooks
from app.bootstrap import Services
from app.ledger.verify import verify
from app.stack.stack import EmbeddedStack
from bench import common
from domain.values.money import Money

CLOSED = {"settled", "rejected", "returned"}
OUT_OF_ORDER = {"answer-contradicted", "movement-unmatched", "bank-file-refused"}


def closed(services: Services, production: str) -> bool:
    """Whether every payment has come to an end, and nothing waits to be told or taken in.

    Not known, and so not yet, while the database does not answer.
    """
    try:
        return _closed(services, production)
    except OperationalError:
        return False


def _closed(services: Services, production: str) -> bool:
    with services.store.reading() as records:
        waiting = records.connection.execute(
            sa.select(sa.func.count()).where(tables.outbox.c.done_at.is_(None))
        ).scalar_one()
    files = folders_path(services.settings.data) / folder_of(production, common.ACCOUNT)
    left = [file for part in ("outbox", "inbox") for file in (files / part).iterdir()]
    return set(common.statuses(services, production)) <= CLOSED and not waiting and not left


def assert_books_agree(stack: EmbeddedStack, services: Services, production: str, payouts: int) -> None:
    """One bank effect for each payment that was paid and none for any other; ledger and journal say the same."""
    folder = folder_of(production, common.ACCOUNT)
    books = BankBooks(books_path(stack.data))
    try:
        with services.store.reading() as records:
            payments = payments_of(records.connection, PaymentFilter(production)).items
            balances = {row.account: row.balance for row in balances_of(records.connection, production)}
            proof = verify(records.connection)
            types = {fact.type for fact in chain.facts(records.connection, stream_of(production))}
        assert len(payments) == payouts
        effects = {row.id: books.effects(row.end_to_end_id) for row in payments}
        assert effects == {row.id: int(row.status in {"settled", "returned"}) for row in payments}
        booked = books.booked()
        for row in payments:
            if row.status == "settled":
                assert booked[row.end_to_end_id] == row.booked == row.amount
        change = books.moved()[folder]
    finally:
        books.close()
    settled = [row.amount.minor for row in payments if row.status == "settled"]
    assert change == Money(-sum(settled), "KRW")
    assert balances.get("asset:bank:spc-krw", Money.zero("KRW")) == change
    assert not types & OUT_OF_ORDER
    assert proof.wrong == []
