"""The whole audit: every stream, then what belongs to the house, then the archived histories; in three verdicts."""

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.db import queries
from adapters.db.store import production_of, stream_of
from app.audit import files as bank_files
from app.audit.files import Files
from app.audit.imports import Imports
from app.audit.report import Report
from app.audit.scope import Scope, Tick
from app.audit.stream import prove
from domain.audit.findings import Finding


def audited(connection: Connection, scope: Scope, tick: Tick = lambda _, __: None) -> Report:
    """Audit what `scope` covers; `connection` should see one instant, as `Store.reading` gives it.

    Raises:
        NotFound: there is no such production.
    """
    report, files = Report(), Files()
    for stream in _streams(connection, scope):
        proof = prove(
            connection,
            stream,
            [files, Imports(connection, stream)],
            tick=lambda events: tick("events", events),
            scope=scope,
        )
        report.heads[stream] = proof.head
        report.events += proof.events
        report.findings += proof.findings
    report.findings += _house(connection, scope, files)
    return report


def _streams(connection: Connection, scope: Scope) -> list[str]:
    if scope.production is None:
        return queries.streams(connection)
    queries.the_production(connection, scope.production)
    return [stream_of(scope.production)]


def _house(connection: Connection, scope: Scope, files: Files) -> Iterator[Finding]:
    """What the streams do not own: documents, bank files, rates, and rows that belong to nothing."""
    everything = scope.production is None and scope.whole
    yield from bank_files.document_findings(connection, files, everything=everything)
    if scope.whole:
        yield from bank_files.bank_file_findings(connection, files, scope.production)
    if everything:
        yield from bank_files.rate_findings(connection)
        streams = queries.streams(connection)
        yield from bank_files.stranger_findings(connection, streams, [production_of(each) for each in streams])
