"""The sentence that a user reads when a command fails."""

import errno
from collections.abc import Callable, Iterator

from psycopg import Error as PostgresError
from psycopg import OperationalError
from psycopg.errors import InsufficientPrivilege, UndefinedFunction, UndefinedTable
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.exceptions import TimeoutError as ActivityTimeout
from temporalio.service import RPCError, RPCStatusCode

from adapters.agreement.documents import BadDocument
from domain.errors import SluiceError

_SEE = "see `sluice status`"
_OLD = "the database has no tables of Sluice's, or old ones: run `sluice db upgrade`"
_NO_DATABASE = frozenset({"OperationalError", "InterfaceError", "TimeoutError"})
_NO_ANSWER = (
    "the worker's database does not answer: ask again once it does; whether it was done after all, "
    f"`sluice command status` shows; {_SEE}"
)


def sentence(error: BaseException) -> str:
    """Return one line, for the first cause that has a sentence. Any other error is reported as a bug."""
    for one in _causes(error):
        if isinstance(one, BadDocument):
            return str(one)  # it names every finding on a line of its own
        said = _said(one)
        if said is not None:
            return " ".join(said.split())
    *_, last = _causes(error)
    # Temporal's wrapper of a worker's error already prefixes the kind.
    words = str(last) if isinstance(last, ApplicationError) else f"{type(last).__name__}: {last}"
    what = " ".join(words.split())
    return f"Sluice has a bug: {what} (SLUICE_LOG_LEVEL=debug shows where)"


def _said(error: BaseException) -> str | None:
    for kind, say in _SAYINGS:
        if isinstance(error, kind):
            return say(error)
    if isinstance(error, RuntimeError) and "client connect" in str(error):
        return f"Temporal does not answer: {error}; {_SEE}"
    return None


def _of_rpc(error: BaseException) -> str:
    if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
        return f"Temporal knows no such workflow: {error}"
    return f"Temporal does not answer as it should: {error}; {_SEE}"


def _of_activity(error: BaseException) -> str | None:
    """Return the sentence for a worker that lacks its database. Refusals arrive as the domain's errors."""
    if isinstance(error, ApplicationError) and error.type in _NO_DATABASE:
        return _NO_ANSWER
    return None


def _of_file(error: BaseException) -> str | None:
    if not isinstance(error, OSError):
        return None
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    what = "a disk is full: make room and do it again (`sluice doctor` says which)" if full else error.strerror
    return f"{error.filename}: {what}" if error.filename else what if full else None


_SAYINGS: tuple[tuple[type[BaseException], Callable[[BaseException], str | None]], ...] = (
    (SluiceError, str),
    (UndefinedTable, lambda _: _OLD),
    (UndefinedFunction, lambda _: _OLD),
    (InsufficientPrivilege, lambda error: f"the database refuses this to the role it was asked as: {error}"),
    (OperationalError, lambda error: f"the database does not answer: {error}; {_SEE}"),
    (PostgresError, lambda error: f"the database refuses this: {error}"),
    (
        WorkflowUpdateRPCTimeoutOrCancelledError,
        lambda _: "no answer was waited for any longer; whether it was done after all, `sluice command status` shows",
    ),
    (ApplicationError, _of_activity),
    (ActivityTimeout, lambda _: _NO_ANSWER),
    (RPCError, _of_rpc),
    (TimeoutError, str),
    (OSError, _of_file),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
