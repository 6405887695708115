"""Group commit: jobs that arrive during a write are written together, by one of the waiting threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import Generic, Protocol, TypeVar


class Job(Protocol):
    """A unit of writing. A group never holds two jobs with one stream or one key."""

    @property
    def stream(self) -> str:
        """The stream that the job writes to."""
        ...

    @property
    def key(self) -> str:
        """The idempotency key of the job."""
        ...


AJob = TypeVar("AJob", bound=Job)
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Waiting(Generic[AJob, Answer]):
    job: AJob
    answer: Answer | None = None
    written: bool = False


class GroupCommit(Generic[AJob, Answer]):
    """Has jobs written in groups, one group at a time. There is no delay to fill a group: a lone job is a group of one.

    `write` returns an answer for each job of a group, in order; None means that the job must run alone. It must not
    wait for locks of others, because every job waits for it.
    """

    def __init__(self, write: Callable[[Sequence[AJob]], Sequence[Answer | None]]) -> None:
        self._write = write
        self._changed = Condition()
        self._queue: list[_Waiting[AJob, Answer]] = []
        self._writing = False

    def join(self, job: AJob) -> Answer | None:
        """Have a job written with the jobs that wait. None means that it must run alone."""
        mine: _Waiting[AJob, Answer] = _Waiting(job)
        with self._changed:
            self._queue.append(mine)
            try:
                self._changed.wait_for(lambda: mine.written or not self._writing)
            except BaseException:
                self._leave(mine)
                raise
            if mine.written:
                return mine.answer
            group = self._next_group(mine)
            self._writing = True
        try:
            answers = self._write([each.job for each in group])
            for each, answer in zip(group, answers, strict=True):
                each.answer = answer
        finally:  # after an error, jobs without an answer run alone
            with self._changed:
                for each in group:
                    each.written = True
                self._writing = False
                self._changed.notify_all()
        return mine.answer

    def _next_group(self, mine: _Waiting[AJob, Answer]) -> list[_Waiting[AJob, Answer]]:
        """Take this job and every queued job that conflicts with none taken before, oldest first."""
        group, streams, keys = [mine], {mine.job.stream}, {mine.job.key}
        for each in self._queue:
            if each.job.stream not in streams and each.job.key not in keys:
                group.append(each)
                streams.add(each.job.stream)
                keys.add(each.job.key)
        chosen = set(group)
        self._queue = [each for each in self._queue if each not in chosen]
        return group

    def _leave(self, mine: _Waiting[AJob, Answer]) -> None:
        if mine in self._queue:
            self._queue.remove(mine)
