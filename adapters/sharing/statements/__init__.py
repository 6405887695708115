"""Statements as files: one record in, the bytes of a PDF or an XLSX file out, the same ones every time."""

from enum import StrEnum
from typing import Literal

from adapters.sharing.statements.layout import laid_out
from adapters.sharing.statements.pdf import pdf
from adapters.sharing.statements.words import Language, Words
from adapters.sharing.statements.xlsx import xlsx
from domain.sharing.statements import Statement


class Format(StrEnum):
    """The kinds of files, by their extension."""

    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


def render(statement: Statement, language: Language, form: Literal[Format.PDF, Format.XLSX]) -> bytes:
    """A statement as a file. As JSON it is rendered by nobody: that is the document that was issued.

    Nothing but the statement goes into the bytes: a file's own date is the statement's `known_at`.

    Raises:
        BadInput: a PDF is to show a character that its fonts do not have.
    """
    words = Words.of(language)
    document = laid_out(statement, words)
    made_at = statement.signature.known_at
    if form is Format.XLSX:
        return xlsx(document, words, statement.reference, made_at)
    return pdf(document, words, statement.reference, made_at)


__all__ = ["Format", "Language", "render"]
