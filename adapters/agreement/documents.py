"""Agreements as files: YAML in, a checked `Agreement` out, or every finding with its line."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import ValidationError

from adapters.agreement.validation_messages import fields_at, place, sentence
from adapters.agreement.yaml_lines import (
    MAX_BYTES,
    LinedYaml,
    Node,
    NotPlainYaml,
    read_yaml,
)
from adapters.bank.zengin_codes import bank_names
from domain.agreement.checks import AgreementFinding, Path, check
from domain.agreement.checks.finding import did_you_mean
from domain.agreement.checks.names import WrittenName, written_names
from domain.agreement.model import Agreement
from domain.agreement.schedule import InstalmentDirection, amounts, direction
from domain.bank.zengin.transfers import SYSTEM
from domain.errors import BadInput, NotFound
from domain.values.money import Money, totals


@dataclass(frozen=True, slots=True)
class Located:
    """A finding in a file: `line` from 1, the `field` in YAML notation, and a message that says what to do."""

    file: str
    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.sentence}"


class BadDocument(BadInput):
    """The file is not a valid agreement; `findings` lists every fault by line."""

    def __init__(self, findings: Iterable[Located]) -> None:
        self.findings = tuple(sorted(findings, key=lambda finding: finding.line))
        super().__init__("\n".join(map(str, self.findings)), findings=str(len(self.findings)))


@dataclass(frozen=True, slots=True)
class Loaded:
    """An agreement with the bytes it was read from, their SHA-256, and the line of each of its fields."""

    agreement: Agreement
    raw: bytes
    sha256: str
    lines: Mapping[Path, int]

    @property
    def summary(self) -> str:
        """Return a one-line summary: version, counts, amounts in and out by currency, and the waterfall."""
        resolved = amounts(self.agreement)
        flows = {InstalmentDirection.INCOMING: list[Money](), InstalmentDirection.OUTGOING: list[Money]()}
        for each in self.agreement.schedule:
            flows[direction(self.agreement, each)].append(resolved[each.id])
        sums = {flow: " + ".join(map(str, totals(money).values())) or "nothing" for flow, money in flows.items()}
        said = f"{self.agreement.production} version {self.agreement.version}: {len(self.agreement.parties)} parties"
        if self.agreement.schedule:
            said += (
                f", {len(self.agreement.milestones)} milestones, {len(self.agreement.schedule)} instalments; "
                f"in {sums[InstalmentDirection.INCOMING]}; out {sums[InstalmentDirection.OUTGOING]}"
            )
        if self.agreement.waterfall is not None:
            pools, positions = self.agreement.waterfall.pools, self.agreement.waterfall.positions
            said += f"; a waterfall of {len(pools)} pools and {len(positions)} positions"
        return said

    @property
    def written_names(self) -> tuple[WrittenName, ...]:
        """Return the names that bank files write in other letters than the agreement."""
        return tuple(written_names(self.agreement))


def load_agreement(path: FilePath, previous: Agreement | None = None, in_force: Agreement | None = None) -> Loaded:
    """Read an agreement and check it as a whole, as an amendment of `previous` where that is given.

    `in_force` is `previous` with the accounts of payees as they were changed since.

    Raises:
        BadDocument: anything is wrong with it; it names every finding that could be made.
        BadInput: the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}: name an agreement's YAML file.") from error
    return parse_agreement(raw, str(path), previous, in_force)


def parse_agreement(
    raw: bytes, file: str, previous: Agreement | None = None, in_force: Agreement | None = None
) -> Loaded:
    """Parse and check an agreement from bytes, as `load_agreement` does; `file` is the name used in findings."""
    loaded, document, slips = _read(raw, file)
    findings = [*_time_zone(loaded.agreement), *_banks(loaded.agreement), *check(loaded.agreement, previous, in_force)]
    if slips or findings:
        raise BadDocument([*slips, *_located(file, document, findings)])
    return loaded


def reread_agreement(raw: bytes, file: str) -> Agreement:
    """Parse an agreement that was checked when it was recorded. Today's checks are not applied.

    Raises:
        BadDocument: the bytes are not an agreement.
    """
    loaded, _, slips = _read(raw, file)
    if slips:
        raise BadDocument(slips)
    return loaded.agreement


def _read(raw: bytes, file: str) -> tuple[Loaded, LinedYaml, list[Located]]:
    """What is written, whatever it is worth; with slips of the pen that leave it readable."""
    try:
        document = read_yaml(raw)
    except NotPlainYaml as error:
        raise BadDocument([Located(file, error.line, "document", error.sentence)]) from None
    slips = [Located(file, line, field_name(path, document.data), words) for path, line, words in document.slips]
    if not isinstance(document.data, dict):
        words = "an agreement is a list of fields, beginning with `sluice: 1`: this is something else."
        raise BadDocument([Located(file, document.lines[()], "document", words)])
    try:
        agreement = Agreement.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        raise BadDocument([*slips, *_located(file, document, _findings_of(error, document.data))]) from None
    return Loaded(agreement, raw, hashlib.sha256(raw).hexdigest(), document.lines), document, slips


def agreement_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an agreement, by which editors complete and check one while it is written."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Agreement.model_json_schema(),
        "title": "Sluice agreement",
        "description": "One version of a co-production's contract: parties, accounts, milestones, payments, waterfall.",
    }


def field_name(path: Path, data: Node) -> str:
    """A path as people write it, list items by their id: `schedule[ep-1].due.milestone`."""
    name = ""
    here: Node = data
    for step in path:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            label = here.get("id") if isinstance(here, dict) else None
            name += f"[{label if isinstance(label, str) else step + 1}]"
        else:
            here = here.get(step) if isinstance(here, dict) else None
            name += f".{step}" if name else step
    return name or "document"


def _findings_of(error: ValidationError, data: Node) -> list[AgreementFinding]:
    schema = Agreement.model_json_schema()
    findings = []
    for one in error.errors(include_url=False):
        if one["type"] == "too_short" and len(one["input"]) >= one["ctx"]["min_length"]:
            continue  # pydantic counts only the items that are right, and each wrong one is a finding already
        path = place(one["loc"], data)
        findings.append(AgreementFinding(path, one["type"], sentence(one, fields_at(schema, path[:-1], data))))
    return findings


def _located(file: str, document: LinedYaml, findings: Iterable[AgreementFinding]) -> list[Located]:
    return [
        Located(file, _line(document, finding.path), field_name(finding.path, document.data), finding.sentence)
        for finding in findings
    ]


def _line(document: LinedYaml, path: Path) -> int:
    """The line of a path, or of the nearest thing around it that the file has."""
    while path not in document.lines:
        path = path[:-1]
    return document.lines[path]


def _time_zone(agreement: Agreement) -> Iterable[AgreementFinding]:
    try:
        ZoneInfo(agreement.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(agreement.time_zone, sorted(available_timezones()))
        advice = near if near.startswith("did") else "write one such as Asia/Seoul."
        words = f"there is no time zone {agreement.time_zone[:40]!r}: {advice}"
        yield AgreementFinding(("time_zone",), "unknown-time-zone", words)


def _banks(agreement: Agreement) -> Iterable[AgreementFinding]:
    """Codes of Japanese banks and branches that are not in the register, which is a file as well."""
    for n, account in enumerate(agreement.accounts):
        if account.clearing is not None and account.clearing.system == SYSTEM:
            try:
                bank_names(account.clearing)
            except NotFound as error:
                path = ("accounts", n, "clearing", error.data["field"])
                yield AgreementFinding(path, "unknown-bank", f"{error.sentence[:1].lower()}{error.sentence[1:]}")
