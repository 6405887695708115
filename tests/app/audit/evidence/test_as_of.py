"""`sluice audit as-of` on a real database."""

import dataclasses
import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.evidence.as_of import instant
from domain.errors import BadInput
from tests import revenue
from tests.evidence import STREAM, hold, now
from tests.world import PRODUCTION


def asked(sluice, known, *sections, effective="2026-01-01"):
    said = sluice("audit", "as-of", *sections, "--production", PRODUCTION, "--effective", effective, "--known", known)
    as_json = sluice(
        *("audit", "as-of", *sections, "--production", PRODUCTION, "--effective", effective, "--known", known, "--json")
    )
    return said, as_json


def test_the_same_question_is_answered_byte_for_byte_alike_whatever_was_recorded_since(world, sluice, tmp_path):
    known = now(world.store.engine)
    questions = [("2025-02-14",), ("2025-03-31",), ("2026-01-01",)]
    first = [asked(sluice, known, effective=day) for (day,) in questions]
    # dated back, beside, and after what is asked about
    revenue.take(world, revenue.csv_file(tmp_path, ["2025-01-02,KRW 77,tidewater,KR,svod,first"]), statement="S0")
    world.clock.forward(days=200)
    world.open_day()
    assert [asked(sluice, known, effective=day) for (day,) in questions] == first
    later = now(world.store.engine)
    changed = [asked(sluice, later, effective=day) for (day,) in questions]
    assert all(new != old for new, old in zip(changed, first, strict=True))


def test_every_section_says_what_the_tables_say_at_the_end(world, sluice):
    answer = json.loads(asked(sluice, now(world.store.engine), effective="2099-01-01")[1])
    state = world.snapshots()
    told = {row["id"]: row["status"] for row in answer["schedule"]["payments"]}
    assert told == {name: str(one.status) for name, one in state.payments.items()}
    told = {row["id"]: row["status"] for row in answer["schedule"]["receipts"]}
    assert told == {name: str(one.status) for name, one in state.receipts.items()}
    balances = {f"{row['account']} {row['currency']}": row["balance"] for row in answer["balances"]}
    assert balances == {name: said for name, said in world.balances().items() if not said.endswith(" 0")}
    assert answer["agreement"]["version"] == 1
    with world.store.reading() as records:
        head = records.connection.execute(
            sa.text("SELECT seq, hash FROM stream_head WHERE stream = :s"), {"s": STREAM}
        ).one()
    assert answer["head"] == {"stream": STREAM, "seq": head.seq, "hash": bytes(head.hash).hex()}


def test_sections_are_chosen_by_name(world, sluice):
    said, as_json = asked(sluice, now(world.store.engine), "agreement")
    assert json.loads(as_json).keys() == {
        "production",
        "effective_on",
        "known_at",
        "head",
        "facts_that_count",
        "agreement",
    }
    assert "agreement in force: version 1" in said
    assert "balances" not in said


@pytest.mark.parametrize("known", ["2026-03-01T09:00:00", "yesterday", "2026-03-01", "2026-13-01T00:00:00Z"])
def test_an_instant_without_an_offset_is_asked_for_again(known):
    with pytest.raises(BadInput, match="date, time and offset"):
        instant(known)


def test_what_will_be_known_tomorrow_nobody_knows(world, sluice):
    tomorrow = (instant(now(world.store.engine)) + timedelta(days=1)).isoformat()
    asking = ("audit", "as-of", "--production", PRODUCTION, "--effective", "2026-01-01", "--known")
    assert "still to come" in sluice(*asking, tomorrow, code=1)


def test_a_production_of_which_nothing_was_known_is_named(sluice):
    asking = ("audit", "as-of", "--effective", "2026-01-01", "--known", "2020-01-01T00:00:00Z", "--production")
    assert sluice(*asking, PRODUCTION, code=1).startswith(f"error: Nothing had been recorded of '{PRODUCTION}'")
    assert sluice(*asking, "NOBODY", code=1).startswith("error: Nothing had been recorded of 'NOBODY'")


def test_a_journal_that_is_not_as_recorded_answers_nothing(sluice, superuser, world):
    superuser("UPDATE journal_event SET actor = 'x' WHERE type = 'run-released'")
    asking = ("audit", "as-of", "--production", PRODUCTION, "--effective", "2026-01-01", "--known")
    assert "its content is not what was hashed" in sluice(*asking, now(world.store.engine), code=1)


def test_a_command_that_is_under_way_with_an_earlier_time_is_waited_for(world, sluice):
    """Its fact's time is taken when it has the stream, and it commits only after we have asked."""
    held = world.payment("VX-A")
    world.clock.forward(days=400)
    world.open_day()
    has_it, may_go = threading.Event(), threading.Event()
    handle = world.store.handle

    def slowly(request, **how):
        def wait(*given):
            has_it.set()
            may_go.wait(20)
            return request.decide(*given)

        return handle(dataclasses.replace(request, decide=wait), **how)

    world.store.handle = slowly
    holder = threading.Thread(target=hold, args=(world, held))
    holder.start()
    assert has_it.wait(20)
    known = now(world.store.engine)
    threading.Timer(1.0, may_go.set).start()
    answer = json.loads(asked(sluice, known, "schedule", effective="2099-01-01")[1])
    holder.join()
    assert {row["id"]: row["status"] for row in answer["schedule"]["payments"]}[held] == "held"
