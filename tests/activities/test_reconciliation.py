"""Balances of banks' files against the books, on a real database."""

from datetime import date

import pytest

from adapters.db import health as recorded
from adapters.db.queries import reconciliation
from domain import health
from domain.commands import RecordOpeningBalance, make
from domain.errors import BadInput, NotFound, WrongRole
from tests.activities.test_bank_files import FILES, PRODUCTION, Lab
from tests.world import World


@pytest.fixture
def lab(database, tmp_path):
    world = World(database.app_url, tmp_path)
    yield Lab(world)
    world.close()


def balances(lab: Lab, account: str, on: date = date.max):
    with lab.world.store.reading() as records:
        [found] = reconciliation.reconciliations(records.connection, PRODUCTION, account, on)
    return found


def opened(lab: Lab, account: str, amount: str, on: date, by: str = "eunwoo", reason: str = "by the contract") -> None:
    command = make(
        RecordOpeningBalance,
        nonce=f"{account}/{amount}/{on}".replace(" ", "-"),
        by=by,
        production=PRODUCTION,
        account=account,
        amount=amount,
        on=on,
        reason=reason,
    )
    lab.world.bank.record_opening_balance(command)


def test_a_balance_that_the_books_never_had_is_named_until_somebody_records_it(lab):
    lab.take("k26", "27a")
    before = balances(lab, "k26")
    assert [(one.kind, str(one.amount)) for one in before.differences] == [("opening-balance", "KRW 77000000")]
    assert (str(before.bank), str(before.books), before.reconciled_until) == ("KRW 77000000", "KRW 0", None)
    opened(lab, "k26", "KRW 70000000", before.on)
    opened(lab, "k26", "KRW 77000000", before.on, reason="the first was wrong")
    after = balances(lab, "k26")
    assert (after.differences, after.reconciled_until, str(after.books)) == ((), before.on, "KRW 77000000")
    assert lab.balances("k26") == {"asset:bank:k26": "KRW 77000000"}


def test_a_day_that_opens_elsewhere_tells_of_a_missing_statement(lab):
    lab.take("k26", "27a", "27b")
    found = balances(lab, "k26")
    assert [one.kind for one in found.differences] == ["opening-balance", "missing-statement"]
    assert (str(found.bank), str(found.unexplained)) == ("KRW 12", "KRW 0")


def test_the_doctor_names_the_balance_and_the_missing_statement_and_nothing_else_of_the_account(lab):
    lab.take("k26", "27a", "27b")
    found = list(health.unreconciled(PRODUCTION, balances(lab, "k26")))
    assert [(one.kind, one.what) for one in found] == [
        ("statement-missing", "BANKLAB k26"),
        ("unreconciled", "BANKLAB k26"),
    ]


def test_a_debit_and_a_credit_in_suspense_do_not_cancel_each_other(lab):
    (path,) = FILES.glob("27a-*")
    both = entry("CRDT", "X1") + entry("DBIT", "X2")
    raw = path.read_bytes().replace(b"</Stmt>", both + b"</Stmt>")
    assert lab.world.bank.take(PRODUCTION, "k26", "x.xml", raw) is None
    with lab.world.store.reading() as records:
        found = list(recorded.suspended(records.connection))
    assert sorted(one.amount for one in found) == ["KRW -5", "KRW 5"]


def entry(direction: str, reference: str) -> bytes:
    return (
        f'<Ntry><Amt Ccy="KRW">5</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2025-02-10</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>"
    ).encode()


def test_an_opening_balance_needs_a_treasurer_of_the_owner_and_a_day_before_the_first_booking(lab):
    lab.take("k04", "02")
    lab.world.clock.to(date(2025, 2, 12))
    with pytest.raises(WrongRole):
        opened(lab, "k04", "KRW 5", date(2025, 2, 1), by="nobody")
    with pytest.raises(BadInput, match="A booking of 2025-02-10 is on record"):
        opened(lab, "k04", "KRW 5", date(2025, 2, 11))
    with pytest.raises(BadInput, match="another currency"):
        opened(lab, "k04", "JPY 5", date(2025, 2, 1))
    with pytest.raises(NotFound):
        opened(lab, "nowhere", "KRW 5", date(2025, 2, 1))


def test_an_account_of_which_no_bank_told_anything_has_nothing_to_reconcile(lab):
    with pytest.raises(NotFound, match="nothing to reconcile"):
        balances(lab, "k01")
