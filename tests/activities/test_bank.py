"""Files of the bank, written by the sandbox bank itself, taken in on a real database."""

import uuid
from datetime import date

import pytest

from adapters.bank.folder import folder_of
from adapters.db import health
from adapters.db.queries import bank, runs
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import AllocateMovement
from domain.errors import IllegalTransition
from domain.events import BankFileRefused
from domain.values.money import Money
from tests.world import PRODUCTION

PAID_ON = date(2025, 2, 14)
HOSTILE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.fixture
def sent(registered):
    """WR-A, the scripts on commission, is at the bank."""
    registered.clock.to(PAID_ON)
    registered.send()
    return registered


def fault(world, kind, payment, **more):
    defaults = {"reason": "AC04", "seconds": 0}
    add_fault(world.their_bank.books.db, payment, kind, **(defaults | more))


def test_an_accepted_and_booked_payment_is_settled_and_the_books_say_so(sent):
    assert sent.take() == [None, None]
    assert sent.statuses()["WR-A"] == "settled"
    assert sent.balances()["asset:bank:spc-krw KRW"] == "KRW -192000000"
    assert sent.their_bank.effects(sent.snapshots().payments[sent.payment("WR-A")].end_to_end_id) == 1
    assert sent.wrong() == []


def test_the_same_files_again_change_nothing(sent):
    files = sent.answers()
    for name, raw in files:
        assert sent.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    before = sent.events()
    for name, raw in files:
        assert sent.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    assert sent.events() == before


def test_the_same_bytes_under_another_file_name_change_nothing(sent):
    files = sent.answers()
    for name, raw in files:
        assert sent.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    before = sent.events()
    for name, raw in files:
        assert sent.bank.take(PRODUCTION, "spc-krw", f"again-{name}", raw) is None
    assert sent.events() == before


def test_a_bank_that_answers_twice_is_taken_at_its_word_once(registered):
    registered.clock.to(PAID_ON)
    fault(registered, FaultKind.DUPLICATE_ANSWER, registered.payment("WR-A"))
    registered.send()
    assert registered.take() == [None] * 4
    assert registered.statuses()["WR-A"] == "settled"
    assert registered.events().count("payments-settled") == 1


def test_answers_in_the_wrong_order_end_the_same(sent):
    for name, raw in reversed(sent.answers()):
        assert sent.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    assert sent.statuses()["WR-A"] == "settled"
    assert sent.wrong() == []


def test_a_rejected_payment_names_the_banks_reason(registered):
    registered.clock.to(PAID_ON)
    name = registered.payment("WR-A")
    fault(registered, FaultKind.REJECT, name)
    registered.send()
    assert registered.take() == [None]
    payment = registered.snapshots().payments[name]
    assert (payment.status, payment.reason.split(":")[0]) == ("rejected", "AC04")
    assert "asset:bank:spc-krw KRW" not in registered.balances()


def test_a_return_owes_the_payment_again(registered):
    registered.clock.to(PAID_ON)
    fault(registered, FaultKind.RETURN, registered.payment("WR-A"), seconds=5)
    registered.send()
    registered.take()
    registered.seconds += 10
    assert registered.take() == [None]
    assert registered.statuses()["WR-A"] == "returned"
    assert registered.wrong() == []


def test_money_that_comes_in_is_matched_with_what_is_expected(registered):
    registered.clock.to(date(2025, 1, 20))
    registered.open_day()
    receipt = next(r.id for r in registered.snapshots().receipts.values() if r.instalment == "EQ-A")
    account = f"{PRODUCTION}.spc-krw"
    admin.credit(
        registered.their_bank.books, account, Money.parse("KRW 2400000000"), "Hanbyul", receipt, date(2025, 1, 20)
    )
    assert registered.take() == [None]
    assert registered.snapshots().receipts[receipt].status == "received"
    with registered.store.reading() as records:
        news = records.connection.exec_driver_sql("SELECT name FROM outbox WHERE kind = 'production-news'").scalars()
        assert set(news) == {PRODUCTION}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (HOSTILE, "DOCTYPE"),
        (b"not XML at all", "plain text"),
        (b"", "empty"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "pain.001"),
    ],
)
def test_a_file_that_cannot_be_taken_is_recorded_and_posts_nothing(sent, raw, words):
    before = sent.balances()
    why = sent.bank.take(PRODUCTION, "spc-krw", "odd.xml", raw)
    assert why is not None
    assert words.lower() in why.lower()
    assert isinstance(sent.newest(), BankFileRefused)
    assert sent.balances() == before
    with sent.store.reading() as records:
        assert records.document(sent.newest().file) == raw


def test_a_refused_file_is_recorded_once_however_often_and_under_whatever_name_it_comes(sent):
    for name in ("odd.xml", "odd.xml", "odder.xml"):
        assert sent.bank.take(PRODUCTION, "spc-krw", name, HOSTILE)
    assert sent.events().count("bank-file-refused") == 1


def test_other_content_under_a_known_message_id_is_refused(sent):
    (name, raw), *_ = sent.answers()
    assert sent.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    why = sent.bank.take(PRODUCTION, "spc-krw", "other.xml", raw.replace(b"ACSP", b"RJCT"))
    assert why is not None
    assert "other content" in why
    assert sent.statuses()["WR-A"] == "accepted"


def test_an_answer_to_an_order_that_was_never_sent_is_refused(sent):
    (name, raw), *_ = sent.answers()
    order = next(iter(sent.snapshots().runs.values())).message_id
    why = sent.bank.take(PRODUCTION, "spc-krw", name, raw.replace(order.encode(), b"LIGHTHOUSE-000000-0000000000"))
    assert why is not None
    assert "never sent" in why
    assert sent.statuses()["WR-A"] == "submitted"


def test_a_report_of_another_account_is_refused(sent):
    _, (name, raw) = sent.answers()
    why = sent.bank.take(PRODUCTION, "spc-krw", name, raw.replace(b"10020030040010", b"99920030040010"))
    assert why is not None
    assert "another account" in why
    assert sent.statuses()["WR-A"] == "submitted"


def test_a_report_in_another_currency_is_refused(sent):
    _, (name, raw) = sent.answers()
    why = sent.bank.take(PRODUCTION, "spc-krw", name, raw.replace(b"<Ccy>KRW</Ccy>", b"<Ccy>JPY</Ccy>"))
    assert why is not None
    assert sent.statuses()["WR-A"] == "submitted"


def _renamed(raw, message_id):
    return raw[: raw.index(b"<MsgId>") + 7] + message_id.encode() + raw[raw.index(b"</MsgId>") :]


@pytest.mark.parametrize("message_id", ["with a space", "(2025)/02:14,'+?. -", "x" * 36, "응답-1"])
def test_any_message_id_is_taken(sent, message_id):
    (name, raw), *_ = sent.answers()
    assert sent.bank.take(PRODUCTION, "spc-krw", name, _renamed(raw, message_id)) is None
    assert sent.statuses()["WR-A"] == "accepted"


def test_a_movement_that_nothing_explains_goes_to_suspense(registered):
    account = f"{PRODUCTION}.spc-krw"
    admin.credit(
        registered.their_bank.books, account, Money.parse("KRW 77"), "A stranger", uuid.uuid4().hex, date(2025, 1, 8)
    )
    assert registered.take() == [None]
    assert registered.events()[-2:] == ["movement-unmatched", "bookings-reported"]
    assert registered.wrong() == []


def test_news_of_a_run_is_put_in_the_outbox_with_the_facts(sent):
    sent.take()
    run = next(iter(sent.snapshots().runs))
    with sent.store.reading() as records:
        rows = records.connection.exec_driver_sql("SELECT name FROM outbox WHERE kind = 'run-news'").scalars().all()
        assert set(rows) == {run}
        assert runs.run(records.connection, run).status == "submitted"


def test_an_unmatched_movement_is_allocated_once_and_leaves_suspense(registered):
    account = folder_of(PRODUCTION, "spc-krw")
    reference = uuid.uuid4().hex
    admin.credit(registered.their_bank.books, account, Money.parse("KRW 77"), "A stranger", reference, date(2025, 1, 8))
    registered.take()
    with registered.store.reading() as records:
        (found,) = bank.unmatched(records.connection).items
    assert (str(found.open), found.counterparty) == ("KRW 77", "A stranger")

    def allocate(key):
        return registered.movements.allocate(
            AllocateMovement(
                key=key,
                by="eunwoo",
                production=PRODUCTION,
                account="spc-krw",
                movement=found.movement,
                to="source",
                name="streamer",
                reason="its advice of today",
            )
        )

    assert allocate("a1").open == Money.parse("KRW 0")
    assert allocate("a1").open == Money.parse("KRW 0")
    with pytest.raises(IllegalTransition, match="is allocated already"):
        allocate("a2")
    with registered.store.reading() as records:
        assert bank.unmatched(records.connection).items == ()
    assert registered.wrong() == []


async def test_a_return_that_comes_before_its_debit_is_the_payments_once_the_debit_is_told(registered):
    registered.clock.to(PAID_ON)
    fault(registered, FaultKind.RETURN, registered.payment("WR-A"), seconds=5)
    registered.send()
    before = registered.answers()
    registered.seconds += 10
    registered.clock.to(date(2025, 2, 17))
    (back,) = [(name, raw) for name, raw in registered.answers() if "054" in name]
    assert registered.bank.take(PRODUCTION, "spc-krw", *back) is None
    assert registered.statuses()["WR-A"] == "submitted"
    for name, raw in before:
        assert registered.bank.take(PRODUCTION, "spc-krw", name, raw) is None
    assert registered.statuses()["WR-A"] == "returned"
    assert registered.balances().get("asset:bank:spc-krw KRW", "KRW 0") == "KRW 0"
    with registered.store.reading() as records:
        assert not list(health.suspended(records.connection))
        assert list((await audited(records.connection, Scope(PRODUCTION))).findings) == []
    assert registered.wrong() == []
    assert registered.refolded() == registered.snapshots()
