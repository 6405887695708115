"""Schema versions of stored records, and the steps between them.

Stored bytes are hashed and never rewritten. Each kind of stored record (an event, a command, a statement, the content
of a run's release, a payload in a workflow's history) has a schema version: 1, plus one for each step in `STEPS`. Bytes
of version 1 name no version; later ones carry it as `"v"`, payloads in their metadata.

* Reading brings a body up to the current model, step by step (`todays`).
* Comparing a rebuilt record with a stored one first brings it to the stored version (`as_recorded`, `canonical`).
* Of a command, only the hash is kept. A command is the same if its bytes in any version have that hash (`digests`).

Steps are pure and kept for ever. A kind that changes without a step fails `tests/domain/schemas`;
`docs/how-to/change-a-stored-record.md` says how it is done.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

Body = dict[str, Any]
"""The JSON object of a record. A step may change the object that it is given."""
VERSION = "v"
"""The key of the version in a body. No record has a field of this name."""
AnyRecord = TypeVar("AnyRecord", bound=BaseModel)


class Unsayable(ValueError):
    """An earlier schema version cannot express a record."""


@dataclass(frozen=True, slots=True)
class Step:
    """Converts a body to the next version and back. `down` raises `Unsayable` for what the earlier cannot express."""

    up: Callable[[Body], Body]
    down: Callable[[Body], Body]


def given(name: str, default: Any) -> Step:
    """A new input field. Without it, a body means the default (a JSON value)."""

    def down(body: Body) -> Body:
        """Drop the field if it has the default."""
        if body.pop(name) != default:
            raise Unsayable(f"There was no {name} then.")
        return body

    return Step(lambda body: body | {name: default}, down)


def derived(name: str, default: Any) -> Step:
    """A new field that follows from other facts. Earlier versions leave it out, whatever its value."""
    return Step(lambda body: body | {name: default}, lambda body: {key: body[key] for key in body if key != name})


def renamed(before: str, after: str) -> Step:
    """A renamed field."""
    return Step(
        lambda body: {after if key == before else key: one for key, one in body.items()},
        lambda body: {before if key == after else key: one for key, one in body.items()},
    )


def together(*steps: Step) -> Step:
    """Several changes that make one version."""

    def up(body: Body) -> Body:
        """Make every change."""
        for step in steps:
            body = step.up(body)
        return body

    def down(body: Body) -> Body:
        """Take every change back."""
        for step in reversed(steps):
            body = step.down(body)
        return body

    return Step(up, down)


def in_each(name: str, step: Step) -> Step:
    """A change of the records in a list."""
    return Step(
        lambda body: body | {name: [step.up(line) for line in body[name]]},
        lambda body: body | {name: [step.down(line) for line in body[name]]},
    )


def in_one(name: str, step: Step) -> Step:
    """A change of the record in a field."""
    return Step(
        lambda body: body | {name: step.up(body[name])},
        lambda body: body | {name: step.down(body[name])},
    )


class Schemas:
    """The steps of every kind that has changed, by class name, oldest first."""

    def __init__(self, steps: Mapping[str, Sequence[Step]]) -> None:
        self._steps = {kind: tuple(each) for kind, each in steps.items() if each}
        self.changed = frozenset(self._steps)
        """The kinds with more than one version."""

    def version(self, kind: str) -> int:
        """The current version of a kind."""
        return 1 + len(self._steps.get(kind, ()))

    def version_of(self, kind: str, stored: bytes | str) -> int:
        """The version of some stored bytes."""
        if kind not in self._steps:
            return 1
        body = json.loads(stored)
        version: int = body.get(VERSION, 1) if isinstance(body, dict) else 1
        return version

    def canonical(self, record: BaseModel, version: int | None = None) -> bytes:
        """The canonical bytes of a record in a version, by default the current one.

        They are RFC 8785 JSON with amounts as strings. Records hold no floats and their keys are ASCII, so sorted keys
        and tight separators are enough.

        Raises:
            Unsayable: that version cannot express the record.
        """
        kind = type(record).__name__
        target = self.version(kind) if version is None else version
        body = self.earlier(kind, record.model_dump(mode="json"), target)
        if target > 1:
            body[VERSION] = target
        return _written(body)

    def todays(self, kind: str, stored: bytes | str) -> bytes | str:
        """Convert stored bytes of a kind to JSON of its current model.

        Raises:
            ValueError: the bytes are no JSON object, or of a version that this release does not know.
        """
        if kind not in self._steps:
            return stored
        body = json.loads(stored)
        if not isinstance(body, dict):
            raise ValueError("It is no JSON object.")  # noqa: TRY004 - pydantic raises ValueError as well
        return _written(self.current(kind, body, body.pop(VERSION, 1)))

    def current(self, kind: str, body: Body, version: int) -> Body:
        """Convert a body of a version to the current one. The given body may change.

        Raises:
            ValueError: this release does not know the version, or the body is none of it.
        """
        steps = self._steps.get(kind, ())
        if version not in range(1, len(steps) + 2):
            raise ValueError(f"It is a {kind} of schema version {version}; this release knows up to {len(steps) + 1}.")
        try:
            for step in steps[version - 1 :]:
                body = step.up(body)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"It is no {kind} of schema version {version}, which has other fields ({error})."
            ) from error
        return body

    def earlier(self, kind: str, body: Body, version: int) -> Body:
        """Convert a body of the current version to a version. The given body may change.

        Raises:
            Unsayable: that version cannot express it.
        """
        for step in reversed(self._steps.get(kind, ())[version - 1 :]):
            body = step.down(body)
        return body

    def as_recorded(self, record: AnyRecord, version: int | None) -> AnyRecord:
        """The record as it reads after a round trip through a version.

        The record is returned unchanged if there is no version, or if that version cannot express it.
        """
        kind = type(record).__name__
        if version in {None, self.version(kind)}:
            return record
        try:
            return type(record).model_validate_json(self.todays(kind, self.canonical(record, version)))
        except Unsayable:
            return record

    def digests(self, record: BaseModel) -> frozenset[str]:
        """The SHA-256 of a record in every version that can express it."""
        return self.earlier_digests(record) | {hashlib.sha256(self.canonical(record)).hexdigest()}

    def earlier_digests(self, record: BaseModel) -> frozenset[str]:
        """The SHA-256 of a record in every version before the current one that can express it."""
        found = set()
        for version in range(1, self.version(type(record).__name__)):
            try:
                found.add(hashlib.sha256(self.canonical(record, version)).hexdigest())
            except Unsayable:
                continue
        return frozenset(found)


def _written(body: Body) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _bound_accounts(body: Body) -> list[Body]:
    return [body["debtor"], *body["creditors"].values()]


_ACCOUNT_2 = dict.fromkeys(("latin_name", "kana_name", "lei", "clearing", "kind"))
_BOUND_RUN_2: Body = {"bank_file": None, "batch_booking": True, "deal": None, "codes": {}}


def _bound_run_2_up(body: Body) -> Body:
    for account in _bound_accounts(body):
        account.update(_ACCOUNT_2)
    return body | _BOUND_RUN_2


def _bound_run_2_down(body: Body) -> Body:
    for given_since, holders in ((_ACCOUNT_2, _bound_accounts(body)), (_BOUND_RUN_2, [body])):
        for holder in holders:
            if any(holder.pop(name) != default for name, default in given_since.items()):
                raise Unsayable("There were no profiles of bank files then.")
    return body


def _refunds_in(name: str) -> Step:
    """Lines gain the purpose of refunds, which no earlier version can say."""

    def down(body: Body) -> Body:
        """Refuse a refund."""
        if any(line["purpose"] == "refund" for line in body[name]):
            raise Unsayable("There were no refunds then.")
        return body

    return Step(lambda body: body, down)


def _earlier_allocation(body: Body) -> Body:
    if body["to"] not in {"receipt", "source", "charges"}:
        raise Unsayable(f"Nothing was allocated to a {body['to']} then.")
    return body


_ALLOCATED_TO = Step(lambda body: body, _earlier_allocation)


def _not_in(name: str, values: frozenset[str]) -> Step:
    """A field gains values that no earlier version can say."""

    def down(body: Body) -> Body:
        """Refuse a newer value."""
        if body[name] in values:
            raise Unsayable(f"There was no {body[name]} then.")
        return body

    return Step(lambda body: body, down)


_NO_INTEREST = _not_in("purpose", frozenset({"late_interest"}))
_ALLOCATED_TO_CREDITS = _not_in("to", frozenset({"credit", "settlement", "vendor-refund", "paid-again"}))
_MOVED_ON = together(derived("on", None), derived("purpose", None), _ALLOCATED_TO_CREDITS)
_STATEMENT_2: Body = {
    **dict.fromkeys(("issuer", "addressee", "account", "issued_on", "paid_in")),
    "payouts": [],
    "receipts": [],
    "restated": [],
    "titles": {},
    "time_zone": "UTC",
}
_BOOKED = together(derived("movement", ""), derived("charges", None))
STEPS: Mapping[str, Sequence[Step]] = {
    "PaymentsSettled": (in_each("payments", together(_BOOKED, derived("end_to_end_id", None))),),
    "PaymentReturned": (_BOOKED,),
    "ReceiptMatched": (_BOOKED, derived("on", None)),
    "ReceiptReversed": (derived("on", None),),
    "MovementUnmatched": (derived("movement", ""),),
    "MovementAllocated": (
        together(_BOOKED, derived("end_to_end_id", None)),
        together(derived("reverses", ""), derived("then", None)),
        _MOVED_ON,
    ),
    "MovementAllocationUndone": (in_one("allocated", _MOVED_ON),),
    "AllocateMovement": (
        together(renamed("bank_reference", "movement"), given("charges", None), given("further", []), _ALLOCATED_TO),
        together(given("party", ""), _ALLOCATED_TO_CREDITS),
    ),
    "PaymentsScheduled": (_refunds_in("payments"), in_each("payments", _NO_INTEREST)),
    "PaymentsFellDue": (_refunds_in("payments"), in_each("payments", _NO_INTEREST)),
    "ReceiptsExpected": (_refunds_in("receipts"), in_each("receipts", _NO_INTEREST)),
    "ReceiptsFellDue": (_refunds_in("receipts"), in_each("receipts", _NO_INTEREST)),
    "BoundRun": (Step(_bound_run_2_up, _bound_run_2_down),),
    "MovementView": (renamed("bank_reference", "movement"),),
    "DistributionView": (derived("trouble", []),),
    "ImportStatement": (given("confirms", None), given("reason", None)),
    "StatementImported": (given("confirms", None), given("reason", None)),
    "ObjectToDistribution": (given("documents", {}),),
    "DistributionObjected": (given("documents", {}),),
    "Statement": (
        together(*(derived(name, default) for name, default in _STATEMENT_2.items())),
        together(
            derived("carried", None),
            derived("orders", []),
            in_each("restated", derived("reasons", [])),
            in_each("reserves", derived("releases", [])),
        ),
    ),
    "PayoutsOrdered": (in_each("payouts", derived("exchange", None)),),
    "MilestoneApproved": (given("acting_for", None),),
    "AmendAgreement": (given("provisional", False),),
    "AgreementRegistered": (derived("approved_by", []),),
    "AgreementAmended": (together(derived("approved_by", []), derived("provisional_until", None)),),
    "ProductionView": (together(derived("proposals", []), derived("passed", []), derived("seconds_left", None)),),
    "RunView": (derived("first_released_by", None),),
    "PaymentsRejected": (in_each("payments", derived("may_book_on", None)),),
    "RunReleased": (together(derived("against", None), derived("on", None)),),
}
"""The steps of each class, by its name: from version 1 to 2, from 2 to 3, and so on."""

SCHEMAS = Schemas(STEPS)
"""The schemas of this release."""
