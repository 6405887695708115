"""Draws commands of any kind that the table declares: fields from what is on record, else of their type.

A field's value is mostly one that some fact on record has under the same name. So a command that is declared next year
is drawn as well, without a word here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from random import Random
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from activities import carriers
from domain.commands import TABLE, Command, Declaration
from domain.ledger.journal import Fact
from domain.values.money import Money
from domain.values.record import Sha256

_KNOWN_SHARE = 0.9
_DEFAULT_SHARE = 0.6
_MOST_DEEP = 4

Known = Mapping[str, Sequence[Any]]
"""Values by the name of the field that has them."""


def by_people() -> list[Declaration]:
    """Return the declarations of all commands that people give as they are, through a workflow or directly."""
    return [one for one in TABLE if one.role is not None and (one.workflow or owner_of(one) is not None)]


def owner_of(declaration: Declaration) -> type | None:
    """Return the class whose activity takes the command itself; None if it is made elsewhere."""
    try:
        method = carriers.activity_of(declaration)
    except LookupError:
        return None
    return next(owner for owner in carriers._OWNERS if getattr(owner, declaration.activity, None) is method)


def known_in(facts: Iterable[Fact]) -> dict[str, list[Any]]:
    """Gather the plain values in facts, by the names of their fields."""
    found: dict[str, list[Any]] = {}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                walk(one, key)
        elif isinstance(value, list):
            for one in value:
                walk(one, name)
        elif value is not None and value not in found.setdefault(name, []):
            found[name].append(value)

    for fact in facts:
        walk(json.loads(fact.body), "")
    return found


def fields_of(kind: type[Command], dice: Random, known: Known) -> dict[str, Any]:
    """Draw the fields of a command that are its own, and its production. They need not fit together."""
    hints = get_type_hints(kind, include_extras=True)
    own = [name for name in kind.model_fields if name not in Command.model_fields or name == "production"]
    return _drawn(kind, own, hints, dice, known, 0)


def _drawn(
    model: type[BaseModel], names: Sequence[str], hints: Mapping[str, Any], dice: Random, known: Known, depth: int
) -> dict[str, Any]:
    return {
        name: _value(name, hints[name], dice, known, depth)
        for name in names
        if model.model_fields[name].is_required() or dice.random() > _DEFAULT_SHARE
    }


def _value(name: str, hint: Any, dice: Random, known: Known, depth: int) -> Any:  # noqa: PLR0911 - one for each type
    origin, parts = get_origin(hint), get_args(hint)
    if hint == Sha256 and dice.random() < 0.5:
        return f"{dice.getrandbits(256):064x}"
    if origin is Annotated:
        return _value(name, parts[0], dice, known, depth)
    if origin in {Union, UnionType}:
        arms = [one for one in parts if one is not NoneType] if dice.random() < _KNOWN_SHARE else list(parts)
        return _value(name, dice.choice(arms), dice, known, depth)
    if origin is Literal:
        return dice.choice(parts)
    if origin in {tuple, list, set, frozenset}:
        return [_value(name, parts[0], dice, known, depth + 1) for _ in range(dice.randint(0, 2))]
    if origin is not None and issubclass(origin, Mapping):
        return {_text(dice, known): _value(name, parts[1], dice, known, depth + 1) for _ in range(dice.randint(0, 2))}
    if known.get(name) and dice.random() < _KNOWN_SHARE:
        return dice.choice(known[name])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return dice.choice(list(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        hints = get_type_hints(hint, include_extras=True)
        return _drawn(hint, list(hint.model_fields), hints, dice, known, depth + 1) if depth < _MOST_DEEP else {}
    return _plain(hint, dice, known)


def _plain(hint: Any, dice: Random, known: Known) -> Any:
    plain = {
        NoneType: lambda: None,
        bool: lambda: dice.random() < 0.5,
        int: lambda: dice.choice((0, 1, 1, 2, 3, 10**6)),
        date: lambda: date(2026, 1, 5) + timedelta(days=dice.randint(-30, 400)),
        time: lambda: time(dice.randrange(24)),
        Money: lambda: f"KRW {dice.choice((1, 1000, 10**6, 10**9))}",
        Decimal: lambda: str(dice.randint(1, 100)),
        Fraction: lambda: str(dice.randint(1, 100)),
    }
    return plain.get(hint, lambda: _text(dice, known))()


def _text(dice: Random, known: Known) -> str:
    words = [one for values in known.values() for one in values if isinstance(one, str)]
    return dice.choice(words) if words and dice.random() < _KNOWN_SHARE else f"because-{dice.randrange(10**6)}"
