"""The whole audit: every stream, then what belongs to the house, then the archived histories; in three verdicts."""

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.agreements import Agreements
from adapters.db import histories, queries
from adapters.db.store import Transaction, production_of, stream_of
from app.audit import files as bank_files
from app.audit.archive import Archive, Histories
from app.audit.files import Files
from app.audit.imports import Imports
from app.audit.report import Report
from app.audit.scope import Scope, Tick
from app.audit.stream import prove
from app.audit.timeline import Timeline
from domain.audit.findings import Finding


async def audited(connection: Connection, scope: Scope, tick: Tick = lambda _, __: None) -> Report:
    """Audit what `scope` covers; `connection` should see one instant, as `Store.reading` gives it.

    Raises:
        NotFound: there is no such production.
    """
    report, files, archive = Report(), Files(), Archive(scope)
    agreements, transaction = Agreements(), Transaction(connection)
    timelines: dict[str, Timeline] = {}
    witnessed = {row.production for row in histories.listed(connection, scope.production)}
    for stream in _streams(connection, scope):
        production = production_of(stream)
        if production in witnessed:
            timelines[production] = Timeline(lambda digest: agreements.of(transaction, digest))
        proof = prove(
            connection,
            stream,
            [files, archive, Imports(connection, stream)],
            heard=timelines.get(production),
            tick=lambda events: tick("events", events),
            scope=scope,
        )
        report.heads[stream] = proof.head
        report.events += proof.events
        report.findings += proof.findings
    report.findings += _house(connection, scope, files)
    looked = Histories(connection, archive, timelines)
    report.findings += [finding async for finding in looked.findings(lambda more: tick("histories", more))]
    report.histories = looked.looked_at
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
