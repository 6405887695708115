"""A production's agreement and its payments by name."""

from datetime import date

import pytest

from activities.views import MilestoneRef, ProductionRef
from adapters.agreement.plan_changes import drop_milestone
from app.commands.plan import amendment_of, cancellation_of
from domain.commands import CorrectPayment, HoldPayment, RegisterAgreement, ResumePayment
from domain.errors import BadInput, IllegalTransition, NotFound, Refused, WrongRole
from tests.world import DRAMA, EVIDENCE, PRODUCTION

REF = ProductionRef(production=PRODUCTION)


def amended(*changes):
    text = DRAMA.read_text().replace("version: 1", "version: 2", 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def register(world, by="seoyeon", production=PRODUCTION):
    digest = world.keep(DRAMA.read_bytes())
    command = RegisterAgreement(key=f"register/{by}", by=by, production=production, document=digest)
    return world.proposals.register(command)


def test_registering_promises_the_whole_schedule(registered):
    state = registered.snapshots()
    assert len(state.payments) + len(state.receipts) == 26
    assert set(registered.statuses().values()) == {"scheduled"}
    assert state.payments[registered.payment("WR-A")].due_on == date(2025, 2, 14)
    assert state.payments[registered.payment("RI-A")].due_on is None


def test_registering_the_same_again_is_the_same_outcome(world):
    assert register(world) == register(world)


def test_a_production_is_registered_once(registered):
    with pytest.raises(IllegalTransition, match="amend it"):
        register(registered, by="haruka")
    assert registered.events()[-1] == "command-refused"


def test_only_a_producer_of_a_party_registers(world):
    with pytest.raises(WrongRole):
        register(world, by="jiho")
    with pytest.raises(WrongRole, match="Nobody called"):
        register(world, by="somebody")
    assert world.productions.production_standing(REF).version == 0


def test_a_document_of_another_production_is_refused_and_not_recorded(world):
    with pytest.raises(BadInput, match="not of OTHER"):
        register(world, production="OTHER")
    assert world.events() == []


def test_a_document_that_is_not_kept_is_named(world):
    with pytest.raises(NotFound, match="No document"):
        world.proposals.register(RegisterAgreement(key="k", by="seoyeon", production=PRODUCTION, document="0" * 64))


def test_an_amendment_changes_what_is_only_promised(registered):
    registered.amend(amended(("amount: JPY 18500000", "amount: JPY 19000000")))
    state = registered.snapshots()
    assert state.production.version == 2
    assert str(state.payments[registered.payment("DUB")].amount) == "JPY 19000000"
    assert registered.wrong() == []
    assert state == registered.refolded()


def test_an_amendment_of_what_fell_due_is_refused(registered):
    registered.clock.to(date(2025, 2, 14))
    registered.open_day()
    raw = amended(
        ('percent: "20"\n    due: {on: 2025-02-14}', 'percent: "25"\n    due: {on: 2025-02-14}'),
        ('percent: "60"', 'percent: "55"'),
    )
    with pytest.raises((BadInput, IllegalTransition, Exception), match="WR-A"):
        registered.amend(raw)
    assert registered.snapshots().production.version == 1


def test_an_amendment_skips_no_version(registered):
    with pytest.raises(BadInput, match="version"):
        registered.amend(DRAMA.read_bytes().replace(b"version: 1", b"version: 3", 1))


def test_an_amendment_needs_a_registered_production(world):
    with pytest.raises(NotFound):
        world.amend(amended())


def test_a_production_is_complete_when_nothing_is_left_to_accept_or_to_pay(registered):
    view = registered.productions.production_standing(REF)
    assert view.open_milestones == tuple(EVIDENCE)
    assert view.debtor_accounts == ("spc-krw", "spc-jpy")
    assert not view.complete


@pytest.fixture
def due(registered):
    registered.clock.to(date(2025, 2, 14))
    registered.open_day()
    return registered


def hold(world, by="eunwoo", instalment="WR-A"):
    command = HoldPayment(
        key=f"hold/{by}", by=by, production=PRODUCTION, payment=world.payment(instalment), reason="no tax form"
    )
    return world.productions.hold(command)


def test_a_held_payment_is_left_out_of_runs_until_it_is_resumed(due):
    assert hold(due).status == "held"
    assert due.open_day() == []
    view = due.productions.resume(
        ResumePayment(key="resume", by="eunwoo", production=PRODUCTION, payment=due.payment("WR-A"))
    )
    assert view.status == "due"
    assert [planned.currency for planned in due.open_day()] == ["KRW"]


def test_only_the_debtors_treasurer_holds(due):
    with pytest.raises(WrongRole):
        hold(due, by="dohyun")
    assert due.statuses()["WR-A"] == "due"


def test_what_is_not_due_cannot_be_held(due):
    with pytest.raises(IllegalTransition):
        hold(due, instalment="DUB")


def test_an_unknown_payment_is_refused_by_name(due):
    with pytest.raises(NotFound, match="nothing"):
        due.productions.hold(HoldPayment(key="h", by="eunwoo", production=PRODUCTION, payment="nothing", reason="x"))


def test_a_payment_that_was_not_rejected_needs_no_correction(due):
    with pytest.raises(IllegalTransition):
        due.productions.correct(
            CorrectPayment(key="c", by="eunwoo", production=PRODUCTION, payment=due.payment("WR-A"), reason="x")
        )


def test_a_milestone_is_cancelled_by_an_amendment_with_its_kill_fee_and_nothing_more_is_decided_on_it(world):
    own = b"  - id: VX-B\n"
    world.register(DRAMA.read_bytes().replace(own, own + b'    if_cancelled: {kill_fee_percent: "10"}\n'))
    world.clock.to(date(2025, 3, 3))
    before = world.snapshots()
    milestone = before.payments[world.payment("VX-B")].milestone
    planned = cancellation_of(world.handler, PRODUCTION, milestone, "the weather")
    assert "VX-B (Visual effects, on turnover of the plates) falls away" in planned.said
    world.amend(planned.loaded.raw)
    after = world.snapshots()
    gone = [one.id for one in before.payments.values() if one.milestone == milestone]
    assert {after.payments[name].status for name in gone} == {"cancelled"}
    (fee,) = (one for one in after.payments.values() if one.id not in before.payments)
    assert (fee.status, fee.purpose, fee.amount.minor * 10) == (
        "scheduled",
        "post_production",
        before.payments[world.payment("VX-B")].amount.minor,
    )
    assert milestone not in world.productions.production_standing(REF).open_milestones
    with pytest.raises(IllegalTransition, match=r"is cancelled since 2025-03-03 \(the weather\): nothing more"):
        world.submit(milestone)
    standing = world.milestones.milestone_standing(MilestoneRef(production=PRODUCTION, milestone=milestone))
    assert (standing.status, standing.over) == ("cancelled", True)
    assert world.refolded() == after
    assert world.wrong() == []


def test_what_was_done_under_it_keeps_a_milestone_from_being_dropped_and_not_from_being_cancelled(due):
    milestone = "closing"
    due.accept(milestone)
    due.clock.forward(days=40)
    due.open_day()
    dropped = amendment_of(due.handler, PRODUCTION, drop_milestone(milestone))
    with pytest.raises(Refused, match="may not"):
        due.amend(dropped.loaded.raw)
    planned = cancellation_of(due.handler, PRODUCTION, milestone, "the title chain broke")
    assert [one for one in planned.said if one.endswith("is owed, on its way or received, and stays as it is")]
    due.amend(planned.loaded.raw)
    assert due.wrong() == []
