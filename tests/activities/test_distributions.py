"""A period's distribution on a real database: computed, answered, posted, paid out, with books that agree."""

from datetime import date, time

import pytest

from activities.distributions import DistributionActivities
from activities.views import DistributionRef, ProductionRef, RunRef
from adapters.db.facts import facts_of
from adapters.db.queries import chain
from adapters.db.streams import stream_of
from domain.calendar.dates import DAY
from domain.commands import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    OrderPayouts,
    PostDistribution,
    ResolveObjection,
)
from domain.errors import BadInput, CannotShare, IllegalTransition, RateMissing, Refused, WrongRole
from domain.events import PayoutsOrdered
from domain.identity import Role
from domain.values.money import Money
from tests import revenue
from tests.domain.sharing.waterfall.deal import fact, receipt
from tests.world import PRODUCTION, SETTLEMENT, UNSHARED, WATERFALL, WITH_ACCOUNT, WITHOUT_ACCOUNT

Q1, Q2 = "2025-Q1", "2025-Q2"


@pytest.fixture
def earning(world):
    """The drama shares what it earns, and has earned KRW 1,000 in the first quarter of 2025; it is 1 April."""
    world.register(UNSHARED + WATERFALL)
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    return world


def named(kind, key="", by="system", period=Q1, **more):
    return kind(key=key or f"{kind.__name__}/{period}/{by}", by=by, production=PRODUCTION, period=period, **more)


def compute(world, period=Q1, key="", by="dohyun"):
    return world.distributions.compute_distribution(named(ComputeDistribution, key, by, period))


def approve(world, by="jiho", revision=1, period=Q1):
    return world.distributions.approve_distribution(named(ApproveDistribution, "", by, period, revision=revision))


def object_to(world, *positions, by="jiho", period=Q1):
    request = named(ObjectToDistribution, "", by, period, revision=1, positions=positions, reason="the rate")
    return world.distributions.object_to_distribution(request)


def resolve(world, by="jiho", period=Q1):
    return world.distributions.resolve_objection(named(ResolveObjection, "", by, period, reason="agreed"))


def post(world, period=Q1, key=""):
    return world.distributions.post_distribution(named(PostDistribution, key, period=period))


def order(world, period=Q1, key=""):
    return world.distributions.order_payouts(named(OrderPayouts, key, period=period))


def standing(world, period=Q1):
    return world.distributions.distribution_standing(DistributionRef(production=PRODUCTION, period=period))


def let_the_window_pass(world, period=Q1):
    world.clock.to(standing(world, period).answer_by)
    world.clock.forward(days=1)


def payouts(world):
    state = world.snapshots()
    return {p.id: (p.payee_party, str(p.amount), str(p.status)) for p in state.payments.values() if "/" in p.id}


def shares_owed(world):
    return {
        account.split(":")[2].removesuffix(" KRW"): balance
        for account, balance in world.balances().items()
        if account.startswith("liability:participation:") and balance != "KRW 0"
    }


def test_the_agreement_says_how_many_business_days_there_are_to_answer(world):
    world.register(UNSHARED + WATERFALL + b"  answer_within_business_days: 3\n")
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    assert compute(world).answer_by == date(2025, 4, 4)


def test_a_period_is_computed_and_everybody_concerned_is_asked(earning):
    assert standing(earning).status == "none"
    view = compute(earning)
    assert (view.status, view.revision, view.silent) == ("computed", 1, ("spc", "studio", "writer"))
    assert (view.answer_by, view.pay_on) == (date(2025, 4, 15), date(2025, 4, 15))
    found = earning.snapshots().distributions[Q1]
    assert {party: str(amount) for party, amount in found.to_date.items()} == {
        "studio": "KRW 610",
        "writer": "KRW 50",
        "spc": "KRW 340",
    }
    assert earning.snapshots() == earning.refolded()


def test_a_preview_says_the_same_and_records_nothing(earning):
    before = earning.events()
    found = earning.distributions.preview(DistributionRef(production=PRODUCTION, period=Q1))
    assert earning.events() == before
    compute(earning)
    assert earning.newest() == found.computed


def test_computing_again_is_a_new_revision_only_when_facts_came_in(earning):
    compute(earning)
    approve(earning)
    assert compute(earning, key="again").revision == 1
    earning.facts.append(receipt("2025-03-31", "KRW 500"))
    view = compute(earning, key="third")
    assert (view.revision, "studio" in view.silent) == (2, True)


def test_a_period_that_lasts_still_cannot_be_distributed(earning):
    with pytest.raises(Refused, match="lasts until 2025-06-30"):
        compute(earning, Q2)


def test_who_does_not_prepare_payments_does_not_open_a_distribution(earning):
    with pytest.raises(WrongRole, match="open distribution"):
        compute(earning, by="jiho")
    assert earning.events()[-1] == "command-refused"


@pytest.fixture
def settling(world):
    """The drama's calendar counts from 20 January 2025: 30 days later, then each quarter. It is 8 in the morning."""
    world.register(UNSHARED + WATERFALL + SETTLEMENT)
    world.facts += [receipt("2025-02-03", "KRW 1000"), fact("date", "2025-01-20", "first-broadcast")]
    world.clock.to(date(2025, 4, 1), time(8))
    return world


def due(world):
    return [ref.period for ref in world.distributions.due_distributions(ProductionRef(production=PRODUCTION))]


def test_the_calendar_says_what_is_due_until_it_is_computed(settling):
    assert due(settling) == ["2025-02-19", Q1]
    compute(settling, "2025-02-19", by="system")
    assert due(settling) == [Q1]
    compute(settling, by="system")
    assert due(settling) == []


def test_what_the_calendar_opens_is_paid_when_the_calendar_says(settling):
    assert compute(settling, by="system").pay_on == date(2025, 4, 30)


def test_by_hand_and_by_the_calendar_are_the_same_figures_under_the_same_name(settling):
    settling.clock.to(date(2025, 4, 2))
    assert compute(settling).revision == 1
    assert due(settling) == []
    assert compute(settling, by="system").revision == 1, "nothing is new when both come at once"
    with pytest.raises(Refused, match="is distributed as 2025-Q1"):
        compute(settling, "2025-03")
    assert settling.snapshots() == settling.refolded()


def test_the_first_morning_of_a_zone_is_the_day_after_there(settling):
    settling.clock.to(date(2025, 6, 30), time(23, 59))
    assert due(settling)[-1] == Q1
    settling.clock.forward(minutes=2)
    assert due(settling)[-1] == Q2


def test_without_a_calendar_nothing_is_due(earning):
    assert due(earning) == []


def test_an_agreement_without_a_waterfall_distributes_nothing(registered):
    registered.clock.to(date(2025, 4, 1))
    assert due(registered) == []
    with pytest.raises(Refused, match="has no waterfall"):
        compute(registered)


def test_nothing_is_posted_within_the_answer_window(earning):
    compute(earning)
    assert not standing(earning).answered
    assert post(earning).status == "computed"
    let_the_window_pass(earning)
    assert standing(earning).answered
    assert post(earning).status == "posted"
    assert shares_owed(earning) == {"studio": "KRW -610", "writer": "KRW -50", "spc": "KRW -340"}


def test_the_last_moment_of_the_window_is_still_in_it(earning):
    compute(earning)
    earning.clock.to(standing(earning).answer_by, time(23, 59, 59, 900_000))
    view = standing(earning)
    assert (view.seconds_left, view.answered) == (0, False)
    earning.clock.forward(seconds=1)
    view = standing(earning)
    assert (view.seconds_left, view.answered) == (None, True)


def test_the_window_ends_once_all_have_answered(earning):
    for party in ("writer", "spc"):
        earning.employ(party, party, Role.APPROVER)
    compute(earning)
    for user in ("jiho", "writer", "spc"):
        view = approve(earning, user)
    assert view.answered
    assert post(earning).status == "posted"


def test_payouts_become_payments_and_small_ones_wait(earning):
    compute(earning)
    let_the_window_pass(earning)
    post(earning)
    view = order(earning)
    assert (view.status, view.over) == ("ordered", True)
    assert payouts(earning) == {f"{PRODUCTION}.D/1": ("studio", "KRW 610", "scheduled")}
    assert order(earning, key="again").over
    assert len(payouts(earning)) == 1
    assert earning.snapshots() == earning.refolded()


def amend(world, version, *overrides, terms=b""):
    raw = (UNSHARED + WATERFALL).replace(b"\nversion: 1\n", f"\nversion: {version}\n".encode())
    raw = raw.replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2025-04-16\n" + terms)
    raw = raw.replace(b"calendar_overrides:\n", "\n".join(("calendar_overrides:", *overrides, "")).encode())
    world.amend(raw)


def test_payouts_wait_while_the_bank_is_closed_for_longer_than_the_agreement_allows_for(earning):
    compute(earning)
    let_the_window_pass(earning)
    post(earning)
    closed = [
        f"  - {{calendar: KR, on: {date(2025, 4, 16) + n * DAY}, business_day: false, reason: the bank is closed}}"
        for n in range(20)
    ]
    amend(earning, 2, *closed)
    with pytest.raises(Refused, match=r"spc-krw is closed from 2025-04-16 until 2025-05-07, longer than the 14 days"):
        order(earning)
    amend(earning, 3, *closed, terms=b"banks_closed_at_most_days: 30\n")
    order(earning, key="again")
    (payment,) = (one for one in earning.snapshots().payments.values() if "/" in one.id)
    assert payment.due_on == date(2025, 5, 7)


def test_an_objection_brings_documents_which_are_recorded_by_their_hash(earning):
    compute(earning)
    documents = {"contract": "a" * 64, "invoice": "b" * 64}
    command = named(ObjectToDistribution, "", "jiho", Q1, revision=1, reason="the rate", documents=documents)
    earning.distributions.object_to_distribution(command)
    assert earning.newest().documents == documents
    assert earning.snapshots().distributions[Q1].objections["studio"].documents == documents
    assert earning.snapshots() == earning.refolded()


def test_an_objection_holds_the_disputed_position_until_it_is_resolved(earning):
    compute(earning)
    assert object_to(earning, "fee").disputing == ("studio",)
    let_the_window_pass(earning)
    post(earning)
    assert not order(earning).over
    assert payouts(earning) == {f"{PRODUCTION}.D/1": ("studio", "KRW 510", "scheduled")}
    assert resolve(earning).over
    assert payouts(earning)[f"{PRODUCTION}.D/2"] == ("studio", "KRW 100", "scheduled")
    assert earning.snapshots() == earning.refolded()
    assert earning.wrong() == []


def test_a_payout_is_paid_through_a_run_and_the_books_agree_with_the_waterfall(earning):
    compute(earning)
    let_the_window_pass(earning)
    post(earning)
    order(earning)
    earning.send()
    assert earning.take().count(None) >= 2
    assert payouts(earning) == {f"{PRODUCTION}.D/1": ("studio", "KRW 610", "settled")}
    assert shares_owed(earning) == {"writer": "KRW -50"}
    assert earning.balances()["equity:retained:spc KRW"] == "KRW -340", "who owns the account has its share already"
    assert earning.snapshots() == earning.refolded()
    assert earning.wrong() == []


def test_a_late_fact_is_made_good_by_the_next_period(earning):
    compute(earning)
    let_the_window_pass(earning)
    post(earning)
    order(earning)
    earning.clock.to(date(2025, 7, 1))
    earning.facts += [receipt("2025-03-30", "KRW 500"), receipt("2025-05-05", "KRW 500")]
    with pytest.raises(IllegalTransition, match="the next period corrects what arrived late"):
        compute(earning, key="late")
    compute(earning, Q2)
    let_the_window_pass(earning, Q2)
    post(earning, Q2)
    order(earning, Q2)
    posted = earning.snapshots().distributions[Q2].posted
    assert posted == {"studio": Money(610, "KRW"), "writer": Money(50, "KRW"), "spc": Money(340, "KRW")}
    assert {party: amount for party, amount, _ in payouts(earning).values()} == {
        "studio": "KRW 610",
        "writer": "KRW 100",
    }


def test_a_reserve_is_held_in_the_books_until_it_is_let_go_and_shared(world):
    held = b"take: 10 % of gross, held_for: {periods: 1, of: quarter, then: freed}}"
    section = WATERFALL.replace(b"take: 10 % of gross}", held) + b"    - {id: freed, residue: writer}\n"
    section = section.replace(b"  minimum_payouts: [{to: writer, amount: KRW 100}]\n    - {", b"    - {")
    world.register(UNSHARED + section)
    world.facts.append(receipt("2025-02-03", "KRW 1005"))
    reserve = "liability:reserve:fee KRW"
    for period, today, liability in ((Q1, "2025-04-01", "KRW -101"), ("2025-Q3", "2025-10-01", "KRW 0")):
        world.clock.to(date.fromisoformat(today))
        compute(world, period)
        let_the_window_pass(world, period)
        post(world, period)
        assert world.balances()[reserve] == liability
        assert world.snapshots() == world.refolded()
    found = world.snapshots().distributions
    assert (found[Q1].reserves, found["2025-Q3"].reserves) == ({"fee": Money(101, "KRW")}, {})
    assert world.balances()["expense:participation KRW"] == "KRW 1005"
    assert world.wrong() == []


def test_a_later_period_waits_for_the_earlier_one(earning):
    compute(earning)
    earning.clock.to(date(2025, 7, 1))
    view = compute(earning, Q2)
    assert (view.after, standing(earning).before) == (Q1, (Q2,))
    let_the_window_pass(earning, Q2)
    assert not standing(earning, Q2).answered
    post(earning)
    assert standing(earning, Q2).answered


def test_a_party_without_an_account_in_the_currency_is_named_and_nothing_is_ordered(world):
    world.register(WITHOUT_ACCOUNT)
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    ref = DistributionRef(production=PRODUCTION, period=Q1)
    trouble = world.distributions.preview(ref).trouble
    (why,) = trouble
    assert why.startswith("author is to be paid KRW 50 and has no account in KRW, nor one in a currency that `fx` has")
    assert compute(world).trouble == trouble
    let_the_window_pass(world)
    assert post(world).trouble == trouble
    with pytest.raises(BadInput, match="author is to be paid KRW 50 and has no account in KRW"):
        order(world)
    assert standing(world).status == "posted"
    assert world.distributions.hindrances(ref) == trouble
    assert payouts(world) == {}
    world.amend(WITH_ACCOUNT)
    assert world.outbox("production-news") == world.outbox("distributions-due") == [PRODUCTION]
    assert world.distributions.hindrances(ref) == standing(world).trouble == ()
    order(world)
    assert payouts(world)[f"{PRODUCTION}.D/1"] == ("author", "KRW 50", "scheduled")


@pytest.fixture
def abroad(world):
    """The drama shares 5 % with the visual effects house, which has an account in dollars only; it is April."""
    world.register(UNSHARED + WATERFALL.replace(b"to: writer, take", b"to: vfx, take"))
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 40000000"))
    compute(world)
    let_the_window_pass(world)
    post(world)
    return world


def ordered(world):
    with world.store.reading() as records:
        facts = chain.facts(records.connection, stream_of(PRODUCTION))
        return next(one.event for one in facts if isinstance(one.event, PayoutsOrdered))


def test_a_payout_waits_for_the_rate_that_the_agreement_names_and_says_so(abroad):
    (why,) = abroad.distributions.hindrances(DistributionRef(production=PRODUCTION, period=Q1))
    assert why.startswith("ECB has no USD/KRW for 2025-04-15 yet: import it")
    with pytest.raises(RateMissing):
        order(abroad)


def test_a_payout_to_an_account_in_another_currency_goes_by_the_agreements_rule_and_the_books_are_square(abroad):
    revenue.publish(abroad, date(2025, 1, 1), date(2025, 6, 30))
    order(abroad)
    (paid,) = (one for one in ordered(abroad).payouts if one.party == "vfx")
    exchange = paid.exchange
    assert (str(paid.amount), str(exchange.amount)) == ("KRW 2000000", "USD 1413.43")
    assert (str(exchange.rate), exchange.source, exchange.fixing_on) == ("1415", "ECB", date(2025, 4, 15))
    assert payouts(abroad)[paid.payment] == ("vfx", "USD 1413.43", "scheduled")
    assert shares_owed(abroad) == {"studio": "KRW -24400000", "vfx USD": "USD -1413.43"}
    for planned in abroad.open_day():
        run = abroad.runs.prepare(planned).run
        abroad.release(run)
        abroad.runs.send(RunRef(production=PRODUCTION, run=run))
    abroad.deliver()
    abroad.take()
    assert {status for _, _, status in payouts(abroad).values()} == {"settled"}
    square = ("equity:fx-position", "liability:participation", "liability:payable")
    left = {name: held for name, held in abroad.balances().items() if name.startswith(square)}
    assert {held.split()[1] for held in left.values()} <= {"0", "0.00"}
    assert abroad.wrong() == []
    assert abroad.snapshots() == abroad.refolded()


def test_whole_multiples_are_paid_out_and_what_is_left_is_carried_into_the_next_period(world):
    world.register(UNSHARED + WATERFALL + b"  payouts_in_multiples_of: KRW 100\n")
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    compute(world)
    let_the_window_pass(world)
    post(world)
    order(world)
    assert payouts(world) == {f"{PRODUCTION}.D/1": ("studio", "KRW 600", "scheduled")}
    carried = {one.party: str(one.amount) for one in ordered(world).carried}
    assert carried == {"studio": "KRW 10", "writer": "KRW 50"}


def test_what_conditions_that_contradict_each_other_keep_from_being_shared_leaves_nothing_on_record(world):
    waterfall = WATERFALL
    for old, new in (
        (b"  pools:", b"  claims: [{id: costs, costs: script, cap: 30 % of gross}]\n  pools:"),
        (b"10 % of gross", b"40 % of gross, once: writer reaches 15 % of gross, recoups: costs"),
        (b"5 % of gross}", b"20 % of gross, until: costs is recouped}"),
    ):
        waterfall = waterfall.replace(old, new)
    world.register(UNSHARED + waterfall)
    world.clock.to(date(2025, 4, 1))
    world.facts += [fact("cost", "2025-01-20", "script", "KRW 9000"), receipt("2025-02-03", "KRW 1000")]
    before = world.events()
    with pytest.raises(
        CannotShare, match="gross on 2025-02-03 cannot be shared, since fee and script wait for each other"
    ):
        compute(world)
    assert world.events() == before
    assert standing(world).status == "none"
    assert world.snapshots() == world.refolded()


def test_a_restated_statement_on_record_is_made_good_and_the_liabilities_are_what_is_unpaid(world, tmp_path):
    revenue.register(world)
    world.clock.to(date(2025, 4, 1))
    world.distributions = DistributionActivities(world.handler, facts_of)
    revenue.take(world, revenue.csv_file(tmp_path, ("2025-01-31,KRW 1000,tidewater,KR,svod,first",)))
    compute(world)
    let_the_window_pass(world)
    post(world)
    order(world)
    world.send()
    world.take()
    assert shares_owed(world) == {}
    assert payouts(world) == {f"{PRODUCTION}.D/1": ("studio", "KRW 1000", "settled")}
    revenue.take(world, revenue.csv_file(tmp_path, ("2025-01-31,KRW 700,tidewater,KR,svod,first",)))
    world.clock.to(date(2025, 7, 1))
    compute(world, Q2)
    let_the_window_pass(world, Q2)
    post(world, Q2)
    assert order(world, Q2).over
    assert shares_owed(world) == {"studio": "KRW 300"}
    assert len(payouts(world)) == 1
    assert world.snapshots() == world.refolded()
    assert world.wrong() == []


ORDERED = b"""
waterfall:
  currency: KRW
  within_a_day: [{territory: KR}]
  pools:
    - id: gross
      receives: everything
      positions:
        - {id: fee, to: studio, take: 10 % of gross, then: [{once: gross reaches KRW 100, take: 20 % of gross}]}
        - {id: abroad, to: writer, take: 50 % of what remains, excluding: {territory: KR}}
      residue: spc
"""


def test_that_the_order_of_a_day_mattered_is_told_of_a_preview_a_record_and_a_statement(world):
    world.register(UNSHARED + ORDERED)
    world.clock.to(date(2025, 4, 1))
    world.facts += [receipt("2025-03-31", "KRW 100", territory="JP"), receipt("2025-03-31", "KRW 100", territory="KR")]
    ref = DistributionRef(production=PRODUCTION, period=Q1)
    (told,) = world.distributions.preview(ref).remarks
    assert told.startswith("2025-03-31: the order mattered: KRW KR before KRW JP; another changes ")
    assert "writer by up to KRW 5" in told
    compute(world)
    assert world.distributions.remarks(ref) == (told,)
    (writer,) = (one for one in world.distributions.drafts(ref) if one.party == "writer")
    assert [(one.on, one.receipts, one.amount.decimal) for one in writer.orders] == [
        (date(2025, 3, 31), ("KRW KR", "KRW JP"), "5")
    ]
    studio = next(one for one in world.distributions.drafts(ref) if one.party == "studio")
    assert studio.orders == ()
