"""Reads files of tax overrides: YAML in, a checked `TaxOverrides` out, or every finding with its line."""

import json
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.agreement.documents import BadDocument, Located, field_name
from adapters.agreement.validation_messages import fields_at, place, sentence
from adapters.agreement.yaml_lines import MAX_BYTES, LinedYaml, NotPlainYaml, read_yaml
from domain.errors import BadInput
from domain.tax.overrides import TaxOverrides


def load_overrides(path: Path) -> TaxOverrides:
    """Read a file of overrides.

    Raises:
        BadDocument: it does not fit; every finding names line and field.
        BadInput: the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name a YAML file of tax rules.") from error
    return parse_overrides(raw, str(path))


def parse_overrides(raw: bytes, file: str) -> TaxOverrides:
    """Parse overrides from bytes; `file` is the name used in findings."""
    try:
        document = read_yaml(raw)
    except NotPlainYaml as error:
        raise BadDocument([Located(file, error.line, "document", error.sentence)]) from None
    if not isinstance(document.data, dict):
        words = "tax overrides are a list of fields, beginning with `sluice_tax: 1`: this is something else."
        raise BadDocument([Located(file, 1, "document", words)])
    slips = [Located(file, line, field_name(path, document.data), words) for path, line, words in document.slips]
    try:
        overrides = TaxOverrides.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        found = [_located(file, document, one) for one in error.errors(include_url=False)]
        raise BadDocument([*slips, *found]) from None
    if slips:
        raise BadDocument(slips)
    return overrides


def _located(file: str, document: LinedYaml, error: ErrorDetails) -> Located:
    path = place(tuple(step for step in error["loc"] if step != "[key]"), document.data)
    line = next(document.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in document.lines)
    words = sentence(error, fields_at(TaxOverrides.model_json_schema(), path[:-1], document.data))
    return Located(file, line, field_name(path, document.data), words)
