"""Fixed-width records: fields of digits, right-aligned with zeros, and of characters, left-aligned with blanks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.errors import BadInput


class Field(NamedTuple):
    """A field of a record. `digits` tells numbers, aligned right, from characters."""

    name: str
    width: int
    digits: bool = False


Layout = Sequence[Field]


def record(layout: Layout, values: Mapping[str, str], where: str) -> str:
    """Return one record. A field without a value is blank, or zeros.

    Raises:
        BadInput: a value is longer than its field, or no number in a field of digits.
    """
    return "".join(_field(field, values.get(field.name, ""), where) for field in layout)


def _field(field: Field, value: str, where: str) -> str:
    if field.digits and value and not (value.isascii() and value.isdigit()):
        raise BadInput(f"{where}: {field.name} {value!r} is not a number: correct it.", field=field.name)
    if len(value) > field.width:
        raise BadInput(
            f"{where}: {field.name} {value!r} is longer than the {field.width} places that it has: shorten it.",
            field=field.name,
        )
    return value.rjust(field.width, "0") if field.digits else value.ljust(field.width)
