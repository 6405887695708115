"""Lists and renderings of issued statements. Their content is fixed at their issue."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from activities.distributions import DistributionActivities
from activities.views import DistributionRef
from adapters.command_handler import CommandHandler
from adapters.db.facts import facts_of
from adapters.db.queries.statements import StatementFilter, StatementRow, statements
from adapters.db.records import Records
from adapters.sharing.statements import Format, Language, render
from app.permissions import sight_of
from domain.errors import BadInput, Broken, NotFound, WrongRole
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
    rows = statements(records.connection, StatementFilter(production, period)).items
    found = next((row for row in rows if row.party == party), None)
    if found is None:
        periods = dict.fromkeys(row.period for row in statements(records.connection, StatementFilter(production)).items)
        known = f"{party} has none for it" if rows else f"issued are {', '.join(periods) or 'none yet'}"
        raise NotFound(f"There is no statement of {party} for {period} of {production}: {known}.", period=period)
    return _kept(records, found, handler.store.schemas)


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
    if not file.parent.is_dir():
        raise BadInput(f"{file}: there is no folder {file.parent}: make it first.")
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


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
    if not sight.shows(party):
        raise WrongRole(
            f"{user} of {sight.party} may not read the statement of {party} in {production}: it is for {party}'s own "
            "people, for auditors, and for the preparers of who pays it; ask one of them for it.",
            user=user,
            party=party,
        )
