"""The difference of two versions of an agreement: what a person reads before they approve one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.agreement.model import Agreement

Written = Any
"""A value as JSON has it."""

_NOUNS: Mapping[str, str] = {
    "parties": "party",
    "accounts": "account",
    "calendar_overrides": "calendar override",
    "fx": "exchange rule",
    "receipt_fx": "exchange rule for receipts",
    "milestones": "milestone",
    "evidence": "document",
    "totals": "total",
    "schedule": "instalment",
    "claims": "claim",
    "events": "event",
    "pools": "pool",
    "positions": "position",
    "assignments": "assignment",
    "charges": "charge",
    "views": "view",
    "changes": "change",
    "minimum_payouts": "minimum payout",
    "among": "member",
    "then": "step",
    "tables": "table",
    "registrations": "registration",
}
"""What one item of a list is called."""
_KEYS = (("id",), ("base", "quote"), ("calendar", "on"), ("kind", "number"), ("to",), ("of",), ("base",))
"""The fields that tell the items of a list apart; the first that all items have, each with another value."""


@dataclass(frozen=True, slots=True)
class AgreementChange:
    """One difference: the field's path in YAML notation, what it said and says (None: nothing), and in words."""

    field: str
    before: str | None
    after: str | None
    words: str


def difference(before: Agreement | None, after: Agreement) -> tuple[AgreementChange, ...]:
    """What differs between two versions, in the order of the document. Without one before, everything is new."""
    return tuple(_fields("", "", _written(before) if before is not None else {}, _written(after)))


def _written(agreement: Agreement) -> Mapping[str, Written]:
    """An agreement as it would be written, without what it leaves to defaults."""
    written: Mapping[str, Written] = agreement.model_dump(mode="json", exclude_defaults=True)
    return written


def _fields(
    path: str, place: str, before: Mapping[str, Written], after: Mapping[str, Written]
) -> Iterator[AgreementChange]:
    """The differences of two records' fields. `place` says in words where the record is."""
    for name in dict.fromkeys((*after, *before)):
        here = f"{path}.{name}" if path else name
        yield from _value(here, place, name, before.get(name), after.get(name))


def _value(path: str, place: str, name: str, before: Written, after: Written) -> Iterator[AgreementChange]:
    if before == after:
        return
    if _is_list(before) and _is_list(after) and (keys := _keys([*(before or ()), *(after or ())], before, after)):
        yield from _items(path, place, name, keys, before or [], after or [])
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _fields(path, f"{place}{_word(name)}, ", before, after)
    else:
        said, says = _text(before), _text(after)
        yield AgreementChange(path, said, says, f"{place}{_word(name)}: {said or 'nothing'} → {says or 'nothing'}")


def _is_list(value: Written) -> bool:
    return value is None or isinstance(value, list)


def _keys(items: list[Written], before: Written, after: Written) -> tuple[str, ...]:
    """The fields that tell items apart. Empty if none do, and the list is compared as a whole."""
    if not items or not all(isinstance(item, dict) for item in items):
        return ()
    for keys in _KEYS:
        if all(isinstance(item.get(key), str) for item in items for key in keys) and all(
            len({_name(item, keys) for item in one or ()}) == len(one or ()) for one in (before, after)
        ):
            return keys
    return ()


def _items(
    path: str, place: str, name: str, keys: tuple[str, ...], before: list[Written], after: list[Written]
) -> Iterator[AgreementChange]:
    """The differences of two lists whose items have names."""
    old, new = ({_name(item, keys): item for item in items} for items in (before, after))
    noun = _NOUNS.get(name, _word(name))
    for key in dict.fromkeys((*new, *old)):
        here, named = f"{path}[{key}]", f"{place}{noun} {key}"
        if key not in old:
            yield AgreementChange(here, None, _text(new[key]), f"{named} is new: {_summary(new[key], keys)}")
        elif key not in new:
            yield AgreementChange(here, _text(old[key]), None, f"{named} is dropped: {_summary(old[key], keys)}")
        else:
            yield from _fields(here, f"{named}: ", old[key], new[key])
    kept_before, kept_after = [key for key in old if key in new], [key for key in new if key in old]
    if kept_before != kept_after:
        said, says = ", ".join(kept_before), ", ".join(kept_after)
        yield AgreementChange(path, said, says, f"{place}order of {_word(name)}: {said} → {says}")


def _name(item: Mapping[str, Written], keys: tuple[str, ...]) -> str:
    return " ".join(str(item[key]) for key in keys)


def _summary(item: Mapping[str, Written], keys: tuple[str, ...]) -> str:
    """What an item says besides its name, on one line."""
    said = (f"{_word(name)} {_text(value)}" for name, value in item.items() if name not in keys)
    return ", ".join(said) or "nothing else"


def _text(value: Written) -> str | None:
    """A value on one line, near to how it is written in YAML."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_text(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(str(_text(each)) for each in value) + "]"
    return json.dumps(value)


def _word(name: str) -> str:
    return name.replace("_", " ")
