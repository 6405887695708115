"""Each trait of real banks' files: the files are valid, and what they say ties with the bank's books."""

import codecs
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.sandbox_bank.admin import credit, open_account, request_statement, reverse
from adapters.sandbox_bank.dialect import Dialect, dialect_of
from adapters.sandbox_bank.faults import FaultKind, add_fault
from domain.errors import BadInput, NotFound
from domain.values.money import Money
from tests.adapters.bank.samples import AGREED, AT, DEBTOR, transfer
from tests.adapters.sandbox_bank.customer import KEY, Customer
from tests.adapters.sandbox_bank.definition import document, message_type, violations
from tests.adapters.sandbox_bank.reading import told

DAY = AT.date()
ONE_TRAIT = [
    *({"camt_version": str(version)} for version in range(2, 14)),
    *({"status_version": str(version), "status": "instruction"} for version in range(3, 15)),
    {"format": "mt"},
    {"format": "mt", "envelope": "true", "hyphens": "true"},
    {"format": "zengin"},
    {"namespace": "swiss"},
    {"namespace": "german", "status_version": "3"},
    {"prefix": "true"},
    {"envelope": "true", "prefix": "true"},
    *({"encoding": encoding} for encoding in ("UTF-16", "ISO-8859-1", "EUC-KR", "Shift_JIS")),
    *({"references": references} for references in ("shared", "entry", "counter", "none")),
    {"restated": "true"},
    {"odd_characters": "true"},
    {"ids": "padded"},
    {"ids": "instruction"},
    {"hyphens": "true"},
    {"entries": "single"},
    {"lump": "statement"},
    {"lump": "always"},
    *({"notification": notification} for notification in ("intraday", "running", "none")),
    {"page": "1", "entries": "single"},
    {"days": "file"},
    {"days": "statement"},
    {"group": "all"},
    {"repeats": "true"},
    {"debit_charge": "500"},
    {"debit_charge": "500", "entries": "single"},
    {"debit_charge": "500", "lump": "always"},
    {"credit_charge": "700"},
    {"fee": "300"},
    {"exchange": "instructed"},
    {"returns": "code"},
    {"returns": "text"},
    {"status": "transfer"},
    {"doubts": "true"},
]


def lively(data_dir, dialect):
    """A customer with that dialect, after two days on which everything happened.

    Returns it with the files of these days, and with the statements that followed, by name.
    """
    customer = Customer(data_dir, dialect=dialect)
    books = customer.bank.books
    books.set_rate("USD", "JPY", Decimal("150.5"))
    add_fault(books.db, "E2", FaultKind.REJECT, reason="AC06", seconds=0)
    add_fault(books.db, "E4", FaultKind.RETURN, reason="BE04", seconds=10)
    files = {}
    customer.send(transfer("E1"), transfer("E2"), transfer("E3", "JPY 3000"))
    files |= customer.raw_answers()
    customer.send(transfer("E4", "JPY 2000"), transfer("E5", "JPY 2000"), message_id="RUN-2")
    customer.send(transfer("E6", "USD 10.01", agreed_rate=AGREED), transfer("E7", "USD 20.00"), message_id="RUN-3")
    credit(books, KEY, Money(5000, "JPY"), "Streamer & Co", "LICENCE-1", DAY)
    credit(books, KEY, Money(700, "USD"), "극장 <주>", "두 번째", DAY)
    files |= customer.raw_answers()
    customer.seconds += 10
    files |= customer.raw_answers()
    request_statement(books, KEY, DAY)
    customer.ask("E1", "E2", "E9")
    files |= customer.raw_answers()
    next_day = date(2025, 3, 5)
    reverse(books, KEY, "LICENCE-1", next_day)
    credit(books, KEY, Money(9000, "JPY"), "Streamer & Co", "LICENCE-1", next_day)
    files |= customer.raw_answers()
    customer.clock.pass_days(2)
    return customer, files, customer.raw_answers()


def reports(files, kind):
    """The reports of all files of a kind, such as `camt.053`."""
    return [each for name, raw in files.items() if kind in name for each in told(raw)]


def per_day(bookings):
    """The number-free view of bookings: the sum that came in and the sum that went out, by day."""
    sums = Counter()
    for on, amount in bookings:
        sums[on, amount > 0] += amount
    return sums


STATEMENTS = {"camt": "camt.053", "mt": "mt940", "zengin": "zengin"}


def check(data_dir, dialect):
    """Check that the files of a dialect are valid, and that their sums are those of the books."""
    customer, files, last = lively(data_dir, dialect)
    found = {name: violations(raw) for name, raw in (files | last).items() if name.endswith(".xml")}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    for each in reports(files, STATEMENTS[dialect.format]):
        assert each.account[-11:] == DEBTOR.number
        if each.opening is not None and each.closing is not None:
            assert each.opening + sum(amount for _, amount, _ in each.entries) == each.closing
    stated = reports(dict(list(last.items())[:: 2 if dialect.repeats else 1]), STATEMENTS[dialect.format])
    opening = next(each.opening for each in stated if each.opening is not None)
    closing = [each.closing for each in stated if each.closing is not None][-1]
    assert (Money(int(opening), "JPY"), Money(int(closing), "JPY")) == (
        Money.parse("JPY 1000000"),
        customer.bank.books.balances()[KEY],
    )
    books = per_day((on, Decimal(money.minor)) for on, money in customer.bank.books.bookings(KEY))
    assert per_day((on, amount) for each in stated for on, amount, _ in each.entries) == books
    customer.bank.close()


@pytest.mark.parametrize("traits", ONE_TRAIT, ids=lambda traits: "-".join(map("=".join, traits.items())))
def test_the_files_of_each_trait_are_valid_and_tie_with_the_books(tmp_path, traits):
    check(tmp_path, dialect_of(traits))


@pytest.mark.parametrize("seed", range(16))
def test_the_files_of_traits_at_random_are_valid_and_tie_with_the_books(tmp_path, seed):
    check(tmp_path, dialect_of({}, seed))


def only(data_dir, kind, **traits):
    """The one file of a kind that a payment of two transfers, and a credit, leads to."""
    customer, raw = Customer(data_dir, dialect=dialect_of(traits)), {}
    customer.send(transfer("E1"), transfer("E2", "JPY 2000"))
    raw |= customer.raw_answers()
    customer.clock.pass_days(1)
    raw |= customer.raw_answers()
    customer.bank.close()
    return [content for name, content in raw.items() if kind in name]


def texts(raw, path):
    return [each.text for each in document(raw).iterfind(f".//{path.replace('/', '/{*}')}".replace("//", "//{*}", 1))]


@pytest.mark.parametrize(
    ("references", "entry", "details"),
    [
        ("own", ["SBX000000000001"], ["SBX000000000001", "SBX000000000002"]),
        ("shared", ["SBX000000000001"], ["SBX000000000001", "SBX000000000001"]),
        ("entry", ["SBX000000000001"], []),
        ("counter", [], []),
        ("none", [], []),
    ],
)
def test_the_banks_reference_stands_where_the_dialect_puts_it(tmp_path, references, entry, details):
    (raw,) = only(tmp_path, "camt.053", references=references)
    assert texts(raw, "Ntry/AcctSvcrRef") == entry
    assert texts(raw, "TxDtls/Refs/AcctSvcrRef") == details
    assert texts(raw, "NtryRef") == (["1"] if references == "counter" else [])


def test_the_statement_may_have_other_references_than_the_notification(tmp_path):
    (stated,) = only(tmp_path / "a", "camt.053", restated="true")
    (notified,) = only(tmp_path / "b", "camt.054", restated="true", odd_characters="true")
    assert texts(stated, "Ntry/AcctSvcrRef") == ["STM000000000001"]
    assert texts(notified, "Ntry/AcctSvcrRef") == ["SBX_000001/&'#+"]


def test_the_customers_ids_are_padded_or_stand_in_the_instruction_id_only(tmp_path):
    (padded,) = only(tmp_path / "a", "camt.053", ids="padded")
    (other,) = only(tmp_path / "b", "camt.053", ids="instruction")
    assert texts(padded, "EndToEndId") == [" E1  ", " E2  "]
    assert texts(other, "EndToEndId") == ["NOTPROVIDED", "NOTPROVIDED"]
    assert texts(other, "InstrId") == ["E1", "E2"]


@pytest.mark.parametrize(("lump", "notified"), [("statement", 2), ("always", 0)])
def test_an_order_is_stated_as_one_sum_with_its_ids_count_and_total(tmp_path, lump, notified):
    (stated,) = only(tmp_path / "a", "camt.053", lump=lump)
    (notification,) = only(tmp_path / "b", "camt.054", lump=lump)
    assert [texts(stated, f"Btch/{name}") for name in ("MsgId", "PmtInfId", "NbOfTxs", "TtlAmt")] == [
        ["RUN-1"],
        ["RUN-1"],
        ["2"],
        ["3000"],
    ]
    assert (len(texts(stated, "TxDtls")), len(texts(notification, "TxDtls"))) == (0, notified)


def test_an_order_that_asks_for_single_bookings_is_not_booked_as_one_sum(tmp_path):
    customer = Customer(tmp_path, dialect=dialect_of({"lump": "always"}))
    customer.put(customer.send(transfer("E1"), transfer("E2")).replace(b"<BtchBookg>true", b"<BtchBookg>false"))
    (waiting,) = [path for path in (tmp_path / "bank" / KEY / "outbox").iterdir() if path.name.startswith("0001")]
    waiting.unlink()
    (raw,) = [raw for name, raw in customer.raw_answers().items() if "camt.054" in name]
    assert len(texts(raw, "TxDtls")) == 2


def test_a_charge_is_a_part_of_the_entry_and_named_in_it(tmp_path):
    (raw,) = only(tmp_path, "camt.053", debit_charge="500", entries="single")
    assert texts(raw, "Ntry/Amt") == ["1500", "2500"]
    assert texts(raw, "TxDtls/Amt") == ["1000", "2000"]
    assert texts(raw, "ChrgInclInd") == ["true", "true"]


def test_a_fee_for_the_order_is_an_entry_of_its_own(tmp_path):
    (raw,) = only(tmp_path, "camt.053", fee="300")
    assert texts(raw, "Ntry/Amt") == ["3000", "300"]
    assert texts(raw, "SubFmlyCd") == ["ESCT", "CHRG"]


def test_a_charge_that_the_balance_does_not_cover_rejects_the_transfer(tmp_path):
    customer = Customer(tmp_path, opening="JPY 1200", dialect=dialect_of({"debit_charge": "500", "fee": "100"}))
    customer.send(transfer("E1"))
    assert b"AM04" in b"".join(customer.raw_answers().values())
    assert str(customer.bank.books.balances()[KEY]) == "JPY 1200"


def test_a_credit_less_charges_names_what_was_sent_and_what_was_taken(tmp_path):
    customer = Customer(tmp_path, dialect=dialect_of({"credit_charge": "700"}))
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer", "L-1", DAY)
    ((_, raw),) = customer.raw_answers().items()
    assert texts(raw, "Ntry/Amt") == ["4300"]
    assert texts(raw, "InstdAmt/Amt") == ["5000"]
    assert texts(raw, "TtlChrgsAndTaxAmt") == ["700"]


def test_a_reversed_credit_is_a_debit_that_says_so_and_comes_once(tmp_path):
    customer = Customer(tmp_path)
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer", "L-1", DAY)
    customer.raw_answers()
    reverse(customer.bank.books, KEY, "L-1", DAY)
    ((_, raw),) = customer.raw_answers().items()
    assert (texts(raw, "RvslInd"), texts(raw, "Ntry/CdtDbtInd")) == (["true"], ["DBIT"])
    assert str(customer.bank.books.balances()[KEY]) == "JPY 1000000"
    with pytest.raises(NotFound, match="no credit for 'L-1' that can be reversed"):
        reverse(customer.bank.books, KEY, "L-1", DAY)


def test_money_that_was_spent_is_not_taken_back(tmp_path):
    customer = Customer(tmp_path, opening="JPY 0")
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer", "L-1", DAY)
    customer.exchange(transfer("E1"))
    with pytest.raises(BadInput, match="holds less than the credit"):
        reverse(customer.bank.books, KEY, "L-1", DAY)


@pytest.mark.parametrize(
    ("returns", "id_", "code", "reason"),
    [("reason", "E1", "ESCT", ["AC04"]), ("code", "E1", "RRTN", []), ("text", "NOTPROVIDED", "ESCT", ["AC04"])],
)
def test_a_return_is_told_by_reason_by_code_or_in_the_text(tmp_path, returns, id_, code, reason):
    customer = Customer(tmp_path, dialect=dialect_of({"returns": returns}))
    add_fault(customer.bank.books.db, "E1", FaultKind.RETURN, reason="AC04", seconds=5)
    customer.send(transfer("E1"))
    customer.raw_answers()
    customer.seconds += 5
    ((_, raw),) = customer.raw_answers().items()
    assert (texts(raw, "EndToEndId"), texts(raw, "SubFmlyCd")) == ([id_], [code])
    assert texts(raw, "RtrInf/Rsn/Cd") == reason
    assert ("E1" in texts(raw, "Ustrd")[0]) == (returns == "text")


def test_a_converted_booking_is_told_in_the_currency_of_the_order(tmp_path):
    customer = Customer(tmp_path, dialect=dialect_of({"exchange": "instructed"}))
    customer.send(transfer("E1", "USD 10.01", agreed_rate=AGREED))
    (raw,) = [raw for name, raw in customer.raw_answers().items() if "camt.054" in name]
    assert (texts(raw, "TxDtls/Amt"), texts(raw, "CntrValAmt/Amt")) == (["10.01"], ["1486"])


def test_the_answer_stands_at_the_level_of_the_dialect(tmp_path):
    (instruction,) = only(tmp_path / "a", "pain.002", status="instruction")
    (each,) = only(tmp_path / "b", "pain.002", status="transfer")
    assert (texts(instruction, "GrpSts"), texts(instruction, "PmtInfSts")) == (["ACTC"], ["ACSP"])
    assert (texts(each, "GrpSts"), texts(each, "TxSts")) == ([], ["ACSP", "ACSP"])


def test_a_rejected_order_may_be_technically_accepted_as_a_group(tmp_path):
    customer = Customer(tmp_path, opening="JPY 10", dialect=dialect_of({"status": "instruction"}))
    customer.send(transfer("E1"), transfer("E2"))
    ((_, raw),) = customer.raw_answers().items()
    assert (texts(raw, "GrpSts"), texts(raw, "PmtInfSts"), texts(raw, "TxSts")) == (["ACTC"], ["RJCT"], [])
    assert texts(raw, "StsRsnInf/Rsn/Cd") == ["AM04"]


def test_a_bank_that_doubts_reports_a_duplicate_after_it_accepted(tmp_path):
    accepted, doubted = only(tmp_path, "pain.002", doubts="true")
    assert (texts(accepted, "GrpSts"), texts(doubted, "GrpSts")) == (["ACSP"], ["RJCT"])
    assert texts(doubted, "StsRsnInf/Rsn/Cd") == ["DU01"]


def test_a_file_comes_again_under_another_message_id(tmp_path):
    first, again = only(tmp_path, "camt.053", repeats="true")
    (one,), (other,) = texts(first, "MsgId"), texts(again, "MsgId")
    assert one != other
    assert first.replace(one.encode(), other.encode()) == again


def test_intraday_reports_tell_what_is_new_or_the_day_so_far(tmp_path):
    counts = {}
    for notification in ("intraday", "running"):
        customer = Customer(tmp_path / notification, dialect=dialect_of({"notification": notification}))
        for n in (1, 2):
            customer.send(transfer(f"E{n}"), message_id=f"RUN-{n}")
            (raw,) = [raw for name, raw in customer.raw_answers().items() if "camt.052" in name]
            counts.setdefault(notification, []).append(len(texts(raw, "TxDtls")))
    assert counts == {"intraday": [1, 1], "running": [1, 2]}


def test_a_statement_comes_in_pages_that_continue_each_other(tmp_path):
    pages = only(tmp_path, "camt.053", page="1", entries="single")
    assert [texts(raw, "StmtPgntn/PgNb") + texts(raw, "StmtPgntn/LastPgInd") for raw in pages] == [
        ["1", "false"],
        ["2", "true"],
    ]
    assert [texts(raw, "Bal/Tp/CdOrPrtry/Cd") for raw in pages] == [["OPBD"], ["CLBD"]]
    first, second = (told(raw)[0] for raw in only(tmp_path / "mt", "mt940", page="1", format="mt"))
    assert first.closing == second.opening


@pytest.mark.parametrize(("days", "files", "statements"), [("own", 2, 2), ("file", 1, 2), ("statement", 1, 1)])
def test_days_are_stated_each_for_itself_or_together(tmp_path, days, files, statements):
    customer = Customer(tmp_path, dialect=dialect_of({"days": days}))
    for n in (0, 1):
        credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer", f"L-{n}", date(2025, 3, 4 + n))
    customer.raw_answers()
    customer.clock.pass_days(3)
    made = customer.raw_answers()
    assert (len(made), len(reports(made, "camt.053"))) == (files, statements)


def test_accounts_of_one_group_are_stated_in_one_file(tmp_path):
    customer, dialect = Customer(tmp_path, dialect=dialect_of({"group": "g"})), dialect_of({"group": "g"})
    open_account(tmp_path, "MANGA12-z", "777", "KRW", dialect=dialect)
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "Streamer", "L-1", DAY)
    credit(customer.bank.books, "MANGA12-z", Money(9000, "KRW"), "Streamer", "L-2", DAY)
    customer.raw_answers()
    customer.clock.pass_days(1)
    (raw,) = customer.raw_answers().values()
    assert [each.account for each in told(raw)] == [DEBTOR.number, "777"]


def test_a_file_is_in_its_namespace_envelope_and_encoding(tmp_path):
    (raw,) = only(
        tmp_path, "camt.053", namespace="swiss", envelope="true", encoding="UTF-16", prefix="true", camt_version="4"
    )
    assert raw.startswith(codecs.BOM_UTF16_LE)
    assert message_type(raw) == "camt.053.001.04"
    assert "six-interbank-clearing.com" in raw.decode("UTF-16")
    assert "<d:Stmt>" in raw.decode("UTF-16")


def test_text_that_the_encoding_lacks_is_still_the_same_text(tmp_path):
    customer = Customer(tmp_path, dialect=dialect_of({"encoding": "ISO-8859-1"}))
    credit(customer.bank.books, KEY, Money(5000, "JPY"), "극장 <주>", "두 번째", DAY)
    ((_, raw),) = customer.raw_answers().items()
    assert (texts(raw, "Nm"), texts(raw, "Ustrd")) == (["극장 <주>"], ["두 번째"])


def test_a_seed_always_means_the_same_and_seeds_differ():
    assert dialect_of({}, 7) == dialect_of({}, 7)
    assert len({dialect_of({}, seed) for seed in range(50)}) == 50
    assert dialect_of({"format": "mt"}, 7).format == "mt"


@pytest.mark.parametrize(
    ("traits", "sentence"),
    [
        ({"reference": "own"}, "The trait reference cannot be 'own': the traits are format, camt_version"),
        ({"references": "many"}, "The trait references cannot be 'many': it should be 'own', 'shared', 'entry'"),
        ({"camt_version": "1"}, "The trait camt_version cannot be '1': it should be greater than or equal to 2"),
        ({"page": "-1"}, "The trait page cannot be '-1': it should be greater than or equal to 0"),
    ],
)
def test_a_trait_that_is_none_is_refused_with_what_it_can_be(traits, sentence):
    with pytest.raises(BadInput) as refused:
        dialect_of(traits)
    assert refused.value.sentence.startswith(sentence)


def test_zengin_records_are_for_yen_that_they_can_carry(tmp_path):
    zengin = dialect_of({"format": "zengin"})
    for key, currency, opening in (("A-1", "KRW", 0), ("A-2", "JPY", 10**14)):
        held = Money(opening, currency)
        open_account(tmp_path, key, "777", currency, opening=held)
        with pytest.raises(BadInput, match=f"{key} holds {held}: Zengin records carry JPY below"):
            open_account(tmp_path, key, "777", currency, opening=held, dialect=zengin)


def test_the_documentation_names_every_trait():
    page = (Path(__file__).parents[3] / "docs/reference/sandbox-bank.md").read_text(encoding="utf-8")
    assert [name for name in Dialect.model_fields if f"`{name}`" not in page] == []
