"""Impossible orders of a workflow history are reported."""

from datetime import UTC, datetime

from domain.audit.history_order import EventOutline, disorder

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def history(*kinds):
    """Events of these kinds, each referring to the event before it where its kind requires one."""
    field = {
        "WORKFLOW_TASK_STARTED": "scheduled_event_id",
        "WORKFLOW_TASK_COMPLETED": "started_event_id",
        "TIMER_FIRED": "started_event_id",
    }
    return [
        EventOutline(
            number, kind, NOW, {field[kind]: number - 1} if kind in field else {}, "1" if "TIMER" in kind else ""
        )
        for number, kind in enumerate(kinds, start=1)
    ]


def disorders(events, closed=None):
    return list(disorder(events, closed=closed))


WHOLE = history(
    "WORKFLOW_EXECUTION_STARTED",
    "WORKFLOW_TASK_SCHEDULED",
    "WORKFLOW_TASK_STARTED",
    "WORKFLOW_TASK_COMPLETED",
    "TIMER_STARTED",
    "TIMER_FIRED",
    "WORKFLOW_EXECUTION_COMPLETED",
)


def test_a_history_as_it_was_written_is_in_order():
    assert disorders(WHOLE) == disorders(WHOLE, closed=True) == []


def test_an_empty_history_is_none():
    assert disorders([]) == [("history", "is empty")]


def test_a_missing_event_is_named():
    assert disorders([*WHOLE[:3], *WHOLE[4:]]) == [("event 5", "event 4 is missing before it")]


def test_a_tail_cut_off_is_named_where_the_workflow_has_ended():
    assert disorders(WHOLE[:-1]) == []
    assert disorders(WHOLE[:-1], closed=True) == [
        ("event 6", "is the last, and the workflow has ended: the history was cut short")
    ]


def test_an_end_that_is_not_the_last_event_is_named():
    events = history("WORKFLOW_EXECUTION_STARTED", "WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_TASK_SCHEDULED")
    assert disorders(events) == [("event 2", "ends the workflow, and events come after it")]
    assert disorders(WHOLE, closed=False) == [("event 7", "ends a workflow that is said to go on")]


def test_an_answer_to_another_kind_of_event_is_named():
    events = history("WORKFLOW_EXECUTION_STARTED", "WORKFLOW_TASK_COMPLETED")
    assert disorders(events) == [
        ("event 2", "WORKFLOW_TASK_COMPLETED answers event 1, which is no WORKFLOW_TASK_STARTED")
    ]


def test_a_timer_that_fires_for_another_is_named():
    events = [*WHOLE[:5], EventOutline(6, "TIMER_FIRED", NOW, {"started_event_id": 5}, "2"), WHOLE[6]]
    assert disorders(events) == [("event 6", "is of timer 2, but answers to event 5, of timer 1")]


def test_a_history_begins_with_its_start():
    assert disorders(WHOLE[1:2]) == [
        ("event 1", "a history begins with WORKFLOW_EXECUTION_STARTED"),
        ("event 2", "event 1 is missing before it"),
    ]


def test_an_event_that_names_a_later_one_is_named():
    events = [*WHOLE[:4], EventOutline(5, "TIMER_STARTED", NOW, {"workflow_task_completed_event_id": 6}, "1")]
    assert disorders(events) == [
        ("event 5", "its workflow_task_completed_event_id names event 6, which comes after it")
    ]
