"""Statements on a real database: issued once, with the first payouts, from the facts that were distributed."""

from datetime import date
from decimal import Decimal

import pytest

from adapters.db.queries import chain
from adapters.db.streams import stream_of
from domain.commands import OrderPayouts, ResolveObjection
from domain.errors import Broken
from domain.ledger.journal import canonical, sha256
from domain.sharing.statements import FxRuleUsed, ties
from domain.values.money import Money
from tests import revenue
from tests.statements import Q1, Q2, distribute, first_quarter, register, told
from tests.world import PRODUCTION


def krw(minor):
    return Money(minor, "KRW")


@pytest.fixture
def earned(world, tmp_path):
    register(world)
    first_quarter(world, tmp_path)
    return world


def issues(world):
    return [event for event in world.events() if event == "statements-issued"]


def test_statements_are_issued_with_the_payouts_for_everybody_concerned_and_tie(earned):
    distribute(earned, Q1)
    ordered = earned.events().index("payouts-ordered")
    assert earned.events()[ordered + 1] == "statements-issued"
    statements = told(earned, Q1)
    assert list(statements) == ["spc", "studio", "writer"]
    assert all(ties(statement) == () for statement in statements.values())
    studio = statements["studio"]
    (payout,) = (payment for payment in earned.snapshots().payments.values() if "/" in payment.id)
    assert (payout.payee_party, payout.amount) == ("studio", studio.settlement.due)
    assert studio.settlement.pay_on == payout.due_on
    assert studio.settlement.reserved == krw(525_463)
    (reserve,) = studio.reserves
    assert [(one.on, one.amount) for one in reserve.releases] == [(date(2025, 7, 1), krw(525_463))]
    assert earned.balances()["liability:reserve:returns KRW"] == "KRW -525463"
    assert statements["writer"].settlement.carried_forward == statements["writer"].settlement.entitlement
    assert (statements["writer"].carried.reason, statements["writer"].carried.opening) == ("below_minimum", krw(0))
    assert statements["spc"].recoupments[0].percent == Decimal("100.00")
    assert earned.snapshots() == earned.refolded()
    assert earned.wrong() == []


def test_a_statement_is_signed_by_the_journal_as_it_was_before_it(earned):
    distribute(earned, Q1)
    signed = told(earned, Q1)["studio"].signature
    with earned.store.reading() as records:
        facts = list(chain.facts(records.connection, stream_of(PRODUCTION)))
    ordered = next(fact for fact in facts if fact.type == "payouts-ordered")
    last = facts[ordered.seq - 2]
    assert (signed.seq, signed.head, signed.known_at) == (last.seq, last.hash.hex(), last.recorded_at)
    assert (signed.stream, signed.as_of, signed.agreement_version) == (last.stream, date(2025, 3, 31), 1)


def test_a_statement_says_by_which_rates_receipts_were_converted(earned):
    distribute(earned, Q1)
    rates = {rate.base: rate for rate in told(earned, Q1)["writer"].fx}
    usd, cny = rates["USD"], rates["CNY"]
    assert (usd.quote, usd.rule, usd.source, usd.on) == ("KRW", FxRuleUsed.RECEIPT_DATE, "ECB", date(2025, 2, 14))
    assert (usd.rate, cny.rule, cny.source, cny.rate) == (1414, FxRuleUsed.BANK, "tidewater", Decimal("190.5"))


def test_ordering_again_or_after_an_objection_issues_nothing_more(earned):
    distribute(earned, Q1, objects=("fee",))
    studio = told(earned, Q1)["studio"]
    assert (studio.holds[0].positions, studio.holds[0].reason) == (("fee",), "요율이 다릅니다.")
    assert studio.settlement.held == studio.holds[0].amount
    given = {"production": PRODUCTION, "period": Q1}
    earned.distributions.resolve_objection(ResolveObjection(key="resolve", by="jiho", reason="agreed", **given))
    earned.distributions.order_payouts(OrderPayouts(key="again", by="system", **given))
    assert issues(earned) == ["statements-issued"]
    assert earned.events().count("payouts-ordered") == 2


def test_a_restatement_shows_in_the_next_period_and_the_first_statement_stays(earned, tmp_path):
    distribute(earned, Q1)
    first = told(earned, Q1)["studio"]
    rows = ("2025-01-31,KRW 5000000,tidewater,KR,svod,first",)
    revenue.take(earned, revenue.csv_file(tmp_path, rows), reason="반품 정산")
    rows = ("2025-05-05,USD 100.00,tidewater,US,svod,first",)
    revenue.take(earned, revenue.csv_file(tmp_path, rows), "S2")
    earned.clock.to(date(2025, 7, 1))
    distribute(earned, Q2)
    assert told(earned, Q1)["studio"] == first
    second = told(earned, Q2)["studio"]
    (fee,) = (line for line in second.pools[0].own if line.position == "fee")
    assert fee.figures.opening == first.pools[0].own[0].figures.to_date
    assert fee.figures.to_date.decimal == str((5_000_000 + 100 * 1405) // 10)
    assert (second.period.first, second.period.last) == (date(2025, 4, 1), date(2025, 6, 30))
    assert second.settlement.paid_before == first.settlement.due
    assert second.settlement.carried_forward.minor < 0
    assert (second.carried.reason, second.carried.closing) == ("overpaid", second.settlement.carried_forward)
    assert [rate.on for rate in second.fx] == [date(2025, 5, 5)]
    assert [(one.source, one.version_before, one.version) for one in second.restated] == [("tidewater", 1, 2)]
    (restated,) = second.restated
    assert restated.reasons == ("반품 정산",)
    assert [str(each) for each in restated.before] == ["CNY 500.00", "KRW 9000000", "USD 1000.00"]
    assert [str(each) for each in restated.after] == ["KRW 5000000"]
    changed = {(one.territory, str(one.amount), one.converted.decimal) for one in second.receipts}
    assert changed == {
        ("CN", "CNY -500.00", "-95250"),
        ("KR", "KRW -4000000", "-4000000"),
        ("US", "USD -900.00", str(100 * 1405 - 1000 * 1414)),
    }
    (paid,) = second.payouts
    assert (paid.owed, paid.status) == (first.settlement.due, "scheduled")
    assert earned.wrong() == []


def test_a_statement_has_what_an_accountant_looks_for(earned):
    distribute(earned, Q1)
    studio = told(earned, Q1)["studio"]
    assert (studio.issuer.name, studio.issuer.address.country) == ("Lighthouse Drama Production SPC", "KR")
    assert (studio.account.bank, studio.account.number[-5:-4], studio.account.currency) == ("SLUCKRSE", "*", "KRW")
    assert (studio.issued_on, studio.time_zone) == (date(2025, 4, 16), "Asia/Seoul")
    assert {(one.source, one.territory, one.media, str(one.amount), one.rate) for one in studio.receipts} == {
        ("tidewater", "CN", "svod", "CNY 500.00", Decimal("190.5")),
        ("tidewater", "KR", "svod", "KRW 9000000", None),
        ("tidewater", "US", "svod", "USD 1000.00", Decimal(1414)),
    }
    whole = sum(one.converted.value for one in studio.receipts)
    assert whole == studio.pools[0].inflow.period.value
    assert told(earned, Q1)["spc"].account is None


def test_what_is_imported_after_a_distribution_was_computed_does_not_change_its_statements(earned, tmp_path):
    late = revenue.csv_file(tmp_path, ("2025-03-30,KRW 700,tidewater,KR,svod,first",), name="late.csv")
    post = earned.distributions.post_distribution

    def late_before_posting(command):
        revenue.take(earned, late, "S9")
        return post(command)

    earned.distributions.post_distribution = late_before_posting
    distribute(earned, Q1)
    assert told(earned, Q1)["studio"].pools[0].inflow.to_date.decimal == "10509250"


def test_facts_that_are_not_what_was_distributed_stop_the_payouts_and_nothing_is_half_done(earned, database):
    order = earned.distributions.order_payouts

    def tampered(command):
        revenue.tamper(database.owner_url, "UPDATE receipt_row SET amount = amount + 1 WHERE currency = 'KRW'")
        return order(command)

    earned.distributions.order_payouts = tampered
    with pytest.raises(Broken, match=r"Distribution 2025-Q1 of LIGHTHOUSE was computed as .* something else"):
        distribute(earned, Q1)
    assert earned.events()[-1] == "entitlements-posted"
    assert told(earned, Q1) == {}


def test_the_document_is_the_canonical_json_under_its_hash(earned):
    distribute(earned, Q1)
    with earned.store.reading() as records:
        facts = list(chain.facts(records.connection, stream_of(PRODUCTION)))
    (issued,) = (fact.event for fact in facts if fact.type == "statements-issued")
    statements = told(earned, Q1)
    assert {one.party: one.sha256 for one in issued.statements} == {
        party: sha256(canonical(statement)) for party, statement in statements.items()
    }
