"""The layout of a source's statements: which column is which field, and the notation of dates and numbers."""

import codecs
import hashlib
import json
from collections.abc import Mapping as AnyMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from adapters.agreement.documents import BadDocument, Located, field_name
from adapters.agreement.validation_messages import fields_at, place, sentence
from adapters.agreement.yaml_lines import (
    MAX_BYTES,
    LinedYaml,
    NotPlainYaml,
    read_yaml,
)
from adapters.sharing.sheets.cells import is_of_months
from domain.errors import BadInput
from domain.events import StatementKind
from domain.sharing.waterfall.titles import Name
from domain.values.record import Record

FieldName = Literal[
    "on", "amount", "kind", "id", "name", "payer", "territory", "media", "window", "currency", "rate", "reverses"
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]

_A_DAY = date(2001, 12, 31)


class Mapping(Record):
    """A source's layout. A field without a column may be a constant.

    Without `columns`, these have the names of the fields, and `date` for the date. `counts` maps the agreement's
    metrics to columns of counts; without `columns` these have the metrics' names.

    `header` is the row of the column names. `sheet` is the sheet of a workbook, by default the only visible one with
    anything in it. `dates` is the format of dates that are text, such as `%d.%m.%Y`; one without a day, such as
    `%Y-%m`, means the last day of the month. `totals` are words that mark rows of totals, which are compared with what
    their rows come to.
    """

    sheet: str | None = None
    header: int = Field(default=1, ge=1, le=1000)
    encoding: str = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    dates: Annotated[str, StringConstraints(max_length=40)] = "%Y-%m-%d"
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ",", ".", " ", "'"] = ""
    columns: AnyMapping[FieldName, Text] = Field(default_factory=dict)
    counts: AnyMapping[Name, Text] = Field(default_factory=dict)
    constants: AnyMapping[FieldName, Text] = Field(default_factory=dict)
    totals: tuple[Text, ...] | None = None

    @field_validator("encoding")
    @classmethod
    def _known(cls, written: str) -> str:
        try:
            if codecs.lookup(written)._is_text_encoding:  # noqa: SLF001 - as `str.encode` itself asks
                return written
        except LookupError:
            pass
        raise ValueError(f"{written!r} is no encoding of text: write one such as utf-8, cp949 or shift_jis.")

    @field_validator("dates")
    @classmethod
    def _a_whole_date(cls, form: str) -> str:
        with suppress(ValueError):
            day = datetime.strptime(_A_DAY.strftime(form), form).date()  # noqa: DTZ007 - a date has no zone
            if day == _A_DAY or (is_of_months(form) and day == _A_DAY.replace(day=1)):
                return form
        raise ValueError(f"{form!r} does not say year and month: write a form such as %d.%m.%Y, or %Y-%m for months.")

    @model_validator(mode="after")
    def _meant_once(self) -> Self:
        if self.thousands and self.decimal == self.thousands:
            raise ValueError(f"{self.decimal!r} cannot mark both decimals and thousands: correct one of them.")
        for name in self.columns.keys() & self.constants.keys():
            raise ValueError(f"{name} is both a column and a constant: keep one of them.")
        return self


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of rows of a kind: `needed` in every row, `words` that may be empty, and `optional` columns."""

    needed: tuple[FieldName, ...]
    words: tuple[FieldName, ...]
    optional: tuple[FieldName, ...] = ()

    @property
    def fields(self) -> tuple[FieldName, ...]:
        """All fields, each once."""
        return tuple(dict.fromkeys((*self.needed, *self.words, *self.optional)))


_NAMED = Layout(("on", "name", "amount"), ("name",), ("kind", "id", "currency", "rate"))

LAYOUTS: AnyMapping[str, Layout] = {
    "receipt": Layout(
        ("on", "amount"), ("payer", "territory", "media", "window"), ("kind", "id", "currency", "rate", "reverses")
    ),
    "cost": _NAMED,
    "advance": _NAMED,
    "opening": _NAMED,
    "payment": _NAMED,
    "metric": Layout(("on", "name", "amount"), ("name",), ("kind", "id")),
    "date": Layout(("on", "name"), ("name",), ("kind", "id")),
}
"""If the currency is neither a column nor a constant, amounts include it: `USD 1250.00`."""

FIELDS: tuple[FieldName, ...] = get_args(FieldName)


@dataclass(frozen=True, slots=True)
class Declared:
    """A mapping with the bytes it was read from and their SHA-256."""

    mapping: Mapping
    raw: bytes
    sha256: str


def load_mapping(path: Path, kind: str) -> Declared:
    """Read a source's mapping and check that it yields rows of a kind.

    Raises:
        BadDocument: it does not fit; every finding names line and field.
        BadInput: the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name the mapping's YAML file.") from error
    try:
        document = read_yaml(raw)
    except NotPlainYaml as error:
        raise BadDocument([Located(str(path), error.line, "document", error.sentence)]) from None
    if not isinstance(document.data, dict):
        words = "a mapping is a list of fields, such as `columns:`: this is something else."
        raise BadDocument([Located(str(path), 1, "document", words)])
    try:
        mapping = Mapping.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        raise BadDocument(_findings(str(path), document, error)) from None
    if found := list(_unfit(str(path), document, mapping, kind)):
        raise BadDocument(found)
    return Declared(mapping, raw, hashlib.sha256(raw).hexdigest())


def _findings(file: str, document: LinedYaml, error: ValidationError) -> list[Located]:
    schema = Mapping.model_json_schema()
    found = []
    for one in error.errors(include_url=False):
        path = place(tuple(step for step in one["loc"] if step != "[key]"), document.data)
        line = next(document.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in document.lines)
        found.append(
            Located(
                file, line, field_name(path, document.data), sentence(one, fields_at(schema, path[:-1], document.data))
            )
        )
    return found


def _unfit(file: str, document: LinedYaml, mapping: Mapping, kind: str) -> list[Located]:
    """Yield slips of the YAML, fields that rows of the kind do not have, and needed fields that are missing.

    With a field `kind`, rows are of several kinds, and each is checked by itself.
    """
    layout, found = LAYOUTS[kind], []
    several, given_names = "kind" in mapping.columns, mapping.columns.keys() | mapping.constants.keys()
    for path, line, words in document.slips:
        found.append(Located(file, line, field_name(path, document.data), words))
    for place_, given in (("columns", mapping.columns), ("constants", mapping.constants)):
        for name in given:
            if name not in layout.fields and not several:
                words = f"a {kind} has no {name}: its fields are {', '.join(layout.fields)}."
                found.append(Located(file, document.lines[place_, name], f"{place_}.{name}", words))
    for metric in mapping.counts if kind != StatementKind.RECEIPT else ():
        words = f"a {kind} has no counts, which come with receipts: leave them out."
        found.append(Located(file, document.lines["counts", metric], f"counts.{metric}", words))
    for name in layout.needed:
        if mapping.columns and name not in given_names and not (several and name != "on"):
            words = f"{name} is missing: name its column, or give it under `constants`."
            found.append(Located(file, document.lines.get(("columns",), 1), "columns", words))
    return found
