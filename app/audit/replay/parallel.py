"""Proves streams in parallel. The proof of one stream does not depend on another.

Each process reads the journal over its own connection, which sees the same instant.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from adapters.db.queries import chain
from adapters.db.store import Store
from adapters.db.streams import production_of
from app.audit.replay.imports import Imports
from app.audit.replay.scope import Scope
from app.audit.replay.stream import (
    WHOLE,
    Part,
    ProofRequest,
    StreamProof,
    prove,
)
from app.worker.collector import collect_seldom
from domain.audit.rebuilt_commands import payload_hashes
from domain.schemas import SCHEMAS, Schemas

MANY_EVENTS = 100_000
"""Events from which more processes are worth starting. Each takes a second or two to start."""
_ours = ExitStack()
"""What a worker process holds open for as long as it lives."""


def processes_for(connection: Connection) -> int:
    """Return how many processes to use: one for each processor if the journal is long enough, else one."""
    return (os.cpu_count() or 1) if chain.events(connection) >= MANY_EVENTS else 1


def proved(connection: Connection, streams: Sequence[str], processes: int = 1) -> Iterator[StreamProof]:
    """Prove streams from the database alone, in order, with `processes` at once.

    A stream longer than one process's share is split: one proves its books, another its state.
    """
    if processes < 2:  # noqa: PLR2004 - one needs no other
        yield from (_proof(connection, stream, WHOLE) for stream in streams)
        return
    lengths = {stream: chain.head(connection, stream).seq for stream in streams}
    share = sum(lengths.values()) / processes
    with _side_by_side(connection, processes) as pool:
        proofs = [
            [pool.submit(_proof_here, stream, part) for part in ((WHOLE,) if lengths[stream] <= share else Part)]
            for stream in streams
        ]
        for parts in proofs:
            proof, *more = [part.result() for part in parts]
            proof.findings += [finding for other in more for finding in other.findings]
            yield proof


@contextmanager
def books_beside(
    connection: Connection, streams: Sequence[str], scope: Scope, processes: int
) -> Iterator[Mapping[str, Future[StreamProof]]]:
    """Prove the books in all processes but this one, which does the rest. Yield nothing if it is alone.

    An auditor's announcement opens documents in one session only, so this process does the checks that need them.
    """
    if processes < 2:  # noqa: PLR2004
        yield {}
        return
    with _side_by_side(connection, processes - 1) as pool:
        yield {stream: pool.submit(_books_here, stream, scope) for stream in streams}


def books_request(stream: str, scope: Scope, schemas: Schemas = SCHEMAS) -> ProofRequest:
    """Return the checks of a stream's books, including each command's payload."""
    return ProofRequest(scope, partial(payload_hashes, production_of(stream), schemas=schemas), schemas=schemas)


@contextmanager
def _side_by_side(connection: Connection, processes: int) -> Iterator[ProcessPoolExecutor]:
    url = connection.engine.url.render_as_string(hide_password=False)
    instant = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    with ProcessPoolExecutor(processes, get_context("spawn"), _open, (url, instant)) as pool:
        yield pool


def end_with_parent() -> None:
    """End this process of a pool when its parent ends, also by a kill that leaves the pool no time to close."""

    def _wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=_wait, daemon=True).start()


def _open(url: str, instant: str) -> None:
    end_with_parent()
    collect_seldom()
    records = _ours.enter_context(Store(create_engine(url, poolclass=NullPool)).reading())
    records.connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{instant}'")
    global _connection  # noqa: PLW0603 - a process of a pool has no other place for what it keeps
    _connection = records.connection


_connection: Connection
"""The connection of a worker process."""


def _proof_here(stream: str, part: Part) -> StreamProof:
    return _proof(_connection, stream, part)


def _books_here(stream: str, scope: Scope) -> StreamProof:
    return prove(_connection, stream, books_request(stream, scope), Part.BOOKS)


def _proof(connection: Connection, stream: str, part: Part) -> StreamProof:
    imports = Imports(connection, stream)
    proof = prove(connection, stream, ProofRequest(checks=[imports]), part)
    if Part.STATE in part:
        proof.findings += imports.end()
    return proof
