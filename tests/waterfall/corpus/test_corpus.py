"""No figure and no hash of an engine that was released ever changes."""

from dataclasses import replace

import pytest

from domain.sharing.waterfall.engines import ENGINES
from tests.waterfall.corpus.figures import FOLDER, committed, figures, published

WHAT_TO_DO = (
    "Engine {number} finds something else in {name} than when it was released. Distributions on record rest on its "
    "figures: give the changed rule an engine of a new number (docs/how-to/change-the-engine.md)."
)


@pytest.mark.parametrize("number", ENGINES.numbers)
def test_an_engine_finds_what_it_found_when_it_was_released(number):
    assert committed(number) is not None, f"Engine {number} has no figures: python -m tests.waterfall.corpus.figures"
    then, now = committed(number), figures(ENGINES.of(number, "the corpus"))
    different = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    assert not different, WHAT_TO_DO.format(number=number, name=", ".join(different[:5]))


def test_every_file_of_figures_is_of_an_engine_that_is_kept():
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == sorted(ENGINES.numbers)


def test_a_changed_figure_and_a_changed_hash_are_found():
    third, fourth = (ENGINES.of(number, "the corpus") for number in ("3", "4"))

    def forgetful(versions, facts, as_of, view=None, trace=None):
        return third.run(versions, replace(facts, receipts=facts.receipts[:-1]), as_of, view, trace)

    for other in (replace(third, fingerprint=fourth.fingerprint), replace(third, run=forgetful)):
        found = figures(other, published)
        assert found["sales-agent"] != committed("3")["sales-agent"]
