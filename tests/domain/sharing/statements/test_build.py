"""Statements of distributions: each party gets its part, and the parts add up."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Broken
from domain.sharing.statements import Accounts, statements, ties
from domain.sharing.waterfall.engines import ENGINES
from domain.sharing.waterfall.facts import ReceiptGroup
from domain.sharing.waterfall.network import ReceiptKind as Sort
from domain.values.currency import exponent
from domain.values.money import Money
from tests.domain.sharing.statements.life import OBJECTED_ON, Life
from tests.domain.sharing.waterfall import deal
from tests.domain.sharing.waterfall.deal import fact, receipt

SIMPLE = """
currency: USD
pools:
  - id: gross
    title: Gross receipts
    receives: everything
    positions:
      - {id: fee, title: Distribution fee, to: agent, take: 10 % of gross}
      - {id: script, to: writer, take: 5 % of gross}
    residue: net
  - id: net
    residue: {share: by_commitment, among: [{to: studio, weight: "2"}, {to: spc, weight: "1"}]}
minimum_payouts: [{to: writer, amount: USD 10.00}]
"""
PARTIES = "agent writer studio spc"


def usd(major):
    return Money.parse(f"USD {major}")


_COLUMNS = ("opening", "period", "to_date")


def figures(lines):
    """Lines as (opening, period, to date), by position."""
    return {line.position: tuple(getattr(line.figures, column).decimal for column in _COLUMNS) for line in lines}


def in_pools(statement):
    return figures(line for pool in statement.pools for line in pool.own)


def outside(statement):
    return figures(statement.adjustments)


def kinds(statement):
    own = [line for pool in statement.pools for line in pool.own] + list(statement.adjustments)
    return {line.position: str(line.kind) for line in own}


def test_each_party_gets_its_own_figures_and_no_other_partys():
    stated = Life(SIMPLE, PARTIES).share("2025-Q1", receipt("2025-02-01", "USD 100"))
    assert list(stated) == ["agent", "writer", "studio", "spc"]
    agent = stated["agent"]
    (gross,) = agent.pools
    assert in_pools(agent) == {"fee": ("0", "10", "10")}
    shown = gross.title, gross.inflow.to_date.decimal, gross.own[0].title
    assert shown == (
        "Gross receipts",
        "100",
        "Distribution fee",
    )
    assert [(str(one.kind), one.figures.to_date.decimal) for one in gross.others] == [
        ("off_the_top", "5"),
        ("passed_on", "85"),
    ]
    assert not any(other in agent.model_dump_json(exclude={"issuer"}) for other in ("writer", "studio", "spc"))
    assert (agent.settlement.due, agent.settlement.pay_on) == (usd("10.00"), date(2025, 5, 1))


def test_the_period_is_what_changed_since_it_was_stated_last_late_facts_included():
    life = Life(SIMPLE, PARTIES)
    first, late = receipt("2025-02-01", "USD 100"), receipt("2025-03-01", "USD 40")
    life.share("2025-Q1", first)
    stated = life.share("2025-Q2", first, late, receipt("2025-05-01", "USD 60"))
    assert in_pools(stated["agent"]) == {"fee": ("10", "10", "20")}
    assert stated["agent"].settlement.paid_before == usd("10.00")
    assert stated["agent"].settlement.due == usd("10.00")
    restated = life.share("2025-Q3", receipt("2025-02-01", "USD 50"))
    assert in_pools(restated["agent"]) == {"fee": ("20", "-15", "5")}
    assert (restated["agent"].settlement.carried_forward, restated["agent"].settlement.due) == (usd("-15.00"), usd("0"))


def test_less_than_the_minimum_is_carried_forward_and_paid_when_it_is_enough():
    life = Life(SIMPLE, PARTIES)
    rows = [receipt("2025-02-01", "USD 100")]
    writer = life.share("2025-Q1", *rows)["writer"].settlement
    assert (writer.minimum, writer.carried_forward, writer.due) == (usd("10.00"), usd("5.00"), usd("0"))
    assert writer.pay_on is None
    writer = life.share("2025-Q2", *rows, receipt("2025-05-01", "USD 100"))["writer"].settlement
    assert (writer.paid_before, writer.due) == (usd("0"), usd("10.00"))


def test_who_owns_the_paying_account_has_its_share_without_a_payment():
    life = Life(SIMPLE, PARTIES)
    rows = [receipt("2025-02-01", "USD 100")]
    spc = life.share("2025-Q1", *rows)["spc"].settlement
    assert (spc.entitlement, spc.due, spc.paid, spc.pay_on) == (usd("28.33"), usd("28.33"), usd("28.33"), None)
    assert spc.rounding.exact == "-1/300"
    spc = life.share("2025-Q2", *rows, receipt("2025-05-01", "USD 100"))["spc"].settlement
    assert (spc.paid_before, spc.due) == (usd("28.33"), usd("28.33") + usd("0.01"))
    spc = life.share("2025-Q3", *rows)["spc"].settlement
    assert (spc.paid_before, spc.carried_forward, spc.due, spc.paid) == (
        usd("56.67"),
        usd("0"),
        usd("-28.34"),
        usd("-28.34"),
    )
    spc = life.share("2025-Q4", *rows)["spc"].settlement
    assert (spc.paid_before, spc.due) == (usd("28.33"), usd("0"))


def test_an_objection_holds_what_it_disputes_and_says_since_when():
    life = Life(SIMPLE, PARTIES)
    agent = life.share("2025-Q1", receipt("2025-02-01", "USD 100"), objects={"agent": ("fee",)})["agent"]
    (hold,) = agent.holds
    assert (hold.since, hold.positions, hold.reason, hold.amount) == (OBJECTED_ON, ("fee",), "the rate", usd("10.00"))
    assert (agent.settlement.held, agent.settlement.due) == (usd("10.00"), usd("0"))


def test_two_open_objections_share_what_is_held_by_what_each_disputes():
    life = Life(SIMPLE, PARTIES)
    rows = [receipt("2025-02-01", "USD 100"), receipt("2025-05-01", "USD 60")]
    life.share("2025-Q1", rows[0], objects={"studio": ("net.residue",)})
    studio = life.share("2025-Q2", *rows, objects={"studio": ("net.residue",)})["studio"]
    assert [(one.positions, one.amount) for one in studio.holds] == [(("net.residue",), studio.settlement.held)]
    assert studio.settlement.held == studio.settlement.entitlement


MUCH = """
currency: USD
metrics: [admissions]
claims:
  - {id: costs, title: P&A, costs: p-and-a}
  - {id: mg, title: Minimum guarantee, advance: mg}
  - {id: equity, amount: USD 200.00, multiple: 120 %}
pools:
  - id: gross
    receives: everything
    positions:
      - {id: returns, to: agent, take: 10 % of gross, held_for: {periods: 1, of: quarter, then: freed}}
      - {id: fee, to: agent, take: 20 % of gross, then: [{once: gross reaches USD 300, take: 15 % of gross}],
         change: cliff, borne_by: studio}
      - {id: costs-back, to: agent, recoups: costs}
      - {id: mg-back, to: agent, recoups: mg}
    residue: net
  - id: freed
    residue: studio
  - id: net
    positions:
      - {id: equity-back, to: fund, take: 50 % of what remains, recoups: equity}
      - {id: bonus, title: Success fee, to: writer, take: 10 % of what remains, once: net reaches USD 100}
    residue: {share: by_commitment, among: [{to: studio, weight: "2"}, {to: writer, weight: "1"}]}
assignments:
  - {id: bank-direction, of: studio, to: fund, take: 25 % of what remains}
charges:
  - {id: prize, title: Prize, of: studio, to: writer, amount: USD 0.01 for each admissions}
views:
  - {of: fund, borne_by: studio, changes: [{id: fee, take: 5 % of gross, then: []}]}
"""
EVERYBODY = "agent studio fund writer spc"
OTHERS = (
    fact("cost", "2025-01-01", "p-and-a", "USD 30"),
    fact("advance", "2025-01-01", "mg", "USD 50"),
    fact("metric", "2025-02-01", "admissions", "500"),
)


def test_every_kind_of_line_says_what_it_is():
    life = Life(MUCH, EVERYBODY)
    rows = [receipt("2025-02-01", "USD 400"), *OTHERS]
    stated = life.share("2025-Q1", *rows)
    assert kinds(stated["agent"]) == {"fee": "fee", "costs-back": "expenses", "mg-back": "minimum_guarantee"}
    assert kinds(stated["fund"]) == {"equity-back": "recoupment", "bank-direction": "assignment"}
    assert kinds(stated["writer"]) == {"bonus": "success_fee", "net.residue": "share", "prize": "charge"}
    assert kinds(stated["studio"]) == {
        "returns": "reserve",
        "fee.step": "charge",
        "net.residue": "share",
        "bank-direction": "assignment",
        "prize": "charge",
        "others-definitions": "charge",
    }


def test_claims_of_a_party_say_how_far_they_are_recouped():
    stated = Life(MUCH, EVERYBODY).share("2025-Q1", receipt("2025-02-01", "USD 100"), *OTHERS)
    claims = stated["agent"].recoupments
    assert [(one.id, one.title, one.recouped.decimal, one.outstanding.decimal) for one in claims] == [
        ("costs", "P&A", "30", "0"),
        ("mg", "Minimum guarantee", "40", "10"),
    ]
    assert stated["studio"].recoupments == ()
    (equity,) = stated["fund"].recoupments
    assert (equity.total.decimal, equity.percent) == (
        "240",
        Decimal("1.04"),
    )  # by its own contract the agent's fee is 5 %


def test_a_reserve_is_shown_to_whom_it_will_be_released_and_taken_off():
    life = Life(MUCH, EVERYBODY)
    rows = [receipt("2025-02-01", "USD 100"), *OTHERS]
    studio = life.share("2025-Q1", *rows)["studio"]
    (reserve,) = studio.reserves
    assert (reserve.id, reserve.opening, reserve.withheld, reserve.held) == ("returns", usd("0"), usd("10"), usd("10"))
    assert (reserve.release_on, studio.settlement.reserved) == (date(2025, 7, 1), usd("10"))
    assert "reserves" not in kinds(life.share("2025-Q2", *rows)["agent"])
    studio = life.share("2025-Q3", *rows, receipt("2025-08-01", "USD 20"))["studio"]
    (reserve,) = studio.reserves
    assert (reserve.opening, reserve.withheld, reserve.released, reserve.held) == (
        usd("10"),
        usd("2"),
        usd("10"),
        usd("2"),
    )
    assert reserve.release_on == date(2026, 1, 1)
    assert in_pools(studio)["returns"] == ("10", "2", "12")
    assert outside(studio)["returns"] == ("0", "-10", "-10")
    assert in_pools(studio)["freed.residue"] == ("0", "10", "10")


def test_what_no_line_explains_was_brought_forward():
    life = Life(SIMPLE, PARTIES)
    life.share("2025-Q1", receipt("2025-02-01", "USD 100"))
    life.amend("applies: prospectively\n" + SIMPLE.replace("id: script", "id: story"), "2025-04-01")
    stated = life.share("2025-Q2", receipt("2025-02-01", "USD 100"), receipt("2025-05-01", "USD 100"))
    assert in_pools(stated["writer"]) == {"story": ("0", "5", "5")}
    assert outside(stated["writer"]) == {"brought-forward": ("5", "0", "5")}
    assert kinds(stated["writer"])["brought-forward"] == "opening_balance"


def test_an_amendment_from_the_beginning_shows_in_the_period_that_it_came_in():
    life = Life(SIMPLE, PARTIES)
    rows = [receipt("2025-02-01", "USD 100")]
    life.share("2025-Q1", *rows)
    life.amend(SIMPLE.replace("take: 10 %", "take: 12 %"), "2025-01-01")
    assert in_pools(life.share("2025-Q2", *rows)["agent"]) == {"fee": ("10", "2", "12")}


def test_a_statement_that_would_not_say_what_is_paid_is_not_issued():
    life, row = Life(SIMPLE, PARTIES), receipt("2025-02-01", "USD 100")
    life.share("2025-Q1", row)
    posted, life.before = life.known["2025-Q1"], None
    life.known["2025-Q1"] = replace(posted, ordered={}, to_date={**posted.to_date, "agent": usd("11.00")})
    after = Accounts.of(ENGINES.current.run, life.versions, deal.facts(row), date(2025, 3, 31))
    with pytest.raises(Broken, match=r"agent does not tie: USD 11.00 is due and USD 10.00 is paid out"):
        statements(life.issue("2025-Q1", after))


def test_who_makes_up_for_a_pool_that_gives_more_than_it_has_sees_that_in_it():
    section = """
currency: USD
pools:
  - id: gross
    receives: everything
    deficit: studio
    positions:
      - {id: star, to: writer, take: 70 % of gross}
      - {id: fee, to: agent, take: 50 % of gross}
    residue: studio
"""
    stated = Life(section, PARTIES).share("2025-Q1", receipt("2025-02-01", "USD 100"))
    assert in_pools(stated["studio"]) == {"gross.deficit": ("0", "-20", "-20")}
    assert stated["studio"].settlement.carried_forward == usd("-20.00")


def test_a_title_may_be_as_long_as_the_agreement_has_it():
    section = SIMPLE.replace("Distribution fee", "Distribution fee " * 40)
    stated = Life(section, PARTIES).share("2025-Q1", receipt("2025-02-01", "USD 100"))
    assert stated["agent"].pools[0].own[0].title.startswith("Distribution fee Distribution")


START = date(2025, 1, 1)
rows = st.lists(
    st.builds(
        lambda day, cents: ReceiptGroup(START + timedelta(days=day), Sort(("USD", "", "", "", "")), cents),
        st.integers(0, 270),
        st.integers(-20_000, 60_000),
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(rows, rows, st.sampled_from([SIMPLE, MUCH]))
def test_the_statements_of_all_tie_and_add_up_to_the_distribution_whatever_came_in(known, late, section):
    life = Life(section, PARTIES if section is SIMPLE else EVERYBODY)
    others = () if section is SIMPLE else OTHERS
    for period, facts in (("2025-Q1", known), ("2025-Q2", known + late), ("2025-Q3", late)):
        stated = life.share(period, *facts, *others)
        found = life.known[period]
        assert all(ties(statement) == () for statement in stated.values())
        assert set(stated) == found.parties
        unit = 10 ** exponent("USD")
        for party, statement in stated.items():
            settled = statement.settlement
            assert (settled.entitlement - settled.reserved) == found.to_date[party]
            own = sum((exact for (whose, _), exact in found.shares.items() if whose == party), Fraction(0))
            set_aside = sum((held for held in _reserved(life, party)), Fraction(0))
            assert settled.exact.value * unit == own + set_aside
        ended = sum(one.amount.minor for one in (*life.ordered.payouts, *life.ordered.kept))
        assert ended == sum(statement.settlement.due.minor for statement in stated.values())


def _reserved(life, party):
    """What is set aside of the agent's fee on returns will be the studio's."""
    return life.before.result.held.values() if party == "studio" else ()


@settings(max_examples=20)
@given(rows)
def test_all_statements_of_a_pool_add_up_to_its_inflow(known):
    stated = Life(SIMPLE, PARTIES).share("2025-Q4", *known, receipt("2025-12-01", "USD 1000"))
    given_away = {"gross": Fraction(0), "net": Fraction(0)}
    for statement in stated.values():
        for pool in statement.pools:
            given_away[pool.id] += sum(line.figures.to_date.value for line in pool.own)
    (gross,), (net,) = stated["agent"].pools, stated["studio"].pools
    passed_on = next(one for one in gross.others if str(one.kind) == "passed_on")
    assert given_away["gross"] + passed_on.figures.to_date.value == gross.inflow.to_date.value
    assert given_away["net"] == net.inflow.to_date.value == passed_on.figures.to_date.value
