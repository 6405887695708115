"""Issued statements, as people list and render them; what they say was fixed when they were issued."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from adapters.command_handler import CommandHandler
from adapters.db import queries
from adapters.db import statements as on_record
from adapters.db.records import Records
from adapters.sharing.statements import Format, Language, render
from domain.errors import BadInput, Broken, NotFound
from domain.ledger.journal import sha256
from domain.schemas import Schemas
from domain.sharing.payouts import paying_account
from domain.sharing.statements import Statement, read_statement
from domain.sharing.statements.readers import may_read, require_reader

Row = dict[str, Any]


class Issued(NamedTuple):
    """A statement, and the very document that was issued."""

    statement: Statement
    document: bytes


def the_only_production(connection: Connection, named: str | None) -> str:
    """The production that was named; where none was, the only one there is.

    Raises:
        NotFound: it is not registered, or there are several to choose from.
    """
    if named is not None:
        return str(queries.the_production(connection, named)["key"])
    known = [row["key"] for row in queries.productions(connection)]
    if len(known) == 1:
        return str(known[0])
    if not known:
        raise NotFound("There is no production here: register an agreement with `sluice agreement register`.")
    raise NotFound(f"There are the productions {', '.join(known)}: say which one with --production.")


def listed(
    handler: CommandHandler, records: Records, production: str, period: str | None = None, user: str | None = None
) -> list[Row]:
    """The statements of a production, or those of one period; of a user's, those that the user may read.

    Raises:
        WrongRole: nobody of that name acts in the production.
    """
    rows = list(on_record.issued(records.connection, production, period))
    if user is None:
        return rows
    person, payer = handler.who(user, production), _payer(handler, records, production)
    return [row for row in rows if may_read(person, row["party"], payer)]


def statement_of(
    handler: CommandHandler, records: Records, production: str, party: str, period: str, user: str | None = None
) -> Issued:
    """The statement that was issued to a party for a period.

    Without a `user` it is read by whoever has the database anyway; with one, by the rules of `require_reader`.

    Raises:
        WrongRole: the user is not entitled to it.
        NotFound: none was issued.
        Broken: its document is not what the journal says.
    """
    if user is not None:
        person = handler.who(user, production)
        require_reader(person, party, _payer(handler, records, production), production)
    rows = list(on_record.issued(records.connection, production, period))
    found = next((row for row in rows if row["party"] == party), None)
    if found is None:
        periods = dict.fromkeys(row["period"] for row in on_record.issued(records.connection, production))
        known = f"{party} has none for it" if rows else f"issued are {', '.join(periods) or 'none yet'}"
        raise NotFound(f"There is no statement of {party} for {period} of {production}: {known}.", period=period)
    return _kept(records, found, handler.store.schemas)


def write_all(
    handler: CommandHandler,
    records: Records,
    production: str,
    folder: Path,
    period: str | None = None,
    languages: Iterable[Language] = tuple(Language),
    forms: Iterable[Format] = (Format.PDF, Format.XLSX, Format.JSON),
) -> list[Path]:
    """Render every statement of a period (or of all) to files in a folder, and say which; JSON once for all languages.

    Raises:
        Broken: a document is not what the journal says.
    """
    chosen, files = tuple(languages), []
    for row in listed(handler, records, production, period):
        issued = _kept(records, row, handler.store.schemas)
        for form in forms:
            for language in chosen[:1] if form is Format.JSON else chosen:
                name, content = as_file(issued, language, form)
                write(folder / name, content)
                files.append(folder / name)
    return files


def as_file(issued: Issued, language: Language, form: Format) -> tuple[str, bytes]:
    """A rendered statement with its name, such as `DRAMA1-2027-Q1-HAN.ko.pdf`.

    JSON is the document as it was issued, and of no language.
    """
    name = issued.statement.reference.replace("/", "-")
    if form is Format.JSON:
        return f"{name}.{form}", issued.document
    return f"{name}.{language}.{form}", render(issued.statement, language, form)


def write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        BadInput: there is no folder for it.
    """
    if not file.parent.is_dir():
        raise BadInput(f"{file}: there is no folder {file.parent}: make it first.")
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _kept(records: Records, row: Row, schemas: Schemas) -> Issued:
    content = records.document(row["sha256"])
    if content is None or sha256(content) != row["sha256"]:
        raise Broken(
            f"The statement of {row['party']} for {row['period']} is not what event {row['seq']} of "
            f"{row['production']} says was issued: a person must look at the table `document`.",
            sha256=row["sha256"],
        )
    return Issued(read_statement(content, schemas), content)


def _payer(handler: CommandHandler, records: Records, production: str) -> str:
    return paying_account(handler.agreement(records, production)).owner
