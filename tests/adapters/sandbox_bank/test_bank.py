import os
from datetime import date
from decimal import Decimal
from fractions import Fraction
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bank.pain001 import write_order
from adapters.sandbox_bank import bank as bank_module
from adapters.sandbox_bank.admin import books_path, credit, open_account, request_statement, transfers
from adapters.sandbox_bank.bank import SandboxBank
from adapters.sandbox_bank.books import CREDIT_LINE_MINOR, BankBooks, converted
from domain.bank.first_release.model import AccountReport, StatusReport
from domain.bank.messages import BankVerdict
from domain.errors import BadInput, NotFound, Refused
from domain.values.money import Money
from tests.adapters.bank.samples import AGREED, DEBTOR, VENDOR, order, transfer
from tests.adapters.sandbox_bank.customer import KEY, groups, movements, statuses

MINUS = "debit"


def test_an_order_is_accepted_as_a_group_and_notified_as_one_batch(customer):
    status, report = customer.exchange(transfer("E1", "JPY 1000"), transfer("E2", "JPY 2000"))
    assert (status.group, status.transfers, status.order_message_id) == (BankVerdict.ACCEPTED, (), "RUN-1")
    assert (report.account_number, report.booked_on) == (DEBTOR.number, date(2025, 3, 4))
    assert movements([report]) == [("E1", MINUS, "JPY 1000"), ("E2", MINUS, "JPY 2000")]
    assert report.movements[0].counterparty == VENDOR.holder
    assert customer.bank.books.balances() == {KEY: Money(997_000, "JPY")}
    assert customer.bank.books.booked() == {"E1": Money(1000, "JPY"), "E2": Money(2000, "JPY")}


def test_the_same_file_again_is_answered_from_the_books_without_a_second_effect(customer):
    raw = customer.send(transfer("E1"))
    customer.answers()
    customer.put(raw)
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.ACCEPTED, None)]
    assert (movements(answers), customer.bank.effects("E1")) == ([], 1)
    assert customer.bank.books.db.execute("SELECT deliveries FROM payment_order").fetchall() == [(2,)]


def test_another_file_under_a_message_id_that_was_used_is_rejected(customer):
    customer.exchange(transfer("E1"))
    answers = customer.exchange(transfer("E2"))
    assert (groups(answers), customer.bank.effects("E2")) == ([(BankVerdict.REJECTED, "DU01")], 0)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"<NbOfTxs>1</NbOfTxs>", b"<NbOfTxs>2</NbOfTxs>", "AM18"),
        (b"<CtrlSum>1000</CtrlSum>", b"<CtrlSum>1001</CtrlSum>", "AM10"),
        (b"11022033044", b"99999999999", "AC02"),
        (b"<Ccy>JPY</Ccy>", b"<Ccy>USD</Ccy>", "AC09"),
        (b"HNBNKRSE", b"HNB", "RC01"),
        (b"<Dt>2025-03-04</Dt>", b"<Dt>soon</Dt>", "DT01"),
        (b"<EndToEndId>MANGA12-1</EndToEndId>", b"", "FF01"),
    ],
)
def test_a_file_that_contradicts_itself_or_the_channel_is_rejected_as_a_group(customer, old, new, reason):
    customer.put(write_order(order()).replace(old, new))
    assert groups(customer.answers()) == [(BankVerdict.REJECTED, reason)]
    assert customer.bank.books.booked() == {}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"DE89370400440532013000", b"DE89370400440532013001", "AC01"),
        (b"DEUTDEFF500", b"DEUT", "RC01"),
        (b"<TwnNm>Berlin</TwnNm>", b"", "BE04"),
        (b"<Nm>Studio &lt;Nord&gt; GmbH</Nm>", b"", "BE21"),
        (b">1000<", b">1000.5<", "AM12"),
        (b">1000<", b">0<", "AM12"),
        (b'InstdAmt Ccy="JPY"', b'InstdAmt Ccy="ZZZ"', "AM03"),
        (b'InstdAmt Ccy="JPY"', b'InstdAmt Ccy="NOK"', "AM03"),
        (b">1000<", b">2000000<", "AM04"),
    ],
)
def test_a_transfer_that_cannot_be_paid_is_rejected_with_its_reason(customer, old, new, reason):
    customer.put(write_order(order()).replace(old, new))
    answers = customer.answers()
    assert statuses(answers) == {"MANGA12-1": ("rejected", reason)}
    assert movements(answers) == []


def test_a_payment_that_was_taken_is_not_taken_in_another_order(customer):
    customer.exchange(transfer("E1"))
    answers = customer.exchange(transfer("E1"), transfer("E2"), message_id="RUN-2")
    assert statuses(answers) == {"E1": ("rejected", "AM05"), "E2": ("accepted", None)}
    assert customer.bank.effects("E1") == 1


def test_a_payment_twice_in_one_file_is_booked_once(customer):
    raw = write_order(order(transfer("E1"), transfer("E2"))).replace(b">E2<", b">E1<")
    customer.put(raw)
    customer.answers()
    assert [row[3] for row in transfers(customer.bank.books)] == ["booked", "rejected"]
    assert customer.bank.effects("E1") == 1


def test_an_order_beyond_the_balance_is_paid_as_far_as_it_goes(customer):
    answers = customer.exchange(
        transfer("E1", "JPY 900000"), transfer("E2", "JPY 200000"), transfer("E3", "JPY 100000")
    )
    assert statuses(answers) == {"E1": ("accepted", None), "E2": ("rejected", "AM04"), "E3": ("accepted", None)}
    assert customer.bank.books.balances() == {KEY: Money(0, "JPY")}


def test_a_transfer_in_another_currency_is_debited_at_the_agreed_rate(customer):
    _, report = customer.exchange(transfer("E1", "USD 10.01", agreed_rate=AGREED))
    (movement,) = report.movements
    assert (movement.booked, movement.instructed, movement.rate) == (
        Money(1486, "JPY"),
        Money(1001, "USD"),
        Decimal("148.50"),
    )


def test_without_an_agreed_rate_the_bank_takes_that_of_its_list(customer):
    _, report = customer.exchange(transfer("E1", "USD 10.00"))
    assert (report.movements[0].booked, report.movements[0].rate) == (Money(1500, "JPY"), Decimal(150))


def test_a_rate_that_was_set_by_hand_counts_before_the_list(customer):
    customer.bank.books.set_rate("USD", "JPY", Decimal(140))
    _, report = customer.exchange(transfer("E1", "USD 10.00"))
    assert report.movements[0].booked == Money(1400, "JPY")


@given(st.integers(1, 10**15), st.decimals("0.0001", "9999", places=4), st.sampled_from(["JPY", "USD", "BHD"]))
def test_a_conversion_is_rounded_once_half_to_even(minor, rate, base):
    places = {"JPY": 0, "USD": 2, "BHD": 3}[base]
    assert converted(minor, base, "KRW", rate) == round(Fraction(minor, 10**places) * Fraction(rate))


def test_an_enquiry_is_answered_from_the_books(customer):
    customer.exchange(transfer("E1"), transfer("E2", "JPY 2000000"))
    customer.ask("E1", "E2", "E3")
    assert statuses(customer.answers()) == {
        "E1": ("accepted", None),
        "E2": ("rejected", "AM04"),
        "E3": ("not_found", "NOOR"),
    }


def test_an_enquiry_about_an_order_that_never_came_finds_nothing(customer):
    customer.ask("E1")
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.NOT_FOUND, "NOOR")]
    assert statuses(answers) == {"E1": ("not_found", "NOOR")}


def test_an_enquiry_about_an_order_rejected_as_a_group_says_so_of_each(customer):
    customer.put(write_order(order(transfer("E1"))).replace(b"<CtrlSum>1000<", b"<CtrlSum>1<"))
    customer.answers()
    customer.ask("E1")
    assert statuses(customer.answers()) == {"E1": ("rejected", "AM10")}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<a/>",
        b"<Document",
        b'<!DOCTYPE d [<!ENTITY e "x">]><Document/>',
        write_order(order()).replace(b"RUN-1", b""),
    ],
)
def test_what_cannot_be_read_is_put_away_without_an_answer(customer, raw):
    customer.put(raw)
    assert customer.answers() == []
    assert customer.answers() == []
    ((outcome,),) = customer.bank.books.db.execute("SELECT outcome FROM received").fetchall()
    assert outcome.startswith("unreadable")


def test_money_from_outside_is_notified_as_a_credit(customer):
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer & Co", "LICENCE-1", date(2025, 3, 4))
    ((report,),) = (customer.answers(),)
    (movement,) = report.movements
    assert (movement.direction.value, movement.booked, movement.end_to_end_id) == (
        "credit",
        Money(5000, "JPY"),
        "LICENCE-1",
    )
    assert (movement.counterparty, movement.remittance) == ("Streamer & Co", "LICENCE-1")
    assert customer.bank.books.balances() == {KEY: Money(1_005_000, "JPY")}


def test_money_in_another_currency_is_credited_at_the_banks_rate_or_refused_without_one(customer):
    on = date(2025, 3, 4)
    with pytest.raises(BadInput, match="set the bank's rate from NOK first"):
        credit(customer.bank.books, KEY, Money(1000, "NOK"), "Streamer", "L", on)
    customer.bank.books.set_rate("NOK", "JPY", Decimal(14))
    credit(customer.bank.books, KEY, Money(1000, "NOK"), "Streamer", "L", on)
    assert customer.answers()[0].movements[0].booked == Money(140, "JPY")


def test_a_credit_that_cannot_be_is_refused(customer):
    for amount, payer, reference in ((0, "S", "R"), (1, "", "R"), (1, "S", ""), (1, "S", "R" * 141)):
        with pytest.raises(BadInput, match="cannot come in"):
            credit(customer.bank.books, KEY, Money(amount, "JPY"), payer, reference, date(2025, 3, 4))
    with pytest.raises(NotFound, match="no account NONE"):
        credit(customer.bank.books, "NONE", Money(1, "JPY"), "S", "R", date(2025, 3, 4))


def test_a_day_is_stated_once_it_is_over_and_whenever_somebody_asks(customer):
    customer.exchange(transfer("E1", "JPY 1000"))
    request_statement(customer.bank.books, KEY, date(2025, 3, 4))
    (asked,) = customer.answers()
    customer.clock.pass_days(1)
    (day_end,) = customer.answers()
    for report in (asked, day_end):
        assert (report.opening, report.closing) == (Money(1_000_000, "JPY"), Money(999_000, "JPY"))
        assert movements([report]) == [("E1", MINUS, "JPY 1000")]
    customer.clock.pass_days(1)
    assert customer.answers() == []


def test_a_line_has_the_same_reference_in_the_notification_and_in_the_statement(customer):
    _, told = customer.exchange(transfer("E1"))
    request_statement(customer.bank.books, KEY, date(2025, 3, 4))
    (stated,) = customer.answers()
    assert told.movements == stated.movements


def test_an_account_is_opened_once_and_never_as_another(tmp_path, customer):
    open_account(tmp_path, KEY, DEBTOR.number, "JPY")
    assert customer.bank.books.balances() == {KEY: Money(1_000_000, "JPY")}
    with pytest.raises(BadInput, match="another number or currency"):
        open_account(tmp_path, KEY, "1", "JPY")
    with pytest.raises(BadInput, match="letters, digits, dots and hyphens"):
        open_account(tmp_path, "../x", "1", "JPY")


def test_an_account_opened_while_the_bank_runs_is_served_from_the_next_step(tmp_path, customer):
    customer.bank.step()
    open_account(tmp_path, "OTHER-krw", "777", "KRW")
    customer.folder.deliver(
        "OTHER-krw",
        "a.xml",
        write_order(
            order(transfer("E9", "KRW 5"), debtor=DEBTOR.model_copy(update={"number": "777", "currency": "KRW"}))
        ),
    )
    customer.bank.step()
    assert customer.bank.effects("E9") == 1


def _killed(*_args, **_kwargs):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SandboxBank, "_take"),  # claimed, not read
        (bank_module, "notify"),  # decided, not committed
        (os, "fsync"),  # committed, no answer written
        (bank_module, "write_files"),  # killed at the very start
    ],
)
def test_a_bank_killed_anywhere_books_once_and_answers(customer, monkeypatch, owner, name):
    customer.send(transfer("E1"))
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _killed)
        with pytest.raises(KeyboardInterrupt):
            customer.bank.step()
    customer.bank.close()
    customer.restart()
    answers = customer.answers()
    assert groups(answers) == [(BankVerdict.ACCEPTED, None)]
    assert movements(answers) == [("E1", MINUS, "JPY 1000")]
    assert customer.bank.effects("E1") == 1
    assert customer.answers() == []


def test_a_bank_killed_between_commit_and_putting_the_file_away_does_not_take_it_again(customer, monkeypatch):
    customer.send(transfer("E1"))
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            customer.bank.step()
    customer.bank.close()
    customer.restart()
    assert len(groups(customer.answers())) == 1
    assert customer.bank.books.db.execute("SELECT deliveries FROM payment_order").fetchall() == [(1,)]


def test_an_answer_killed_before_its_mark_comes_again_as_the_same_bytes_and_name(customer):
    customer.send(transfer("E1"))
    customer.bank.step()
    first = {name: customer.folder.read(KEY, name) for name in customer.folder.waiting(KEY)}
    customer.bank.books.db.execute("UPDATE outgoing SET written = 0")
    customer.bank.step()
    assert {name: customer.folder.read(KEY, name) for name in customer.folder.waiting(KEY)} == first


def test_two_banks_do_not_work_on_the_same_books(customer):
    stop = Event()
    seen = []

    class Second(SandboxBank):
        def step(self):
            with pytest.raises(Refused, match="Another sandbox bank is at work"):
                customer.bank.run(stop)
            seen.append(True)
            stop.set()
            return False

    second = Second(customer.data_dir, customer.clock)
    second.run(stop)
    second.close()
    assert seen == [True]


def test_links_and_half_written_files_in_the_outbox_do_no_harm(customer, tmp_path):
    customer.bank.step()
    outbox = tmp_path / "bank" / KEY / "outbox"
    (outbox / ".half.xml").write_bytes(write_order(order()))
    (outbox / "link.xml").symlink_to("/dev/zero")
    (outbox / "folder.xml").mkdir()
    assert customer.answers() == []
    assert [each.name for each in outbox.iterdir()] == [".half.xml"]


def test_every_answer_is_what_our_own_reader_reads(customer):
    kinds = [type(each) for each in customer.exchange(transfer("E1"), transfer("E2", "JPY 5000000"))]
    assert kinds == [StatusReport, AccountReport]


def test_an_account_without_money_of_its_own_begins_with_nothing_and_a_credit_line(tmp_path):
    open_account(tmp_path, "ours", "123", "JPY")
    books = BankBooks(books_path(tmp_path))
    assert books.balances() == {"ours": Money.zero("JPY")}
    assert books.db.execute("SELECT credit_line FROM account").fetchone() == (CREDIT_LINE_MINOR,)
    books.close()
