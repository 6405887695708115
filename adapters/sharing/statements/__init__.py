"""Statements as files: one record in, the bytes of a PDF or XLSX file out. Equal records give equal bytes."""

from enum import StrEnum
from typing import Literal

from adapters.sharing.statements.layout import laid_out
from adapters.sharing.statements.pdf import pdf
from adapters.sharing.statements.words import Language, Words
from adapters.sharing.statements.xlsx import xlsx
from domain.sharing.statements import Statement


class Format(StrEnum):
    """The kinds of files, by extension."""

    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


def render(
    statement: Statement, language: Language, form: Literal[Format.PDF, Format.XLSX], *, draft: bool = False
) -> bytes:
    """Render a statement as a file. JSON is not rendered here: it is the document that was issued.

    The title of a `draft` says that it is one.

    The bytes depend on the statement only: the file's own date is the statement's `known_at`.

    Raises:
        BadInput: a PDF would show a character that its fonts lack.
    """
    words = Words.of(language)
    document = laid_out(statement, words, draft=draft)
    made_at = statement.signature.known_at
    if form is Format.XLSX:
        return xlsx(document, words, statement.reference, made_at)
    return pdf(document, words, statement.reference, made_at)


__all__ = ["Format", "Language", "render"]
