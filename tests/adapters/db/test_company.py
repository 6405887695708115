"""Commands that come at once and share a transaction: each has what it would have alone, on a real database."""

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from adapters.db.queries import chain
from adapters.db.records import Selection
from adapters.db.store import Context, Request, Store
from adapters.db.streams import stream_of
from domain.commands import SubmitRun
from domain.errors import BadInput, IdempotencyConflict, SluiceError, WrongRole
from domain.events import MovementAllocated, RunEscalated
from domain.state import State
from domain.values.money import Money
from tests.world import PRODUCTION, take_stream

DAY = Context(effective_on=date(2025, 1, 6), actor="system")
AMONG = [f"P{number}" for number in range(6)]


def escalate(run="R"):
    return lambda *_: (State(), [RunEscalated(run=run)])


def nothing(*_):
    return State(), []


def refuse(*_):
    raise WrongRole("no", user="x")


def misread(*_):
    raise BadInput("unreadable")


def misprice(*_):
    """An event of which no entries can be made: a claim and a rate of three currencies."""
    money = {"amount": Money(1, "EUR"), "booked": Money(1, "KRW"), "contract_value": Money(1, "JPY")}
    about = {
        "account": "spc-krw",
        "bank_reference": "B",
        "by": "system",
        "to": "source",
        "name": "S",
        "party": None,
        "reason": "r",
    }
    return State(), [MovementAllocated(**about, **money)]


def explode(*_):
    raise RuntimeError("a bug")


def request(production, key, decide=None, run="R"):
    command = SubmitRun(key=key, by="system", production=production, run=run)
    return Request(command, lambda *_: DAY, decide or escalate(run), Selection())


@pytest.fixture
def store(world):
    """A store whose streams have begun, so that their commands can be in company, and which counts its transactions."""
    for production in AMONG:
        world.store.handle(request(production, f"begin/{production}"))
    return world.store


@pytest.fixture
def at_once(store, monkeypatch):
    """Has requests carried out so that all but the first wait while that is being written; answers with what came."""

    def _at_once(*requests):
        waiting, may_go = threading.Event(), threading.Event()
        together = store._group._write

        def held(group):
            waiting.set()
            may_go.wait(20)
            return together(group)

        monkeypatch.setattr(store._group, "_write", held)
        with ThreadPoolExecutor(len(requests)) as threads:
            futures = [threads.submit(attempted, store, requests[0])]
            assert waiting.wait(20)
            futures += [threads.submit(attempted, store, each) for each in requests[1:]]
            while len(store._group._queue) < len(requests) - 1:
                threading.Event().wait(0.001)
            may_go.set()
        return [future.result() for future in futures]

    return _at_once


def attempted(store, wanted):
    try:
        return store.handle(wanted, in_company=True).outcome
    except (SluiceError, RuntimeError, sa.exc.SQLAlchemyError) as error:
        return error


def recorded(store, production):
    with store.reading() as records:
        facts = list(chain.facts(records.connection, stream_of(production)))
    return [(fact.type, fact.command_key) for fact in facts[1:]]  # the first began the stream


def transactions_of(store, productions):
    """How many transactions wrote the newest facts of the productions."""
    with store.reading() as records:
        query = sa.text("SELECT count(DISTINCT xmin::text) FROM stream_head WHERE stream = ANY(:streams)")
        return records.connection.execute(query, {"streams": [*map(stream_of, productions)]}).scalar_one()


def test_commands_that_wait_share_a_transaction_and_have_outcomes_of_their_own(store, at_once):
    answers = at_once(*(request(production, f"k/{production}") for production in AMONG))
    assert [(each.key, each.stream, each.first_seq, each.last_seq) for each in answers] == [
        (f"k/{production}", stream_of(production), 2, 2) for production in AMONG
    ]
    assert transactions_of(store, AMONG[1:]) == 1
    assert transactions_of(store, AMONG) == 2


def test_a_refusal_is_recorded_and_raised_to_its_own_caller_only(store, at_once):
    _, refused, misread_, other = at_once(
        request("P0", "k0"), request("P1", "k1", refuse), request("P2", "k2", misread), request("P3", "k3")
    )
    assert (type(refused), type(misread_), other.changed) == (WrongRole, BadInput, True)
    assert recorded(store, "P1") == [("command-refused", "k1")]
    assert recorded(store, "P2") == []
    assert recorded(store, "P3") == [("run-escalated", "k3")]
    assert attempted(store, request("P1", "k1")).changed  # a refusal does not use up the key


def test_nothing_of_a_command_that_fails_last_is_written_with_the_others(store, at_once):
    _, failed, other = at_once(request("P0", "k0"), request("P1", "k1", misprice), request("P2", "k2"))
    assert isinstance(failed, BadInput)
    assert other.changed
    assert (recorded(store, "P1"), recorded(store, "P2")) == ([], [("run-escalated", "k2")])


def test_a_bug_in_one_is_raised_to_its_own_caller_and_the_others_are_carried_out(store, at_once):
    _, broken, other = at_once(request("P0", "k0"), request("P1", "k1", explode), request("P2", "k2"))
    assert isinstance(broken, RuntimeError)
    assert other.changed
    assert (recorded(store, "P1"), recorded(store, "P2")) == ([], [("run-escalated", "k2")])


def test_repeats_and_conflicts_in_company_are_what_they_are_alone(store, at_once):
    before = store.handle(request("P1", "k1")).outcome
    store.handle(request("P2", "k2"))
    _, repeated, conflict, idle = at_once(
        request("P0", "k0"),
        request("P1", "k1", refuse),
        request("P2", "k2", run="other"),
        request("P3", "k3", nothing),
    )
    assert repeated == before
    assert isinstance(conflict, IdempotencyConflict)
    assert not idle.changed
    assert (recorded(store, "P2"), recorded(store, "P3")) == ([("run-escalated", "k2")], [])


def test_one_key_for_two_productions_at_once_is_a_conflict_for_one(store, at_once):
    _, *both = at_once(request("P0", "k0"), request("P1", "k"), request("P2", "k"))
    assert sorted(type(each).__name__ for each in both) == ["CommandOutcome", "IdempotencyConflict"]
    assert len(recorded(store, "P1") + recorded(store, "P2")) == 1


def test_the_first_command_of_a_stream_is_carried_out_in_company_too(store, at_once):
    _, new, other = at_once(request("P0", "k0"), request("NEW", "k1"), request("P1", "k2"))
    assert (new.first_seq, other.first_seq) == (1, 2)


def test_a_stream_that_another_transaction_has_keeps_nobody_else_waiting(store):
    with ThreadPoolExecutor(2) as threads:
        with store.transaction() as holding:
            take_stream(holding, "P1")
            held = threads.submit(attempted, store, request("P1", "k1"))
            assert threads.submit(attempted, store, request("P2", "k2")).result(20).changed
            assert not held.done()
        assert held.result(20).changed


def test_a_connection_that_is_lost_takes_no_command_with_it(store, at_once, database):
    lost = threading.Event()

    def cut_off(transaction, *_):
        if not lost.is_set():
            lost.set()
            pid = transaction.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with sa.create_engine(database.owner_url).begin() as owner:
                owner.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        return State(), [RunEscalated(run="R")]

    _, *answers = at_once(request("P0", "k0"), request("P1", "k1", cut_off), request("P2", "k2"), request("P3", "k3"))
    # Whatever happened to the transaction, it left nothing half done: who has an outcome is on record, once.
    assert lost.is_set()
    for production, answer in zip(("P1", "P2", "P3"), answers, strict=True):
        assert answer.changed
        assert recorded(store, production) == [("run-escalated", answer.key)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_comes_at_once_is_carried_out_as_it_would_be_alone(store, world, seed):
    """Sixteen threads: new commands, repeats, conflicts, refusals, bugs; each answer is checked against the journal."""
    chance = random.Random(seed)  # noqa: S311 - the same every time, by seed
    decisions = {"escalate": None, "nothing": nothing, "refuse": refuse, "misread": misread, "explode": explode}
    wanted = [
        (chance.choice(AMONG), f"k{chance.randrange(60)}", chance.choice([*decisions, "escalate", "escalate"]))
        for _ in range(300)
    ]
    with ThreadPoolExecutor(16) as threads:
        answers = list(
            threads.map(lambda one: attempted(store, request(one[0], f"{one[0]}/{one[1]}", decisions[one[2]])), wanted)
        )
    outcomes, refusals = defaultdict(set), defaultdict(int)
    for (production, key, what), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Exception):
            assert (
                type(answer).__name__ == {"refuse": "WrongRole", "misread": "BadInput", "explode": "RuntimeError"}[what]
            )
            refusals[production] += isinstance(answer, WrongRole)
        elif answer.changed:
            outcomes[production, f"{production}/{key}"].add((answer.first_seq, answer.last_seq))
    assert all(len(each) == 1 for each in outcomes.values())
    for production in AMONG:
        kinds = recorded(store, production)
        assert sum(kind == "command-refused" for kind, _ in kinds) == refusals[production]
        done = [key for kind, key in kinds if kind == "run-escalated"]
        assert sorted(done) == sorted(key for of, key in outcomes if of == production)
    assert world.wrong() == []


def test_a_store_of_another_process_and_ours_carry_out_the_same_commands_once(store, world, database):
    """Two stores on one database, each with groups of its own, and the same keys: as two workers after a retry."""
    engine = sa.create_engine(database.app_url, pool_size=8)
    other = Store(engine)
    wanted = [request(production, f"{production}/{number}") for number in range(20) for production in AMONG]
    with ThreadPoolExecutor(16) as threads:
        ours = [threads.submit(attempted, one, each) for each in wanted for one in (store, other)]
        answers = [future.result() for future in ours]
    engine.dispose()
    assert answers[::2] == answers[1::2]
    assert all(len(recorded(store, production)) == 20 for production in AMONG)
    assert world.wrong() == []


def test_a_repeat_is_answered_with_the_state_as_it_is_now(registered):
    registered.store.handle(request(PRODUCTION, "k"), in_company=True)
    repeated = registered.store.handle(request(PRODUCTION, "k", explode), in_company=True)
    assert repeated.state.production.key == PRODUCTION
