"""Group commit without a database: who is written with whom, and what becomes of each."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from adapters.db.group_commit import GroupCommit


@dataclass(frozen=True)
class Job:
    stream: str
    key: str


class Writer:
    """Writes what it is given, once it may."""

    def __init__(self):
        self.groups = []
        self.begun, self.may_go = threading.Event(), threading.Event()
        self.alone, self.broken = set(), set()

    def __call__(self, jobs):
        self.groups.append([job.key for job in jobs])
        self.begun.set()
        assert self.may_go.wait(20)
        if any(job.key in self.broken for job in jobs):
            raise RuntimeError
        return [None if job.key in self.alone else f"{job.key} written" for job in jobs]


@pytest.fixture
def writer():
    return Writer()


def together(writer, first, *others):
    """The first job is being written when the others come, in this order; the futures of all."""
    group = GroupCommit(writer)
    with ThreadPoolExecutor(len(others) + 1) as threads:
        futures = [threads.submit(group.join, first)]
        assert writer.begun.wait(20)
        for number, job in enumerate(others, start=1):
            futures.append(threads.submit(group.join, job))
            while len(group._queue) < number:
                threading.Event().wait(0.001)
        writer.may_go.set()
    return futures


def test_a_lone_job_waits_for_nobody(writer):
    writer.may_go.set()
    assert GroupCommit(writer).join(Job("a", "1")) == "1 written"
    assert writer.groups == [["1"]]


def test_what_comes_while_one_is_written_is_written_together(writer):
    futures = together(writer, Job("a", "1"), Job("b", "2"), Job("c", "3"), Job("d", "4"))
    assert [future.result() for future in futures] == [f"{key} written" for key in "1234"]
    assert [sorted(group) for group in writer.groups] == [["1"], ["2", "3", "4"]]


def test_two_of_one_stream_are_written_one_after_the_other(writer):
    together(writer, Job("a", "1"), Job("b", "2"), Job("b", "3"), Job("b", "4"))
    assert sorted(writer.groups) == [["1"], ["2"], ["3"], ["4"]]


def test_two_with_one_key_are_written_one_after_the_other(writer):
    together(writer, Job("a", "1"), Job("b", "2"), Job("c", "2"))
    assert writer.groups == [["1"], ["2"], ["2"]]


def test_who_has_to_go_alone_is_told_so(writer):
    writer.alone = {"3"}
    futures = together(writer, Job("a", "1"), Job("b", "2"), Job("c", "3"))
    assert [future.result() for future in futures] == ["1 written", "2 written", None]


def test_a_write_that_breaks_is_the_trouble_of_who_wrote_and_the_others_go_alone(writer):
    writer.broken = {"2"}
    first, *others = together(writer, Job("a", "1"), Job("b", "2"), Job("c", "3"))
    assert first.result() == "1 written"
    broken = [future.exception() for future in others]
    assert sorted(type(error).__name__ for error in broken) == ["NoneType", "RuntimeError"]
    assert [future.result() for future in others if future.exception() is None] == [None]


def test_after_a_write_that_broke_others_are_written(writer):
    writer.may_go.set()
    writer.broken = {"1"}
    group = GroupCommit(writer)
    with pytest.raises(RuntimeError):
        group.join(Job("a", "1"))
    assert group.join(Job("a", "2")) == "2 written"


def test_who_is_interrupted_while_waiting_is_not_written_by_others(writer):
    group = GroupCommit(writer)

    def interrupt():
        while not group._queue:
            threading.Event().wait(0.001)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(group.join, Job("a", "1"))
        assert writer.begun.wait(20)
        threads.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            group.join(Job("b", "2"))
        writer.may_go.set()
        assert first.result() == "1 written"
    assert group.join(Job("c", "3")) == "3 written"
    assert writer.groups == [["1"], ["3"]]
