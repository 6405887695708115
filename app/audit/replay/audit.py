"""The whole audit: every stream, the records outside streams, then the archived histories."""

from asyncio import wrap_future
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from adapters.agreement.cache import Agreements
from adapters.clock import SystemClock
from adapters.command_handler import CommandHandler
from adapters.db import histories
from adapters.db.audit import people_facts
from adapters.db.audited_reads import Announced
from adapters.db.facts import facts_of
from adapters.db.name_lists import entries_of
from adapters.db.queries import chain
from adapters.db.queries.agreement import the_production
from adapters.db.records import Records
from adapters.db.store import Store
from adapters.db.streams import production_of, stream_of
from app.audit.replay import files as bank_files
from app.audit.replay.adjustments import Adjustments
from app.audit.replay.agreement import AgreementCheck
from app.audit.replay.archive import Archive, Histories
from app.audit.replay.bank import Bank
from app.audit.replay.evidence import OpenStore, StoredEvidence
from app.audit.replay.files import Files
from app.audit.replay.imports import Imports
from app.audit.replay.parallel import books_beside, books_request
from app.audit.replay.payees import Controls
from app.audit.replay.people import PeopleCheck
from app.audit.replay.reminders import ReminderCheck
from app.audit.replay.report import AuditReport
from app.audit.replay.scope import Scope, Tick
from app.audit.replay.steps import HistorySteps, steps_of
from app.audit.replay.stream import WHOLE, Part, prove
from app.audit.replay.strict import StrictReplayer
from app.audit.replay.timeline import Timeline
from domain.agreement.model import Agreement
from domain.audit.findings import Finding
from domain.audit.people import PeopleHistory
from domain.audit.refold import Check
from domain.errors import NotFound
from domain.schemas import SCHEMAS, Schemas
from domain.sharing.waterfall.engines import ENGINES, Engines
from domain.state import State


@dataclass(frozen=True)
class Eyes:
    """The readers of documents and histories, and the engines. Frequent audits may reuse them."""

    agreements: Agreements = field(default_factory=Agreements)
    replayer: StrictReplayer = field(default_factory=StrictReplayer)
    read: Callable[[bytes], HistorySteps] = steps_of
    engines: Engines = ENGINES
    schemas: Schemas = SCHEMAS


async def audited(
    connection: Connection,
    scope: Scope,
    tick: Tick = lambda _, __: None,
    eyes: Eyes | None = None,
    ticket: int | None = None,
    processes: int = 1,
    evidence: OpenStore | None = None,
) -> AuditReport:
    """Audit what `scope` covers. `connection` should see one instant, as `Store.reading` gives it.

    `ticket` opens the bank data of what is audited where reads must be announced (`adapters.db.audited_reads`). With
    more than one of `processes`, the others prove the books at the same instant. `evidence` opens the store of
    evidence, whose contents are all read; without it they are not checked, and the report says so.

    Raises:
        NotFound: there is no such production.
    """
    report, files, archive, stored = AuditReport(), Files(), Archive(scope), StoredEvidence(scope)
    eyes = eyes or Eyes()
    handler, records = _handler(connection, eyes), Announced(connection, ticket, files.named_by)
    timelines: dict[str, Timeline] = {}
    history = PeopleHistory(people_facts(connection), eyes.schemas)
    witnessed = {row.production for row in histories.listed(connection, scope.production)}
    streams = _streams(connection, scope)
    with books_beside(connection, streams, scope, processes) as books:
        for stream in streams:
            production = production_of(stream)
            if production in witnessed:
                timelines[production] = Timeline(lambda digest: handler.agreements.of(records, digest))
            imports = Imports(connection, stream)
            request = replace(
                books_request(stream, scope, eyes.schemas),
                checks=[files, archive, stored, imports, *_derived(handler, records, history)],
                heard=timelines.get(production),
                tick=lambda events: tick("events", events),
            )
            proof = prove(connection, stream, request, Part.STATE if books else WHOLE)
            report.heads[stream] = proof.head
            report.events += proof.events
            report.findings += proof.findings
            if scope.whole:
                report.findings += imports.end()
        for beside in books.values():
            report.findings += (await wrap_future(beside)).findings
    report.findings += _house(records, scope, files)
    report.findings += stored.findings(evidence, tick)
    looked = Histories(connection, archive, timelines, eyes.replayer, eyes.read, eyes.schemas)
    report.findings += [finding async for finding in looked.findings(lambda more: tick("histories", more))]
    report.histories = looked.looked_at
    report.notes += [*looked.notes(), *stored.notes]
    return report


def _handler(connection: Connection, eyes: Eyes) -> CommandHandler:
    """Return a read-only command handler. Rules ask it for agreements and calendars."""
    store = Store(connection.engine, eyes.schemas)
    return CommandHandler(
        store, eyes.agreements, SystemClock(), first_users=(), answer_within_s=0, engines=eyes.engines
    )


def _derived(handler: CommandHandler, records: Records, history: PeopleHistory) -> tuple[Check, ...]:
    """Return the checks that recompute events from agreements, files and facts."""

    def agreement_of(state: State) -> Agreement:
        """Return the agreement that a state is under, read from its document."""
        if state.production is None:
            raise NotFound("No agreement is in force yet.")
        return handler.agreements.of(records, state.production.document)

    schemas = handler.store.schemas
    return (
        PeopleCheck(history, schemas, agreement_of),
        Bank(records, agreement_of, schemas),
        Adjustments(records, agreement_of, schemas),
        AgreementCheck(handler, facts_of, records, agreement_of),
        Controls(agreement_of, lambda digest: entries_of(records, digest)),
        ReminderCheck(agreement_of, schemas),
    )


def _streams(connection: Connection, scope: Scope) -> list[str]:
    if scope.production is None:
        return chain.streams(connection)
    stream = stream_of(scope.production)
    if stream not in chain.streams(connection):
        the_production(connection, scope.production)
    return [stream]


def _house(records: Announced, scope: Scope, files: Files) -> Iterator[Finding]:
    """Check what the streams do not own: documents, bank files, rates, and rows without an owner."""
    connection = records.connection
    everything = scope.production is None and scope.whole
    yield from bank_files.document_findings(records, files, everything=everything)
    if scope.whole:
        yield from bank_files.bank_file_findings(records, files, scope.production)
    if everything:
        yield from bank_files.rate_findings(records)
        streams = chain.streams(connection)
        yield from bank_files.unnamed_findings(connection, streams, [production_of(each) for each in streams])
