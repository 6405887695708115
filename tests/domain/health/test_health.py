"""When something is an ailment, and its sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain import health
from domain.health import (
    AilmentKind,
    ComputedBy,
    Retried,
    Running,
    RunWaiting,
    Suspended,
    Workers,
)
from domain.payments.attempts import Doubt

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY = date(2026, 1, 5)

WAITING = RunWaiting("P", "a", "P/a/KRW/2026-01-05/1", TODAY, 2, "KRW 5")
NEW = frozenset({"new"})
RELEASED = replace(WAITING, since=NOW)


def running(task_attempt=1, activities=(), cause=""):
    return Running("run/R", NOW - timedelta(days=1), task_attempt, cause, activities)


def test_a_workflow_whose_task_fails_repeatedly_is_stuck_and_its_cause_is_reported():
    assert health.stuck(running(health.TASK_ATTEMPTS - 1)) is None
    found = health.stuck(running(health.TASK_ATTEMPTS, cause="no such\nworkflow."))
    assert (found.kind, found.what, found.since) == (AilmentKind.WORKFLOW_STUCK, "run/R", NOW - timedelta(days=1))
    assert found.why == "its task has failed 3 times: no such workflow"


def test_a_workflow_whose_activity_is_retried_for_long_is_stuck():
    assert health.stuck(running(activities=(Retried("send", health.ACTIVITY_ATTEMPTS - 1, "x"),))) is None
    found = health.stuck(running(activities=(Retried("look", 1, ""), Retried("send", 10, "the disk is full"))))
    assert found.why == "send has been tried 10 times: the disk is full"


def test_a_payment_in_doubt_says_which_attempt_why_and_what_to_do():
    found = health.doubtful("P.A", Doubt("P.A", "P/a/KRW/2026-01-05/1", TODAY, "duplicate", "S1", "DU01", asked=True))
    assert (found.kind, found.what, found.since, found.wrong) == (AilmentKind.DOUBTFUL, "P.A", TODAY, True)
    assert found.why == (
        "attempt P.A of run P/a/KRW/2026-01-05/1 may still be booked, for the bank refused it as a duplicate (DU01); "
        "this waits for the bank's statement of 2026-01-05, or for its answer to the enquiry"
    )
    assert "`sluice payment show P.A`" in found.todo


def test_a_failed_workflow_is_shown_over_a_weekend():
    assert health.failed("w", NOW, NOW, "why").kind is AilmentKind.WORKFLOW_FAILED
    assert health.failed("w", NOW - health.FAILED_IS_SHOWN_FOR - timedelta(seconds=1), NOW, "why") is None


def test_new_work_for_a_build_without_workers_is_reported_with_the_builds_that_have_some():
    assert health.unserved("q", Workers(frozenset({"new", "old"}), "new")) is None
    found = health.unserved("q", Workers(frozenset({"b", "a"}), "gone"))
    assert (found.kind, found.what) == (AilmentKind.BUILD_WITHOUT_WORKER, "task queue q")
    assert found.why == "new work goes to build gone, of which no worker asks for any; there are workers of a, b"
    assert found.todo.startswith("start a worker of build gone, or ")


def test_before_a_build_is_current_only_workers_without_versioning_are_given_anything():
    assert health.unserved("q", Workers(frozenset({"", "new"}), "")) is None
    assert "workers without versioning, of which no worker asks" in health.unserved("q", Workers(NEW, "")).why
    assert "(without versioning)" in health.unserved("q", Workers(frozenset({""}), "new")).why


def test_workflows_that_only_a_gone_build_may_go_on_with_are_counted_with_one_as_an_example():
    pinned = [replace(running(), name=f"run/{number}", pinned_to="gone") for number in range(1000)]
    others = [running(), replace(running(), pinned_to="new"), replace(running(), name="run/X", pinned_to="older")]
    one, other = health.abandoned([*pinned, *others], Workers(NEW, "new"))
    assert (one.kind, one.what, other.what) == (AilmentKind.BUILD_WITHOUT_WORKER, "build gone", "build older")
    assert one.why == ("1000 workflows began on it and no worker of it asks for work: run/0 is one of them")
    assert other.why == "1 workflow began on it and no worker of it asks for work: run/X"
    assert "`sluice deployment release gone`" in one.todo


def test_where_no_worker_runs_at_all_no_build_is_blamed():
    nobody = Workers(frozenset(), "new")
    assert health.unserved("q", nobody) is None
    assert health.abandoned([replace(running(), pinned_to="old")], nobody) == []


def test_what_the_database_needs_and_does_not_run_is_missing():
    assert [one.what for one in health.missing(["a", "b", "c"], {"b"})] == ["a", "c"]


def test_a_missing_or_paused_schedule_is_reported():
    found = health.unscheduled(["a", "b", "c"], {"a", "b"}, {"b"})
    assert [(one.what, one.why) for one in found] == [
        ("b", "somebody has paused it"),
        ("c", "there is no such schedule"),
    ]


def test_the_outbox_may_lag_a_minute():
    assert health.outbox_lag(0, None, NOW, "") is None
    assert health.outbox_lag(3, NOW - timedelta(seconds=59), NOW, "x") is None
    assert health.outbox_lag(3, NOW - timedelta(seconds=60), NOW, "bank-file F").what == "bank-file F"


def test_a_file_of_a_bank_may_lie_for_a_minute():
    assert health.unread("P.a", "f.xml", NOW - timedelta(seconds=59), NOW) is None
    found = health.unread("P.a", "f.xml", NOW - timedelta(seconds=60), NOW)
    assert (found.kind, found.what, found.since) == (AilmentKind.INBOX, "P.a f.xml", NOW - timedelta(seconds=60))


def test_a_disk_is_full_before_nothing_at_all_is_free():
    assert health.disk_full("/srv/bank", health.LEAST_FREE) is None
    found = health.disk_full("/srv/bank", health.LEAST_FREE - 1)
    assert (found.kind, found.what, found.why) == (AilmentKind.DISK, "/srv/bank", "its disk has 99 MB left")


def test_a_contradiction_is_shown_for_a_week():
    assert health.contradicted("P", "P.1", "settled", NOW, NOW).kind is AilmentKind.CONTRADICTED
    assert health.contradicted("P", "P.1", "settled", NOW - timedelta(days=8), NOW) is None


@pytest.mark.parametrize(("days", "within", "late"), [(0, 0, False), (4, 4, False), (5, 4, True), (5, 9, False)])
def test_a_payment_that_is_not_booked_or_in_no_run_is_reported_after_the_allowed_days(days, within, late):
    day = TODAY - timedelta(days=days)
    assert (health.unsettled("P.1", "accepted", day, TODAY, within) is not None) is late
    assert (health.ungathered("P.1", day, TODAY, within) is not None) is late


def test_an_unreleased_run_is_reported_with_its_payments_once_its_day_is_past():
    assert health.unreleased(WAITING, TODAY) is None
    found = health.unreleased(WAITING, TODAY + timedelta(days=1))
    assert (found.kind, found.what, found.since, found.wrong) == (AilmentKind.UNRELEASED, WAITING.run, TODAY, True)
    assert "2 payments of KRW 5 wait in it" in found.why
    assert f"`sluice run cancel {WAITING.run}`" in found.todo
    assert "`sluice run open P a`" in found.todo


def test_one_payment_waits_and_two_wait():
    assert "1 payment of KRW 5 waits" in health.unreleased(replace(WAITING, count=1), TODAY + timedelta(days=1)).why


def test_a_released_run_has_minutes_to_be_sent():
    assert health.unsent(WAITING, NOW) is None
    assert health.unsent(RELEASED, NOW + health.SENDING_TAKES - timedelta(seconds=1)) is None
    found = health.unsent(RELEASED, NOW + health.SENDING_TAKES)
    assert (found.kind, found.what, found.since) == (AilmentKind.UNSENT, WAITING.run, NOW)
    assert "it is released and not sent, with 2 payments of KRW 5" in found.why
    assert f"`sluice run cancel {WAITING.run}`" in found.todo


def test_a_run_that_the_bank_never_saw_is_not_to_be_cancelled():
    found = health.unsent(replace(RELEASED, sent_before=True), NOW + health.SENDING_TAKES)
    assert "the bank never saw 2 payments of KRW 5" in found.why
    assert "cancel" not in found.todo


def test_a_held_payment_is_reported_at_once_and_is_wrong_only_after_the_allowed_days():
    assert health.held("P.1", NOW, "tax form", NOW, 14).wrong is False
    assert health.held("P.1", NOW - timedelta(days=15), "tax form", NOW, 14).wrong is True
    assert health.held("P.1", NOW - timedelta(days=15), "tax form", NOW, 30).wrong is False


@pytest.mark.parametrize(
    "ailment",
    [
        health.no_worker("sluice"),
        health.unserved("q", Workers(NEW, "gone")),
        *health.abandoned([replace(running(), pinned_to="gone")], Workers(NEW, "new")),
        health.missed("open-runs/P/a", NOW, "boom"),
        health.file_refused("P.a", "f.xml", NOW, "it is no XML."),
        health.unarchived("run/R", "abc", "ended at noon"),
        health.unmatched(Suspended("P", "a", "KRW 5", ("1:1.1", "2:1.1"), "no payment of ours", NOW)),
        health.unreleased(WAITING, TODAY + timedelta(days=1)),
        health.unsent(RELEASED, NOW + timedelta(days=1)),
        health.unsent(replace(RELEASED, sent_before=True), NOW + timedelta(days=1)),
        health.unread("P.a", "f.xml", NOW - timedelta(hours=1), NOW),
        health.disk_full("/srv/bank", 0),
    ],
)
def test_every_sentence_goes_on_after_a_colon_and_ends_without_a_stop(ailment):
    assert ailment.what
    for words in (ailment.why, ailment.todo):
        assert words
        assert not words.endswith(".")


def test_an_engine_that_payouts_go_on_from_and_that_is_not_here_is_wrong_and_its_periods_are_named():
    computed = [
        ComputedBy("P", "2025-Q1", "2", goes_on=False),
        ComputedBy("P", "2025-Q2", "2", goes_on=True),
        ComputedBy("P", "2025-Q3", "3", goes_on=True),
        ComputedBy("R", "2024-Q4", "1", goes_on=False),
    ]
    audited, stopped = health.engines_missing(computed, ("3",))
    assert (audited.what, audited.wrong, audited.kind) == ("engine 1", False, AilmentKind.ENGINE_MISSING)
    assert audited.why == "this release does not have it, and cannot audit R 2024-Q4"
    assert (stopped.what, stopped.wrong) == ("engine 2", True)
    assert stopped.why == "this release does not have it, and without it no payout follows P 2025-Q2"
    assert health.engines_missing(computed, ("1", "2", "3")) == []


def test_what_was_refused_to_a_person_is_a_note_and_any_other_end_in_an_error_is_wrong():
    told = health.failed("open-runs/P/a/1", NOW, NOW, "dohyun may not", "WrongRole", answers=True)
    assert (told.kind, told.wrong) == (AilmentKind.REFUSED, False)
    for code, answers in (("WrongRole", False), ("Broken", True), ("ValueError", True), ("", True)):
        found = health.failed("open-runs/P/a/1", NOW, NOW, "dohyun may not", code, answers=answers)
        assert (found.kind, found.wrong) == (AilmentKind.WORKFLOW_FAILED, True)


def test_what_cannot_be_done_today_says_when_it_can():
    late = TODAY + timedelta(days=9)
    for found in (
        health.unreleased(WAITING, late, "closed on Sunday"),
        health.ungathered("P.1", TODAY, late, 4, "closed on Sunday"),
    ):
        assert found.todo.endswith("; nothing can be done today: its account is closed on Sunday")
