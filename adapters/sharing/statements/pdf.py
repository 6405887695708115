"""PDF pages: Typst typesets the tables, in fonts that come as packages.

Source Sans sets Latin, Greek and Cyrillic; Noto Sans CJK, designed to match it, sets the rest. Its Japanese edition
also has the Korean letters and the Korean shapes of Chinese characters. The page's language chooses between them.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

import fontpkg_source_sans_3
import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
import typst

from adapters.sharing.statements.tables import (
    Bar,
    Column,
    Document,
    Table,
    in_words,
)
from adapters.sharing.statements.words import Words
from domain.errors import BadInput

_STANDARD: Final = "a-2u"
"""PDF/A for archives, with all fonts embedded. A character that no font has is an error."""
_LONG = 300
"""A row with this many characters may be broken between two pages."""


@cache
def _fonts() -> typst.Fonts:
    """Leave out the fonts of the system, so that every machine sets equal pages."""
    packages = (fontpkg_source_sans_3, noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)
    folders = [str(Path(str(package.__file__)).parent) for package in packages]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def pdf(document: Document, words: Words, reference: str, made_at: datetime) -> bytes:
    """Typeset the document on A4 pages, dated `made_at`.

    Raises:
        BadInput: a name has a character that none of the fonts has.
    """
    data = {
        "language": words.language.value,
        "title": document.title,
        "reference": reference,
        "facts": _table(document.facts, words),
        "settlement": _table(document.settlement, words),
        "tables": [_table(table, words) for table in (*document.pools, *document.sections)],
        "notes": document.notes,
        "signature": _table(document.signature, words),
        "page": words.labels["document.page"],
        "made": [made_at.year, made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second],
    }
    try:
        return typst.compile(
            files(__package__).joinpath("statement.typ").read_bytes(),
            font_paths=_fonts(),
            sys_inputs={"data": normalize("NFC", json.dumps(data, ensure_ascii=False))},
            format="pdf",
            pdf_standards=_STANDARD,
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as error:
        raise BadInput(
            f"Statement {reference} cannot be set as a PDF: {error.message}. "
            "Names may be in Latin, Greek, Cyrillic, Korean, Japanese or Chinese letters; XLSX and JSON take any."
        ) from error


def _table(table: Table, words: Words) -> dict[str, Any]:
    rows = []
    for row in table.rows:
        cells = [in_words(cell, words) for cell in row.cells]
        bars = {str(n): _permille(cell) for n, cell in enumerate(row.cells) if isinstance(cell, Bar)}
        whole = sum(map(len, cells)) < _LONG
        rows.append({"weight": row.weight.value, "cells": cells, "whole": whole, "bars": bars})
    return {"title": table.title, "columns": list(_columns(table.columns)), "rows": rows}


def _permille(bar: Bar) -> int:
    """Return how long a bar is, from 0 to 1000."""
    return min(max(round(bar.percent * 10), 0), 1000)


def _columns(columns: Iterable[Column]) -> Iterable[dict[str, Any]]:
    return ({"heading": column.heading, "share": column.share} for column in columns)
