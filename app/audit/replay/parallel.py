"""Streams proved side by side: chains and books of different streams have nothing to do with each other."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from adapters.db.store import Store
from app.audit.replay.imports import Imports
from app.audit.replay.stream import StreamProof, prove
from app.worker.collector import collect_seldom

_AT_ONCE = 16
"""Streams that a process is given at a time."""


def proved(connection: Connection, streams: Sequence[str], processes: int = 1) -> Iterator[StreamProof]:
    """Prove streams, in their order; `processes` of them at once, all at the instant that `connection` sees."""
    if processes < 2 or len(streams) < 2:  # noqa: PLR2004 - one needs no other
        yield from (_prove(connection, stream) for stream in streams)
        return
    url = connection.engine.url.render_as_string(hide_password=False)
    instant = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    parts = [streams[start : start + _AT_ONCE] for start in range(0, len(streams), _AT_ONCE)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for part in pool.map(_part, [url] * len(parts), [instant] * len(parts), parts):
            yield from part


def _part(url: str, instant: str, streams: Sequence[str]) -> list[StreamProof]:
    collect_seldom()
    engine = create_engine(url, poolclass=NullPool)
    with Store(engine).reading() as records:
        records.connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{instant}'")
        return [_prove(records.connection, stream) for stream in streams]


def _prove(connection: Connection, stream: str) -> StreamProof:
    imports = Imports(connection, stream)
    proof = prove(connection, stream, [imports])
    proof.findings += imports.end()
    return proof
