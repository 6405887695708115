"""The short form of `make faults`: a few faults by one seed, and none does harm."""

import pytest

from tests.faults.programme.director import run
from tests.faults.programme.scenes import SCENES, planned
from tests.faults.programme.tally import Harm, Tally

pytestmark = pytest.mark.xdist_group("faults-programme")

SEED = 20260105
BRIEF = ["run-worker", "run-postgres", "distribution-temporal", "messages", "hostile", "disk-bank"]
"""What is played with every run of the tests; `make faults ARGS=--short` plays a little of everything."""


def test_a_few_faults_do_no_harm():
    report = run(SEED, BRIEF, short=True, lanes=2)
    assert report["harmless"], report["notes"]
    assert report["total"]["injected"] == report["total"]["survived"] >= 25


@pytest.mark.parametrize("name", SCENES)
def test_the_same_seed_plans_the_same_faults(name):
    assert planned(7, name, short=False) == planned(7, name, short=False)
    assert planned(7, name, short=False) != planned(8, name, short=False)


def test_harm_is_counted_by_its_kind_and_is_never_survived():
    tally = Tally()
    tally.add("disk", 3, Harm(lost=["a payment"]))
    tally.add("disk", 2)
    tally.add("clock", 0, Harm(stuck=["a run"]))
    assert (tally.kinds["disk"].injected, tally.kinds["disk"].survived, tally.kinds["disk"].lost) == (5, 4, 1)
    assert not tally.harmless
    assert tally.notes == ["disk: lost: a payment", "clock: stuck: a run"]
