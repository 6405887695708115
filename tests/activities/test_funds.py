"""Releases against what accounts hold, on a real database with the sandbox bank's statements."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from activities.views import AccountRef, RunRef
from adapters.bank.folder import folder_of
from adapters.db.queries import chain
from adapters.db.store import Context
from adapters.db.streams import stream_of
from adapters.sandbox_bank import admin
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from app.payments.preview import preview
from domain.commands import ReleaseRun
from domain.errors import Overdrawn
from domain.events import CommandRefused, RunReleased
from domain.values.money import Money
from tests.world import PRODUCTION, UNSHARED

FOLDER = folder_of(PRODUCTION, "spc-krw")
DAY, NEXT = date(2025, 2, 14), date(2025, 2, 17)
"""A Friday on which KRW 192,000,000 is due, and the next business day."""
DUE = "KRW 192000000"
OTHER = "HARBOUR"


def pay_in(world, amount, on=DAY, folder=FOLDER):
    admin.credit(world.their_bank.books, folder, Money.parse(amount), "The studio", "financing", on)


def stated(world, production=PRODUCTION, on=DAY):
    """Let the bank state an account, and take its files in."""
    admin.request_statement(world.their_bank.books, folder_of(production, "spc-krw"), on)
    while world.their_bank.step():
        pass
    folder = folder_of(production, "spc-krw")
    for name in world.folder.waiting(folder):
        assert world.bank.take(production, "spc-krw", name, world.folder.read(folder, name)) is None
        world.folder.archive(folder, name)


def due(world, raw=UNSHARED, production=PRODUCTION):
    """A prepared run of what is due on the day."""
    world.register(raw, production)
    world.clock.to(DAY)
    ref = AccountRef(production=production, account="spc-krw")
    world.runs.fall_due(ref)
    (planned,) = world.runs.plan_runs(ref)
    return world.runs.prepare(planned).run


def release(world, run, key=""):
    sha256 = preview(world.handler, run).head.sha256
    production = run.partition("/")[0]
    return world.runs.release(
        ReleaseRun(key=f"release/{run}{key}", by="sora", production=production, run=run, sha256=sha256)
    )


def events(world, kind, production=PRODUCTION):
    with world.store.reading() as records:
        found = [fact.event for fact in chain.facts(records.connection, stream_of(production))]
    return [event for event in found if isinstance(event, kind)]


async def findings(world):
    assert world.wrong() == []
    with world.store.reading() as records:
        return [finding.sentence for finding in (await audited(records.connection, Scope())).findings]


async def test_a_balance_that_nobody_has_told_refuses_nothing_and_is_recorded_as_unknown(world):
    run = due(world)
    assert preview(world.handler, run).funds.balance is None
    release(world, run)
    [released] = events(world, RunReleased)
    assert released.against.balance is None
    assert str(released.against.debit) == DUE
    assert await findings(world) == []


async def test_a_run_waits_for_the_last_unit(world):
    run = due(world)
    pay_in(world, "KRW 191999999")
    stated(world)
    shown = preview(world.handler, run)
    assert shown.refused.startswith(f"Run {run} takes {DUE} from spc-krw, which holds KRW 191999999 ")
    with pytest.raises(Overdrawn, match="KRW 1 is missing"):
        release(world, run)
    assert [one.code for one in events(world, CommandRefused)] == ["Overdrawn"]
    pay_in(world, "KRW 1")
    stated(world)
    assert preview(world.handler, run).refused is None
    assert release(world, run, "/again").status == "released"
    [released] = events(world, RunReleased)
    assert (str(released.against.balance), released.against.balance_on) == (DUE, DAY)
    assert await findings(world) == []


async def test_an_overdraft_of_the_agreement_counts(world):
    account = b'number: "10020030040010"\n'
    run = due(world, UNSHARED.replace(account, account + b"    overdraft: KRW 192000000\n"))
    stated(world)
    assert release(world, run).status == "released"
    assert str(events(world, RunReleased)[0].against.overdraft) == DUE
    assert await findings(world) == []


async def test_what_is_on_its_way_cannot_be_spent_again(world):
    run = due(world)
    pay_in(world, "KRW 383999999")
    stated(world)
    release(world, run)
    second = due(world, UNSHARED.replace(b"production: LIGHTHOUSE", b"production: HARBOUR"), OTHER)
    there = preview(world.handler, second)
    assert (str(there.funds.balance.amount), str(there.funds.on_its_way)) == ("KRW 383999999", DUE)
    assert "KRW 1 is missing" in there.refused
    world.runs.send(RunRef(production=PRODUCTION, run=run))
    world.deliver()
    stated(world)
    booked = preview(world.handler, second)
    assert (str(booked.funds.balance.amount), str(booked.funds.on_its_way)) == ("KRW 191999999", "KRW 0")


async def test_productions_that_share_a_bank_account_cannot_spend_its_money_twice_even_at_once(world):
    first = due(world)
    second = due(world, UNSHARED.replace(b"production: LIGHTHOUSE", b"production: HARBOUR"), OTHER)
    pay_in(world, "KRW 300000000")
    stated(world)

    def attempt(run):
        try:
            return release(world, run).status
        except Overdrawn as error:
            return error.code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, (first, second))) == ["Overdrawn", "released"]
    releases = [*events(world, RunReleased), *events(world, RunReleased, OTHER)]
    assert len(releases) == 1
    released = releases[0]
    assert str(released.against.balance) == "KRW 300000000", "one of them has the statement, and both go by it"
    assert [one.account for one in released.against.shared] == ["spc-krw"]
    assert await findings(world) == []


@pytest.mark.parametrize("forged", ["KRW 900000000", None])
async def test_an_audit_finds_a_release_that_overdrew_whatever_it_says(world, forged):
    run = due(world)
    stated(world)
    shown = preview(world.handler, run)
    command = ReleaseRun(key=f"release/{run}", by="sora", production=PRODUCTION, run=run, sha256=shown.head.sha256)
    against = shown.funds.fact.model_copy(update={"balance": forged and Money.parse(forged)})
    event = RunReleased(run=run, by="sora", sha256=shown.head.sha256, against=against)
    world.store.carry_out(command, Context(DAY, "sora"), lambda _: (world.snapshots(), [event]))
    found = await findings(world)
    assert any("other funds than were on record" in one for one in found)
    assert any(f"overdrew spc-krw by {DUE}" in one for one in found)
