"""What the doctor says of money that nothing explains, and of balances that do not agree."""

from datetime import UTC, date, datetime

from domain import health
from domain.bank.reconciliation import BalanceDifference, Reconciliation
from domain.health import AilmentKind, Suspended
from tests.domain import builders as b

NOW = datetime(2025, 2, 10, 9, tzinfo=UTC)
DAY = date(2025, 2, 10)


def suspended(*movements: str, why: str = "it names no payment of ours") -> Suspended:
    return Suspended("P", "spc-krw", "KRW 5", movements, why, NOW)


def reconciled(*differences: BalanceDifference, unexplained: int = 0, until: date | None = DAY) -> Reconciliation:
    return Reconciliation("spc-krw", DAY, b.krw(7), b.krw(2), b.krw(5), differences, b.krw(unexplained), until, {})


def missing(amount: int = 5) -> BalanceDifference:
    return BalanceDifference("missing-statement", DAY, b.krw(amount), "a statement of 2025-02-09 is missing")


def opening() -> BalanceDifference:
    return BalanceDifference("opening-balance", DAY, b.krw(5), "the books never had it")


def test_money_in_suspense_is_reported_with_its_amount_its_movements_and_the_reason():
    assert health.unmatched(suspended("1:1.1")).why == (
        "KRW 5 is in suspense, from 1 movement (1:1.1): it names no payment of ours"
    )


def test_a_doubtful_movement_names_the_other_one():
    doubt = "it may be movement 9:1.1, which another report told before"
    assert health.unmatched(suspended("1:1.1", why=doubt)).why.endswith(f"(1:1.1): {doubt}")


def test_of_many_movements_the_first_are_named():
    assert "7 movements (0, 1, 2, 3, 4 and 2 more)" in health.unmatched(suspended(*map(str, range(7)))).why


def test_an_account_whose_balances_agree_has_no_ailment():
    assert list(health.unreconciled("P", reconciled())) == []


def test_each_missing_statement_is_an_ailment_of_its_own_and_the_other_differences_are_one():
    found = list(health.unreconciled("P", reconciled(missing(), opening(), missing(0))))
    kinds = [one.kind for one in found]
    assert kinds == [AilmentKind.STATEMENT_MISSING, AilmentKind.STATEMENT_MISSING, AilmentKind.UNRECONCILED]
    assert (
        found[2].why
        == "at the end of 2025-02-10 the bank had KRW 7, and the books KRW 2; KRW 5: the books never had it"
    )


def test_what_nothing_explains_is_named():
    [found] = health.unreconciled("P", reconciled(unexplained=5))
    assert found.why.endswith("; nothing explains KRW 5")
    assert found.todo == "`sluice bank reconcile P spc-krw` shows both sides"
