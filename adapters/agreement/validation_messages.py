"""Turns pydantic's errors about an agreement into sentences for the author of the file."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from adapters.agreement.yaml_lines import Node
from domain.agreement.checks import Path
from domain.agreement.checks.finding import did_you_mean

_PATTERNS = {
    "^[A-Za-z0-9][A-Za-z0-9-]{0,15}$": "letters, digits and hyphens, at most 16 (it travels in bank files)",
    "^[A-Za-z0-9][A-Za-z0-9-]{0,11}$": "letters, digits and hyphens, at most 12 (it travels in bank files)",
    "^[A-Z]{3}$": "a currency code of three capitals, such as KRW",
    "^[A-Z]{2}$": "a country code of two capitals, such as KR",
    "^[A-Z0-9]{8}([A-Z0-9]{3})?$": "a BIC: 8 or 11 capitals and digits",
    "^[A-Z0-9]{1,34}$": "capitals and digits only, without spaces or hyphens, at most 34",
}
_KINDS = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list, each item on a line with a hyphen",
    "dict_type": "fields, each on a line of its own",
    "model_type": "fields, each on a line of its own",
    "model_attributes_type": "fields, each on a line of its own",
    "finite_number": "an ordinary number in quotes",
}


_SENTENCES = {
    "missing": "this field is missing: add it.",
    "extra_forbidden": "there is no such field here: {nearest}",
    "literal_error": "{given} is not possible here: write {expected}.",
    "enum": "{given} is not possible here: write {expected}.",
    "string_pattern_mismatch": "{given} does not fit: write {form}.",
    "string_too_long": "the text has {length} characters: shorten it to {max_length}.",
    "too_short": "the list has {actual_length} items: name at least {min_length}.",
    "greater_than_equal": "{given} is too small: write {ge} or more.",
    "less_than_equal": "{given} is too large: write {le} or less.",
    "value_error": "{error}",
    "union_tag_invalid": "its {discriminator} is {tag}, which is not possible: write one of {expected_tags}.",
    "union_tag_not_found": "its {discriminator} is missing, which says what it is: add it.",
} | {kind: f"{{given}}: write {wanted}." for kind, wanted in _KINDS.items()}


def sentence(error: ErrorDetails, siblings: list[str]) -> str:
    """Return one error as a sentence. `siblings` are the names of the fields allowed at its place."""
    about = error.get("ctx", {})
    pattern = str(about.get("pattern", ""))
    data = {
        **about,
        "given": _short(error["input"]),
        "length": len(str(error["input"])),
        **{name: str(about.get(name, "")).replace("'", "") for name in ("expected", "discriminator", "expected_tags")},
        "form": _PATTERNS.get(pattern, f"text of the form {pattern}"),
        "nearest": did_you_mean(str(error["loc"][-1]), siblings) if error["loc"] else "",
    }
    known = _SENTENCES.get(error["type"])
    if known is None:
        return f"{error['msg'][:1].lower()}{error['msg'][1:]}: correct it."
    return known.format_map(data)


def _short(value: Any) -> str:
    match value:
        case None:
            return "nothing is given"
        case dict():
            return "fields are given"
        case list() | tuple():
            return "a list is given"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - enough to recognise it


def place(location: tuple[str | int, ...], data: Node) -> Path:
    """Return the place of an error in the document: pydantic's location without the names of union members."""
    path: list[str | int] = []
    here: Node = data
    last = len(location) - 1
    for n, step in enumerate(location):
        if isinstance(here, dict) and isinstance(step, str) and (step in here or n == last):
            path.append(step)
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            path.append(step)
            here = here[step] if step < len(here) else None
    return tuple(path)


def fields_at(schema: Mapping[str, Any], path: Path, data: Node) -> list[str]:
    """Return the names of the fields that the JSON Schema allows in the mapping at a path of the document."""
    here = [schema]
    for step in path:
        here = [inner for one in here for inner in _inside(_branches(one, schema, data), step)]
        data = _node(data, step)
    branches = [branch for one in here for branch in _branches(one, schema, data)]
    return list(dict.fromkeys(name for branch in branches for name in branch.get("properties", {})))


def _branches(one: Mapping[str, Any], schema: Mapping[str, Any], data: Node) -> list[Mapping[str, Any]]:
    """Return the records that a schema allows. A field that tells them apart, such as `format`, leaves one."""
    if "$ref" in one:
        return _branches(schema["$defs"][str(one["$ref"]).rsplit("/", 1)[-1]], schema, data)
    apart = one.get("discriminator", {})
    reference = apart.get("mapping", {}).get(str(_node(data, apart.get("propertyName", ""))))
    if reference is not None:
        return _branches({"$ref": reference}, schema, data)
    members = [*one.get("anyOf", []), *one.get("oneOf", [])]
    return [branch for member in members for branch in _branches(member, schema, data)] or [one]


def _node(data: Node, step: str | int) -> Node:
    if isinstance(data, dict):
        return data.get(str(step))
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _inside(branches: list[Mapping[str, Any]], step: str | int) -> list[Mapping[str, Any]]:
    if isinstance(step, int):
        return [branch["items"] for branch in branches if "items" in branch]
    return [branch["properties"][step] for branch in branches if step in branch.get("properties", {})]
