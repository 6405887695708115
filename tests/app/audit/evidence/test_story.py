"""Stories of figures, as `sluice audit explain` tells them."""

import json
from fractions import Fraction

import pytest

from adapters.db.queries import ledger
from adapters.db.queries.ledger import EntryFilter
from domain import events as e
from domain.audit import sentences
from tests.domain.event_samples import SAMPLES
from tests.evidence import PERIOD
from tests.world import PRODUCTION

RUN = f"{PRODUCTION}/spc-krw/KRW/2025-02-14/1"


@pytest.fixture
def told(sluice):
    return lambda figure: json.loads(sluice("audit", "explain", figure, "--json"))


def types(story):
    return [step["type"] for step in story["steps"]]


def step(story, kind):
    return next(one for one in story["steps"] if one["type"] == kind)


def test_a_payments_story_goes_from_its_promise_to_the_banks_booking(told):
    story = told(f"{PRODUCTION}.WR-A")
    assert types(story) == [
        "payments-scheduled",
        "payments-fell-due",
        "run-prepared",
        "payments-gathered",
        "run-released",
        "run-submitted",
        "run-accepted",
        "payments-settled",
    ]
    released, settled = step(story, "run-released"), step(story, "payments-settled")
    assert (released["actor"], released["effective_on"], released["agreement"]["version"]) == ("sora", "2025-02-14", 1)
    assert released["recorded_at"].endswith("+00:00")
    assert settled["bank_file"]["name"].endswith("camt.054.xml")
    assert [one["amount"] for one in settled["entries"]] == ["KRW 192000000", "KRW -192000000"]
    assert step(story, "run-submitted")["bank_file"]["direction"] == "out"


def test_each_step_of_a_run_is_found_in_the_workflow_that_took_it(told):
    story = told(f"{PRODUCTION}.WR-A")
    found = {one["type"]: one["workflow_event"] for one in story["steps"] if one["workflow_event"]}
    assert {(kind, one["event_id"], one["activity"]) for kind, one in found.items()} == {
        ("run-prepared", 5, "prepare"),
        ("payments-gathered", 5, "prepare"),
        ("run-released", 16, "release"),
        ("run-submitted", 30, "send"),
    }
    assert {one["workflow_id"] for one in found.values()} == {f"run/{RUN}"}


def test_a_milestones_evidence_and_approvals_are_in_the_story_of_what_they_released(told, world):
    (receipt,) = [one.id for one in world.snapshots().receipts.values() if one.milestone == "closing"][:1]
    story = told(receipt)
    assert types(story)[:5] == [
        "receipts-expected",
        "milestone-submitted",
        "milestone-approved",
        "milestone-approved",
        "milestone-accepted",
    ]
    assert "kenta of broadcaster approved closing (round 1)" in [one["what"] for one in story["steps"]]


def test_a_payouts_story_begins_with_its_distribution(told):
    story = told(f"{PRODUCTION}.D/1")
    assert types(story)[:6] == [
        "distribution-computed",
        "distribution-approved",
        "entitlements-posted",
        "payouts-ordered",
        "statements-issued",
        "payments-scheduled",
    ]
    assert types(story)[-1] == "payments-settled"


def test_every_entry_has_a_story_that_its_own_event_is_in(told, world, sluice):
    with world.store.reading() as records:
        entries = ledger.entries(records.connection, EntryFilter(PRODUCTION)).items
    seen = set()
    for entry in entries:
        if entry.about in seen:
            continue
        seen.add(entry.about)
        name = f"{PRODUCTION}/{entry.seq}/{entry.line}"
        story = told(name)
        assert (story["entry"], story["account"], story["amount"]) == (name, entry.account, str(entry.amount))
        assert name in [one["entry"] for each in story["steps"] for one in each["entries"]]
    assert len(seen) > 3


@pytest.mark.parametrize("position", ["gross.residue", "residue"])
def test_the_origins_of_a_statements_line_add_up_to_it(told, sluice, position):
    name = f"{PRODUCTION}/{PERIOD}/studio/{position}"
    story = told(name)
    (line,) = story["lines"]
    assert sum(Fraction(one["amount"]["exact"]) for one in story["origins"]) == Fraction(line["to_date"]) > 0
    assert [one["receipt"] for one in story["origins"]] == [
        "KRW tidewater KR svod first",
        "USD tidewater JP avod second",
    ]
    assert [one["counts"] for one in story["origins"]] == [{"viewers": "500"}, {"viewers": "7"}]
    assert types(story)[0] == "distribution-computed"
    said = sluice("audit", "explain", name)
    assert "svod first with 500 viewers  gross → residue: what is left of 1000 = KRW 600" in said
    assert "KRW 0 before, 10987.812 in the period, 10987.812 to date" in said


def test_people_read_who_when_and_how_much(sluice):
    said = sluice("audit", "explain", f"{PRODUCTION}.WR-A")
    assert said.startswith(
        f"payment: {PRODUCTION}.WR-A\n\n2025-01-06  seoyeon: KRW 192000000 to writer (fee) is promised"
    )
    assert "sora released the run" in said
    assert f"workflow run/{RUN}, run 0197-r, event 16 (release)" in said
    assert said.count("under version 1 of the agreement") == 1


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        (f"{PRODUCTION}.NONE", "There is no payment or receipt"),
        ("NOBODY.PR-A", "There is no payment or receipt"),
        (f"{PRODUCTION}/1/1", "There is no entry"),
        (f"{PRODUCTION}/999999/1", "There is no entry"),
        (f"{PRODUCTION}/4/99", "There is no entry"),
        (f"{PRODUCTION}/{PERIOD}/studio/none", "has no line 'none': it has gross.residue"),
        (f"{PRODUCTION}/{PERIOD}/nobody/fee", "No statement was issued to nobody"),
        (f"{PRODUCTION}/2031-Q1/studio/fee", "No statement was issued to studio"),
        ("what", "is no name of a figure"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(sluice, figure, sentence):
    said = sluice("audit", "explain", figure, code=1)
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_every_kind_of_fact_can_be_told(event):
    named = getattr(event, "payment", None) or getattr(event, "receipt", None)
    lines = [*getattr(event, "payments", ()), *getattr(event, "receipts", ())]
    for line in lines:
        named = line if isinstance(line, str) else getattr(line, "payment", None) or getattr(line, "receipt", None)
        named = named or line.id
    said = sentences.sentence(event, named or "x")
    told_apart = {e.BankFileRefused, e.HistoryArchived}
    assert (said == event.type.replace("-", " ")) is (type(event) in told_apart)
