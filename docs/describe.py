"""Records, types and tables in words, for the pages that are made from the code."""

import ast
import enum
import inspect
import itertools
import textwrap
import types
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.values.money import Money

_NAMES: Mapping[Any, str] = {
    Money: "amount",
    str: "text",
    int: "whole number",
    Decimal: "number as text",
    bool: "true or false",
    Path: "path",
    date: "day",
    time: "time",
}


def record_section(record: type[BaseModel], level: str = "##") -> Iterator[str]:
    """A section on a record: what it is, and its fields."""
    yield f"\n{level} {record.__name__}\n"
    yield from paragraph(doc(record))
    yield ""
    yield from fields_of(record)


def fields_of(record: type[BaseModel], leave_out: str = "") -> Iterator[str]:
    """The table of a record's fields."""
    yield from table(
        ("field", "kind", "default", ""),
        (
            (f"`{field.alias or name}`", kind_of(field.annotation), default_of(field), about(record, name))
            for name, field in record.model_fields.items()
            if name != leave_out
        ),
    )


def records_in(first: type[BaseModel]) -> list[type[BaseModel]]:
    """A record and those in its fields, each after the one that mentions it first."""
    found = [first]
    for record in found:
        for field in record.model_fields.values():
            found += [one for one in _mentioned(field.annotation) if one not in found]
    return found


def _mentioned(kind: Any) -> list[type[BaseModel]]:
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return [kind]
    return list(dict.fromkeys(each for one in get_args(kind) for each in _mentioned(one)))


def kind_of(kind: Any) -> str:
    """A type in words; a record is a link to where it is described."""
    origin, inner = get_origin(kind), [each for each in get_args(kind) if each is not types.NoneType]
    if origin is Annotated:
        return kind_of(inner[0])
    if origin is Literal:
        return ", ".join(f"`{each}`" if str(each).strip() else repr(each) for each in inner)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(kind_of(each) for each in inner))
    if inner:
        return f"{'list of ' if len(inner) == 1 or origin is tuple else kind_of(inner[0]) + ' → '}" + kind_of(
            inner[0] if origin is tuple else inner[-1]
        )
    return _class(kind)


def _class(kind: type) -> str:
    if issubclass(kind, enum.Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    if issubclass(kind, BaseModel):
        name = kind.model_fields["type"].default if "type" in kind.model_fields else kind.__name__
        return f"[{name}](#{name.lower()})"
    return _NAMES.get(kind, kind.__name__)


def default_of(field: FieldInfo) -> str:
    """What a field is where it is left out."""
    if field.is_required():
        return "required"
    value = field.default.isoformat("minutes") if isinstance(field.default, time) else field.default
    if field.default_factory is not None or value in (None, "", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def about(record: type[BaseModel], name: str) -> str:
    """What the code says of a field: its description, or the text under it."""
    return flat(record.model_fields[name].description or _texts(record).get(name, ""))


def _texts(record: type[BaseModel]) -> dict[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - it is a class
    return {
        field.target.id: text.value.value
        for field, text in itertools.pairwise(body.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table, one line each; nothing where there are no rows."""
    lines = [_line(row) for row in rows]
    if lines:
        yield from (_line(head), "|" + "---|" * len(head), *lines)


def _line(cells: Iterable[str]) -> str:
    told = (flat(cell).replace("|", "\\|") for cell in cells)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in told) + "|"


def doc(what: Any) -> str:
    """A docstring, or nothing, in one line."""
    return flat(inspect.getdoc(what) or "")


def flat(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def paragraph(text: str) -> Iterator[str]:
    """A text in lines of the usual width."""
    yield from textwrap.wrap(flat(text), 120, break_long_words=False, break_on_hyphens=False)
