"""Controls of what is paid, on a real database: accounts of payees, freezes, limits; and what an audit makes of it."""

import uuid
from datetime import date, timedelta

import pytest

from activities.views import RunRef
from adapters.bank.folder import folder_of
from adapters.db.name_lists import keep_list
from adapters.db.queries.payments import PaymentFilter, payments
from adapters.sandbox_bank.faults import FaultKind, add_fault
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.payees.lists import import_list
from app.payments.preview import preview
from domain.commands import (
    ClearMatch,
    ConfirmAccount,
    FreezeParty,
    ProposeAccount,
    RefuseAccount,
    ReleaseRun,
    ResumePayment,
    UnfreezeParty,
    make,
)
from domain.errors import BadInput, IllegalTransition, SamePerson, StaleApproval
from domain.identity import Role
from tests.world import PRODUCTION, UNSHARED

PAID_ON = date(2025, 2, 14)
NEW = "10020077700099"
LIMITED = UNSHARED.replace(
    b"\nversion: 1\n", b"\nversion: 1\npayment_controls: {limits: [{per: payment, amount: KRW 100000000}]}\n", 1
)


@pytest.fixture
def due(world):
    """The morning on which WR-A falls due, KRW 192,000,000 to the writer."""
    world.register()
    world.employ("hyewon", "spc", Role.TREASURER)
    world.clock.to(PAID_ON)
    return world


def command(kind, by, **fields):
    return make(kind, nonce=uuid.uuid4().hex, by=by, production=PRODUCTION, **fields)


def propose(world, **changes):
    details = {"number": NEW, "bic": "SLUAKRSE"} | changes
    return world.payees.propose_account(
        command(
            ProposeAccount,
            "dohyun",
            account="writer-krw",
            evidence={"letter": "a" * 64},
            reason="a new bank",
            **details,
        )
    )


def confirm(world, by="eunwoo"):
    told = {"called": "Ms Oh", "phone": "+82 2 555 0000", "known_from": "the contract", "said": "yes, it is theirs"}
    call = command(ConfirmAccount, by, change="writer-krw/1", called_on=world.clock.now().date(), **told)
    return world.payees.confirm_account(call)


def release_command(run, by, sha256):
    return make(ReleaseRun, by=by, production=PRODUCTION, run=run, sha256=sha256)


def freeze(world):
    world.payees.freeze(command(FreezeParty, "eunwoo", party="writer", reason="a suspicion"))


def unfreeze(world, by):
    return world.payees.unfreeze(command(UnfreezeParty, by, party="writer", reason="it was not so"))


def row(world, instalment="WR-A"):
    with world.store.reading() as records:
        found = payments(records.connection, PaymentFilter(production=PRODUCTION)).items
    return next(one for one in found if one.instalment == instalment)


async def proven(world):
    assert world.refolded() == world.snapshots()
    assert world.wrong() == []
    with world.store.reading() as records:
        assert list((await audited(records.connection, Scope(PRODUCTION))).findings) == []


async def test_nothing_goes_to_a_new_account_before_the_call_back_and_the_cooling_off(due):
    run = due.prepare().run
    propose(due)
    assert (row(due).status, row(due).run) == ("held", None)
    assert row(due).reason == "change writer-krw/1 of its account is proposed, and not confirmed by a second person"
    with pytest.raises(IllegalTransition, match="no payments left"):
        due.release(run)
    view = confirm(due)
    assert (view.status, view.in_force_on) == ("confirmed", PAID_ON + timedelta(days=5))
    due.clock.to(PAID_ON + timedelta(days=4))
    assert due.open_day() == []
    due.clock.to(PAID_ON + timedelta(days=5))
    [planned] = due.open_day()
    second = due.runs.prepare(planned).run
    [line] = preview(due.handler, second).lines
    assert (line.account, line.new) == (NEW, True)
    due.release(second)
    due.runs.send(RunRef(production=PRODUCTION, run=second))
    due.deliver()
    due.take()
    assert row(due).status == "settled"
    sent = due.data / "bank" / folder_of(PRODUCTION, "spc-krw") / "sent"
    assert [NEW in path.read_text() for path in sent.iterdir()] == [True]
    await proven(due)


async def test_a_released_run_that_was_not_sent_loses_its_payment_and_is_cancelled(due):
    run = due.prepare().run
    due.release(run)
    propose(due)
    assert row(due).status == "held"
    with pytest.raises(StaleApproval):
        due.runs.send(RunRef(production=PRODUCTION, run=run))
    await proven(due)


async def test_a_refused_change_frees_what_waited_and_the_document_counts(due):
    due.prepare()
    propose(due)
    due.payees.refuse_account(command(RefuseAccount, "eunwoo", change="writer-krw/1", reason="a fraud"))
    assert row(due).status == "due"
    run = due.prepare().run
    [line] = preview(due.handler, run).lines
    assert line.account == "10020077700043"
    await proven(due)


async def test_a_person_may_pay_to_the_account_in_force_while_a_change_waits(due):
    due.prepare()
    propose(due)
    due.productions.resume(command(ResumePayment, "eunwoo", payment=due.payment("WR-A")))
    due.release(due.prepare().run)
    await proven(due)


async def test_a_notice_goes_to_the_payee_with_the_end_of_the_number_only(due):
    propose(due)
    assert due.outbox("notice") == ["writer-krw-1.txt"]
    await proven(due)


async def test_nothing_is_paid_to_a_frozen_party_until_two_people_said_so(due):
    freeze(due)
    assert due.open_day() == []
    assert (row(due).status, row(due).reason) == ("held", "writer is frozen: a suspicion")
    assert unfreeze(due, "eunwoo").frozen
    with pytest.raises(SamePerson):
        due.payees.unfreeze(command(UnfreezeParty, "eunwoo", party="writer", reason="it was not so, again"))
    assert not unfreeze(due, "hyewon").frozen
    assert row(due).status == "due"
    due.send()
    await proven(due)


async def test_an_order_that_the_bank_never_saw_is_not_sent_again_to_a_frozen_party(due):
    add_fault(due.their_bank.books.db, due.payment("WR-A"), FaultKind.LOSE_FILE, reason="AC04", seconds=0)
    ref = due.send()
    due.take()
    due.runs.doubt(ref)
    due.deliver()
    due.take()
    assert row(due).status == "released", "the bank did not find it"
    freeze(due)
    due.runs.send(ref)
    assert row(due).status == "rejected"
    await proven(due)


async def test_above_a_limit_a_run_waits_for_a_second_release(world):
    world.register(LIMITED)
    world.employ("areum", "spc", Role.RELEASER)
    world.clock.to(PAID_ON)
    run = world.prepare().run
    assert preview(world.handler, run).limits == (
        "LIGHTHOUSE.WR-A of KRW 192000000 is above the limit of KRW 100000000 for one payment",
    )
    first = world.release(run)
    assert (first.status, first.first_released_by) == ("prepared", "sora")
    sha256 = preview(world.handler, run).head.sha256
    with pytest.raises(SamePerson):
        world.runs.release(release_command(run, "sora", sha256))
    assert world.runs.release(release_command(run, "areum", sha256)).status == "released"
    world.runs.send(RunRef(production=PRODUCTION, run=run))
    await proven(world)


def test_an_amendment_that_moves_a_payees_account_names_the_command_to_use(due):
    moved = (
        UNSHARED.replace(b"10020077700043", NEW.encode())
        .replace(b"\nversion: 1\n", b"\nversion: 2\n")
        .replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2025-02-14\n")
    )
    with pytest.raises(BadInput, match="sluice account propose LIGHTHOUSE writer-krw"):
        due.amend(moved)


async def test_an_amendment_may_say_what_is_in_force_by_a_change(due):
    propose(due)
    confirm(due)
    due.clock.to(PAID_ON + timedelta(days=5))
    moved = (
        UNSHARED.replace(b"10020077700043", NEW.encode())
        .replace(b"\nversion: 1\n", b"\nversion: 2\n")
        .replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2025-02-19\n")
    )
    due.amend(moved)
    await proven(due)


async def test_a_party_on_a_list_is_paid_nothing_until_two_people_cleared_the_match(due, tmp_path):
    due.prepare()
    listed = tmp_path / "list.csv"
    listed.write_text("id,name\nX 1,OH AND PARTNERS WRITERS AGENCY\n", "utf-8")
    imported = import_list(due.handler, listed, "own", PAID_ON, "eunwoo")
    assert (imported.new, imported.entries, list(imported.matches)) == (True, 1, [PRODUCTION])
    assert row(due).status == "held"
    assert "OH AND PARTNERS" in row(due).reason
    assert not import_list(due.handler, listed, "own", PAID_ON, "eunwoo").matches, "once"
    for by, cleared in (("eunwoo", False), ("hyewon", True)):
        decision = command(ClearMatch, by, match="own/X_1/writer", reason="another town")
        assert due.payees.clear(decision).cleared is cleared
    assert row(due).status == "due"
    due.send()
    await proven(due)


async def test_a_party_that_comes_after_a_list_is_compared_before_it_is_paid(due, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text("id,name\n1,OH AND PARTNERS WRITERS AGENCY\n", "utf-8")
    with due.store.transaction() as transaction:
        keep_list(transaction, "list.csv", listed.read_bytes(), "own", PAID_ON, "eunwoo")
    assert due.open_day() == []
    assert row(due).status == "held"
    await proven(due)
