"""Who may give up a history, and which."""

import pytest

from domain.audit.lost_histories import give_up
from domain.commands import GiveUpHistory
from domain.errors import IllegalTransition, NotFound, WrongRole
from domain.events import HistoryGivenUp
from domain.identity import Person, Role

AUDITOR = Person("ines", "spc", frozenset({Role.AUDITOR}))
PREPARER = Person("dohyun", "spc", frozenset({Role.PREPARER, Role.TREASURER, Role.PRODUCER}))
STRANGER = Person("jean", "streamer", frozenset({Role.AUDITOR}))
COMMAND = GiveUpHistory(
    key="give-up/run/R/1", by="ines", production="P", workflow_id="run/R", run_id="1", why="ended", reason="a lost disk"
)


def given_up(person=AUDITOR, command=COMMAND, archived=False, in_temporal=False):
    return give_up(command, person, ("spc",), archived=archived, in_temporal=in_temporal)


def test_an_auditor_gives_up_a_history_that_nobody_has():
    assert given_up() == [HistoryGivenUp(workflow_id="run/R", run_id="1", by="ines", why="ended", reason="a lost disk")]


@pytest.mark.parametrize("person", [PREPARER, STRANGER], ids=["no auditor", "another party's auditor"])
def test_only_an_auditor_gives_up_a_history(person):
    with pytest.raises(WrongRole, match="give up the history of run/R"):
        given_up(person)


@pytest.mark.parametrize(
    ("has", "sentence"), [("archived", "run 1. is archived"), ("in_temporal", "Temporal still has run/R .run 1.")]
)
def test_a_history_that_somebody_has_is_not_given_up(has, sentence):
    with pytest.raises(IllegalTransition, match=sentence):
        given_up(**{has: True})


def test_a_history_of_which_nothing_is_known_is_not_given_up():
    with pytest.raises(NotFound, match="Nothing says that there was a history of run/R: `sluice doctor`"):
        given_up(command=COMMAND.model_copy(update={"why": "", "run_id": ""}))
