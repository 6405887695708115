"""Lists and renderings of issued statements. Their content is fixed at their issue."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from activities.distributions import DistributionActivities
from activities.statements import StatementActivities
from activities.views import DistributionRef
from adapters.command_handler import CommandHandler
from adapters.db.facts import facts_of
from adapters.db.queries.agreement import the_only_production
from adapters.db.queries.statements import Fetch, StatementFilter, StatementRow, fetches, statements
from adapters.db.records import Records
from adapters.sharing.statements import Format, Language, render
from app.bootstrap import handler_on
from app.output_files import whole
from app.permissions import sight_of
from domain.commands import FetchStatement, make
from domain.errors import Broken, NotFound
from domain.ledger.journal import canonical, sha256
from domain.reads import Resource
from domain.schemas import SCHEMAS, Schemas
from domain.sharing.statements import Statement, read_statement


class Issued(NamedTuple):
    """A statement with its document, which was issued unless it is a draft."""

    statement: Statement
    document: bytes
    draft: bool = False


def statement_of(
    handler: CommandHandler, records: Records, production: str, party: str, period: str, user: str | None = None
) -> Issued:
    """Return the statement that was issued to a party for a period.

    Without a `user` there is no check of permissions; with one, the table of `domain.reads` applies.

    Raises:
        WrongRole: the user is not entitled to it.
        NotFound: none was issued.
        Broken: its document is not what the journal says.
    """
    if user is not None:
        _require_reader(handler, records, production, party, user)
    return _kept(records, the_statement(records, production, party, period), handler.store.schemas)


def the_statement(records: Records, production: str, party: str, period: str) -> StatementRow:
    """Return the row of a party's statement of a period.

    Raises:
        NotFound: none was issued.
    """
    rows = statements(records.connection, StatementFilter(production, period)).items
    found = next((row for row in rows if row.party == party), None)
    if found is None:
        periods = dict.fromkeys(row.period for row in statements(records.connection, StatementFilter(production)).items)
        known = f"{party} has none for it" if rows else f"issued are {', '.join(periods) or 'none yet'}"
        raise NotFound(f"There is no statement of {party} for {period} of {production}: {known}.", period=period)
    return found


def draft_of(
    handler: CommandHandler, records: Records, production: str, party: str, period: str, user: str | None = None
) -> Issued:
    """Return the statement that a party would get if the period were posted now, whoever has answered.

    Raises:
        WrongRole: the user is not entitled to it.
        NotFound: the period has not been computed, or does not concern the party.
        SluiceError: the period cannot be paid out.
    """
    if user is not None:
        _require_reader(handler, records, production, party, user)
    ref = DistributionRef(production=production, period=period)
    for statement in DistributionActivities(handler, facts_of).drafts(ref):
        if statement.party == party:
            return Issued(statement, canonical(statement, handler.store.schemas), draft=True)
    raise NotFound(f"Distribution {period} of {production} does not concern {party}.", period=period)


def write_all(
    records: Records,
    production: str,
    folder: Path,
    period: str | None = None,
    languages: Iterable[Language] = tuple(Language),
    forms: Iterable[Format] = (Format.PDF, Format.XLSX, Format.JSON),
) -> list[Path]:
    """Render every statement of a period (or of all) to a folder, and return the files. JSON is written once.

    Raises:
        Broken: a document is not what the journal says.
    """
    chosen, files = tuple(languages), []
    for row in statements(records.connection, StatementFilter(production, period)).items:
        issued = _kept(records, row)
        for form in forms:
            for language in chosen[:1] if form is Format.JSON else chosen:
                name, content = as_file(issued, language, form)
                write(folder / name, content)
                files.append(folder / name)
    return files


def as_file(issued: Issued, language: Language, form: Format) -> tuple[str, bytes]:
    """Return a rendered statement with its file name, such as `DRAMA1-2027-Q1-HAN.ko.pdf`.

    JSON is the issued document itself and has no language.
    """
    name = issued.statement.reference.replace("/", "-") + ("-draft" if issued.draft else "")
    if form is Format.JSON:
        return f"{name}.{form}", issued.document
    return f"{name}.{language}.{form}", render(issued.statement, language, form, draft=issued.draft)


def write(file: Path, content: bytes) -> None:
    """Write a file atomically.

    Raises:
        BadInput: the file's folder does not exist.
    """
    with whole(file) as unfinished:
        unfinished.write_bytes(content)


def _kept(records: Records, row: StatementRow, schemas: Schemas = SCHEMAS) -> Issued:
    content = records.document(row.sha256)
    if content is None or sha256(content) != row.sha256:
        raise Broken(
            f"The statement of {row.party} for {row.period} is not what event {row.seq} of "
            f"{row.production} says was issued: a person must look at the table `document`.",
            sha256=row.sha256,
        )
    return Issued(read_statement(content, schemas), content)


def _require_reader(handler: CommandHandler, records: Records, production: str, party: str, user: str) -> None:
    sight = sight_of(handler, records, production, user)(Resource.STATEMENTS)
    sight.require(party, f"{user} of {sight.party} may not read the statement of {party} in {production}")


def record_fetch(
    handler: CommandHandler, issued: Issued, form: Format, language: Language, content: bytes, user: str
) -> None:
    """Record that a user gets an issued statement as a file with this content.

    Raises:
        WrongRole: the user is not entitled to it.
    """
    statement = issued.statement
    command = make(
        FetchStatement,
        by=user,
        production=statement.production,
        period=statement.period.id,
        party=statement.party,
        document=sha256(issued.document),
        form=form.value,
        language="" if form is Format.JSON else language.value,
        sha256=sha256(content),
    )
    StatementActivities(handler).fetched(command)


def shown_of(
    data: Path | None, production: str | None, party: str, period: str, user: str | None
) -> tuple[StatementRow, list[Fetch]]:
    """Return an issued statement on the stack of a data folder, and who fetched it, first come first.

    Raises:
        WrongRole: the user is not entitled to it.
        NotFound: none was issued.
    """
    with handler_on(data) as handler, handler.store.reading() as records:
        chosen = the_only_production(records.connection, production)
        if user is not None:
            _require_reader(handler, records, chosen, party, user)
        found = the_statement(records, chosen, party, period)
        return found, fetches(records.connection, chosen, found.sha256)
