"""Payment runs: planned, prepared, released under four eyes, sent, doubted and resent."""

import time as time_module
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal

import pytest
import sqlalchemy as sa

from activities.views import AccountRef, RunRef
from adapters.bank.folder import folder_of
from adapters.db.rates import keep_rates
from adapters.db.store import Context
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.payments.missing_rates import missing_rates
from app.payments.preview import preview
from domain.commands import CancelRun, CorrectPayment, HoldPayment, ReleaseRun, TakeBankFile, TakeDeal
from domain.errors import (
    BadInput,
    IllegalTransition,
    InDoubt,
    NotFound,
    RateMissing,
    SamePerson,
    StaleApproval,
    WrongRole,
)
from domain.events import CommandRefused, PaymentsNotFound
from domain.rates import Rate
from domain.values.money import Money
from tests.heard import heard
from tests.world import DRAMA, PRODUCTION, UNSHARED, take_stream

PAID_ON = date(2025, 2, 14)


@pytest.fixture
def due(registered):
    """The morning on which WR-A falls due."""
    registered.clock.to(PAID_ON)
    return registered


@pytest.fixture
def prepared(due):
    due.run = RunRef(production=PRODUCTION, run=due.prepare().run)
    return due


def cancel(world, run, by="dohyun"):
    return world.runs.cancel(
        CancelRun(key=f"cancel/{run}/{by}", by=by, production=PRODUCTION, run=run, reason="wrong day")
    )


def outbox(world, part="outbox"):
    folder = world.data / "bank" / folder_of(PRODUCTION, "spc-krw") / part
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@contextmanager
def just_before(world, question, happens):
    """Run and commit something just before the first query that contains this text."""
    waiting = [happens]

    def _asked(statement):
        if question in statement and waiting:
            waiting.pop()()

    with heard(world.store.engine, _asked):
        yield
    assert not waiting


def test_what_is_promised_for_today_falls_due_once(due):
    ref = AccountRef(production=PRODUCTION, account="spc-krw")
    assert due.runs.fall_due(ref) == 2  # the payment, and the equity that was promised for January
    assert due.runs.fall_due(ref) == 0
    assert due.statuses()["WR-A"] == "due"
    assert due.balances()["liability:payable:writer KRW"] == "KRW -192000000"


def test_a_run_that_is_prepared_while_the_day_is_planned_does_not_make_for_a_second_one(due):
    (first,) = due.open_day()
    with just_before(due, "FROM run", lambda: due.runs.prepare(first)):
        planned = due.runs.plan_runs(AccountRef(production=PRODUCTION, account="spc-krw"))
    assert planned == [first]


def test_what_becomes_due_later_the_same_day_falls_due_too(due):
    ref = AccountRef(production=PRODUCTION, account="spc-krw")
    due.runs.fall_due(ref)
    with due.store.transaction() as transaction:
        transaction.connection.exec_driver_sql(
            "UPDATE payment SET due_on = '2025-02-14' WHERE instalment = 'DUB'"
        )  # an amendment of the afternoon, cut short
    assert due.runs.fall_due(ref) == 1
    assert due.statuses()["DUB"] == "due"


def test_two_people_who_open_the_day_are_both_right(due):
    assert due.runs.fall_due(AccountRef(production=PRODUCTION, account="spc-krw", by="dohyun")) == 2
    assert due.runs.fall_due(AccountRef(production=PRODUCTION, account="spc-krw")) == 0


def test_a_run_gathers_what_is_due_and_is_prepared_once(due):
    (planned,) = due.open_day()
    view = due.runs.prepare(planned)
    assert due.runs.prepare(planned) == view
    assert (view.status, view.count, str(view.total)) == ("prepared", 1, "KRW 192000000")
    assert view.seconds_to_cut_off == 6 * 3600 + 30 * 60
    assert due.open_day() == []


def test_nothing_is_opened_on_a_day_when_the_accounts_banks_are_closed(registered):
    registered.clock.to(date(2025, 2, 15))  # a Saturday
    assert registered.open_day() == []
    assert registered.statuses()["WR-A"] == "due"


def test_an_account_that_the_agreement_does_not_have_is_named(due):
    nowhere = AccountRef(production=PRODUCTION, account="nowhere")
    for ask in (due.runs.fall_due, due.runs.plan_runs):
        with pytest.raises(NotFound, match="nowhere"):
            ask(nowhere)


def test_the_second_run_of_a_day_gets_the_next_number(prepared):
    assert prepared.run.run.endswith("/1")
    cancel(prepared, prepared.run.run)
    (again,) = prepared.open_day()
    assert again.run.endswith("/2")


def test_nothing_due_makes_no_run(due):
    (planned,) = due.open_day()
    hold = HoldPayment(key="h", by="eunwoo", production=PRODUCTION, payment=due.payment("WR-A"), reason="x")
    due.productions.hold(hold)
    assert due.runs.prepare(planned).status == "empty"
    assert due.snapshots().runs == {}


def test_a_person_without_the_role_prepares_nothing_and_is_recorded(due):
    with pytest.raises(WrongRole):
        due.runs.fall_due(AccountRef(production=PRODUCTION, account="spc-krw", by="sora"))
    assert isinstance(due.newest(), CommandRefused)
    assert due.statuses()["WR-A"] == "scheduled"


def test_who_prepared_a_run_does_not_release_it(due):
    (planned,) = due.open_day(by="dohyun")
    run = due.runs.prepare(planned).run
    with pytest.raises((SamePerson, WrongRole)):
        due.release(run, by="dohyun")
    with pytest.raises(WrongRole):
        due.release(run, by="eunwoo")
    assert due.release(run).status == "released"


def test_a_release_binds_what_was_looked_at(prepared):
    with pytest.raises(StaleApproval, match="preview"):
        prepared.runs.release(
            ReleaseRun(key="r", by="sora", production=PRODUCTION, run=prepared.run.run, sha256="0" * 64)
        )
    assert prepared.statuses()["WR-A"] == "due"


def test_a_run_is_released_once(prepared):
    prepared.release(prepared.run.run)
    with pytest.raises(IllegalTransition):
        prepared.runs.release(
            ReleaseRun(key="again", by="sora", production=PRODUCTION, run=prepared.run.run, sha256="0" * 64)
        )


def test_a_cancelled_run_lets_its_payments_go(prepared):
    assert cancel(prepared, prepared.run.run).status == "cancelled"
    payment = prepared.snapshots().payments[prepared.payment("WR-A")]
    assert (payment.status, payment.run) == ("due", None)
    with pytest.raises(IllegalTransition):
        prepared.release(prepared.run.run)


def test_a_run_that_is_at_the_bank_cannot_be_cancelled(prepared):
    prepared.release(prepared.run.run)
    prepared.runs.send(prepared.run)
    with pytest.raises(IllegalTransition):
        cancel(prepared, prepared.run.run)


def test_a_run_not_released_by_the_cut_off_is_said_once(prepared):
    prepared.clock.to(PAID_ON, time(15, 31))
    assert prepared.runs.escalate(prepared.run).seconds_to_cut_off == 0
    prepared.runs.escalate(prepared.run)
    assert prepared.events().count("run-escalated") == 1


def test_only_a_released_run_is_sent(prepared):
    with pytest.raises(IllegalTransition):
        prepared.runs.send(prepared.run)
    assert prepared.deliver() == 0


def test_sent_twice_is_the_same_bytes_once(prepared):
    prepared.release(prepared.run.run)
    prepared.runs.send(prepared.run)
    prepared.clock.forward(minutes=5)
    prepared.runs.send(prepared.run)
    assert prepared.deliver() == 1
    assert prepared.events().count("run-submitted") == 1


def test_an_amendment_that_comes_first_stops_the_order(prepared):
    prepared.release(prepared.run.run)
    payees_account = next(a.number for a in prepared.handler.in_force(PRODUCTION).accounts if a.id == "writer-krw")
    amended = prepared.keep(DRAMA.read_bytes().replace(payees_account.encode(), payees_account[::-1].encode()))
    with ThreadPoolExecutor(1) as thread:
        with prepared.store.transaction() as amending:
            take_stream(amending, PRODUCTION)
            sending = thread.submit(prepared.runs.send, prepared.run)
            await_lock(prepared)
            amending.connection.exec_driver_sql("UPDATE production SET document = %s", (amended,))
        with pytest.raises(StaleApproval):
            sending.result()
    assert prepared.deliver() == 0


def await_lock(world):
    """Wait until a session waits for a lock."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(500):
        with world.store.reading() as records:
            if records.connection.execute(waiting).scalar_one():
                return
        time_module.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


def test_a_lost_answer_is_asked_for_and_nothing_is_sent_again(prepared):
    lose(prepared, FaultKind.LOSE_ANSWER)
    hand_over(prepared)
    assert prepared.take() == []
    view = prepared.runs.doubt(prepared.run)
    assert (prepared.statuses()["WR-A"], view.enquiries, view.silent) == ("unknown", 1, 1)
    prepared.deliver()
    assert set(prepared.take()) == {None}
    assert prepared.statuses()["WR-A"] == "settled"
    assert prepared.events().count("run-submitted") == 1
    assert prepared.their_bank.effects(end_to_end_id(prepared)) == 1


def test_a_lost_file_is_sent_again_as_the_same_bytes(prepared):
    lose(prepared, FaultKind.LOSE_FILE)
    hand_over(prepared)
    assert prepared.take() == []
    prepared.runs.doubt(prepared.run)
    prepared.deliver()
    assert prepared.take() == [None]
    assert prepared.runs.run_standing(prepared.run).unsent == 1
    prepared.clock.forward(minutes=30)
    prepared.runs.send(prepared.run)
    assert prepared.deliver() == 1
    orders = [raw for raw in outbox(prepared, "sent").values() if b"CstmrCdtTrfInitn" in raw]
    assert len(orders) == 2
    assert orders[0] == orders[1]
    assert set(prepared.take()) == {None}
    assert prepared.statuses()["WR-A"] == "settled"
    assert prepared.their_bank.effects(end_to_end_id(prepared)) == 1
    assert prepared.wrong() == []


def test_what_a_bank_misses_in_two_answers_to_one_enquiry_is_sent_again_twice(due):
    ref = AccountRef(production=PRODUCTION, account="spc-krw")
    due.runs.fall_due(ref)
    with due.store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE payment SET due_on = '2025-02-14' WHERE instalment = 'PR-A'")
    run = due.send()
    due.runs.doubt(run)
    due.deliver()
    for instalment in ("WR-A", "PR-A"):
        missed(due, run, instalment)
        assert due.runs.run_standing(run).unsent == 1
        assert due.runs.send(run).unsent == 0
        assert due.deliver() == 1
    assert due.events().count("run-submitted") == 3
    moved = f"payment {due.payment('PR-A')} of {PRODUCTION}: its due_on is not what the journal makes it"
    assert due.wrong() == [moved]


def missed(world, run, instalment):
    """The bank says that it never saw a payment."""
    event = PaymentsNotFound(run=run.run, message_id=instalment, payments=(world.payment(instalment),))
    command = TakeBankFile(
        key=instalment, by="system", production=PRODUCTION, account="spc-krw", file=instalment.encode().hex().zfill(64)
    )
    today = Context(effective_on=PAID_ON, actor="system")
    every = sa.true()
    world.store.carry_out(
        command, today, lambda transaction: (transaction.state(PRODUCTION, payments=every, runs=every), [event])
    )


def test_doubting_when_the_bank_has_answered_does_nothing(prepared):
    hand_over(prepared)
    prepared.take()
    before = prepared.events()
    prepared.runs.doubt(prepared.run)
    assert prepared.events() == before


def test_a_run_that_does_not_exist_stands_empty(due):
    assert due.runs.run_standing(RunRef(production=PRODUCTION, run="no/such/run")).status == "empty"


# Conversion


@pytest.fixture
def dollars(registered):
    """VX-A, in dollars from the account in won, falls due on 29 August 2025."""
    registered.clock.to(date(2025, 8, 29))
    return registered


def import_rate(world, on, rate="1400.5"):
    known = [
        Rate(on=on, base="EUR", quote=quote, rate=Decimal(value), source="ECB")
        for quote, value in (("USD", "1"), ("KRW", rate))
    ]
    with world.store.transaction() as transaction:
        keep_rates(transaction, f"{on}.csv", str(on).encode(), known)


def planned_in(world, currency):
    return next(planned for planned in world.open_day() if planned.currency == currency)


def test_a_missing_rate_is_waited_for_and_leaves_nothing(dollars):
    planned = planned_in(dollars, "USD")
    before = dollars.events()
    with pytest.raises(RateMissing, match="2025-08-28") as missing:
        dollars.runs.prepare(planned)
    assert missing.value.passing
    assert dollars.events() == before
    import_rate(dollars, date(2025, 8, 28))
    assert dollars.runs.prepare(planned).status == "prepared"


def test_a_day_on_which_the_source_did_not_publish_is_no_fixing_day(world):
    closed = b"  - {calendar: ECB, on: 2025-08-28, business_day: false, reason: a strike in Frankfurt}\n"
    world.register(UNSHARED.replace(b"calendar_overrides:\n", b"calendar_overrides:\n" + closed))
    world.clock.to(date(2025, 8, 29))
    import_rate(world, date(2025, 8, 27))
    run = world.runs.prepare(planned_in(world, "USD")).run
    assert world.snapshots().runs[run].quote.fixing_on == date(2025, 8, 27)


def test_a_missing_rate_is_reported_with_what_waits_for_it(dollars):
    planned = planned_in(dollars, "USD")
    (sentence,) = missing_rates(dollars.handler)
    assert sentence.startswith(f"{PRODUCTION}: what is due in USD from spc-krw waits for a rate: ECB has no USD/KRW")
    import_rate(dollars, date(2025, 8, 28))
    assert list(missing_rates(dollars.handler, PRODUCTION)) == []
    dollars.runs.prepare(planned)


def test_a_run_whose_payments_a_later_one_took_waits_for_no_rate_any_more(dollars):
    late = planned_in(dollars, "USD")
    import_rate(dollars, date(2025, 8, 29))
    dollars.clock.to(date(2025, 9, 1))
    dollars.runs.prepare(planned_in(dollars, "USD"))
    assert dollars.runs.prepare(late).status == "empty"


def test_a_reference_rate_is_that_of_the_fixing_day_and_is_a_fact(dollars):
    import_rate(dollars, date(2025, 8, 28))
    import_rate(dollars, date(2025, 8, 29), "9999")
    run = dollars.runs.prepare(planned_in(dollars, "USD")).run
    quote = dollars.snapshots().runs[run].quote
    assert (quote.rate, quote.source, quote.fixing_on) == (Decimal("1400.5"), "ECB", date(2025, 8, 28))
    assert quote.contract_rate == Decimal("1385.00")
    assert "quote-taken" in dollars.events()


def test_a_gain_or_loss_against_the_contract_rate_posts_by_itself(dollars):
    import_rate(dollars, date(2025, 8, 28))
    run = RunRef(production=PRODUCTION, run=dollars.runs.prepare(planned_in(dollars, "USD")).run)
    dollars.release(run.run)
    dollars.runs.send(run)
    dollars.deliver()
    assert set(dollars.take()) == {None}
    assert dollars.statuses()["VX-A"] == "settled"
    # USD 186,000.00 at the bank's own 1380 instead of 1385, for no deal was made with it
    assert dollars.balances()["expense:fx-gain-loss KRW"] == "KRW -930000"
    assert dollars.wrong() == []


def test_a_contract_rate_needs_no_import(registered):
    registered.clock.to(date(2025, 9, 1))
    for milestone in (
        "closing",
        "script-lock",
        "shoot-start",
        "half-shot",
        "wrap",
        "rough-cut",
        "picture-lock",
        "delivery",
    ):
        registered.accept(milestone)
    registered.accept("broadcast")
    registered.clock.to(registered.snapshots().payments[registered.payment("LAUNCH")].due_on)
    run = registered.runs.prepare(planned_in(registered, "JPY")).run
    quote = registered.snapshots().runs[run].quote
    assert (quote.rate, quote.source) == (Decimal("9.33"), "contract")


def lose(world, kind):
    add_fault(world.their_bank.books.db, world.payment("WR-A"), kind, reason="AC04", seconds=0)


def hand_over(world):
    world.release(world.run.run)
    world.runs.send(world.run)
    world.deliver()


def end_to_end_id(world):
    return world.snapshots().payments[world.payment("WR-A")].end_to_end_id


async def test_a_run_is_paid_at_a_deal_of_the_bank(dollars):
    import_rate(dollars, date(2025, 8, 28))
    run = dollars.runs.prepare(planned_in(dollars, "USD"))
    deal = TakeDeal(
        key="deal", by="dohyun", production=PRODUCTION, run=run.run, number="FX-2025-77", amount=run.total,
        rate=Decimal("1391.2"), on=date(2025, 8, 29),
    )  # fmt: skip
    with pytest.raises(BadInput, match="make another deal"):
        dollars.runs.take_deal(deal.model_copy(update={"amount": Money.parse("USD 1.00")}))
    assert dollars.runs.take_deal(deal).status == "prepared"
    assert preview(dollars.handler, run.run).head.quote["deal"] == "FX-2025-77"
    dollars.release(run.run)
    dollars.runs.send(RunRef(production=PRODUCTION, run=run.run))
    dollars.deliver()
    (file,) = (dollars.data / "bank" / folder_of(PRODUCTION, "spc-krw") / "sent").iterdir()
    assert b"<XchgRate>1391.2</XchgRate>" in file.read_bytes()
    assert b"<CtrctId>FX-2025-77</CtrctId>" in file.read_bytes()
    assert dollars.refolded() == dollars.snapshots()
    assert dollars.wrong() == []
    with dollars.store.reading() as records:
        assert list((await audited(records.connection, Scope(PRODUCTION))).findings) == []


def answer(world, message, run, **transfers):
    """Take in a pain.002 of the bank: for each instalment its status and reason."""
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{world.payment(name.replace('_', '-'))}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for name, reason in transfers.items()
    )
    order = world.snapshots().runs[run].message_id
    raw = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr>'
        f"<MsgId>{message}</MsgId><CreDtTm>2025-02-14T10:00:00+09:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{order}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{order}</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()
    assert world.bank.take(PRODUCTION, "spc-krw", f"{message}.xml", raw) is None


@pytest.mark.parametrize("reason", ["AC04", "DU01"])
async def test_an_order_of_which_another_payment_was_refused_meanwhile_is_not_sent_again(world, reason):
    world.register(UNSHARED.replace(b"due: {milestone: script-lock, business_days: 5}", b"due: {on: 2025-02-14}"))
    world.clock.to(PAID_ON)
    run = world.send()
    world.runs.doubt(run)
    world.deliver()
    answer(world, "S1", run.run, WR_A="NOOR")
    assert world.runs.run_standing(run).unsent == 1
    answer(world, "S2", run.run, WR_B=reason)
    assert world.runs.send(run).unsent == 0
    assert world.deliver() == 0, "no second copy"
    assert world.snapshots().payments[world.payment("WR-A")].reason.startswith("NARR: not found, and not sent again")
    assert world.refolded() == world.snapshots()
    assert world.wrong() == []
    with world.store.reading() as records:
        assert list((await audited(records.connection, Scope(PRODUCTION))).findings) == []


async def test_an_order_that_is_accepted_after_all_its_payments_were_corrected_keeps_them_back(prepared):
    hand_over(prepared)
    answer(prepared, "S1", prepared.run.run, WR_A="AC04")
    name = prepared.payment("WR-A")
    correct = CorrectPayment(key="c", by="eunwoo", production=PRODUCTION, payment=name, reason="new account")
    prepared.productions.correct(correct)
    second = prepared.prepare().run
    order = prepared.snapshots().runs[prepared.run.run].message_id
    raw = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>S2</MsgId>'
        "<CreDtTm>2025-02-14T10:00:00+09:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        f"<OrgnlMsgId>{order}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>ACCP</GrpSts>"
        "</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()
    assert prepared.bank.take(PRODUCTION, "spc-krw", "S2.xml", raw) is None
    with pytest.raises(InDoubt, match=f"attempt {name} of run {prepared.run.run} may still be booked"):
        prepared.release(second)
    assert prepared.refolded() == prepared.snapshots()
    with prepared.store.reading() as records:
        assert list((await audited(records.connection, Scope(PRODUCTION))).findings) == []
