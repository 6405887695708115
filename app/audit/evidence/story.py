"""`sluice audit explain`: the story of one figure, in the order of the record."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Connection

from adapters.db.audited_reads import BankData, BankFileRecord
from adapters.db.queries import chain
from adapters.db.streams import stream_of
from adapters.db.workflow_events import WorkflowEvents
from domain import events as e
from domain.audit.relevance import (
    DistributionStory,
    ImportStory,
    MovementStory,
    PaymentStory,
    RelatedObjects,
    Story,
    names,
    related_objects,
)
from domain.audit.sentences import sentence
from domain.errors import BadInput, NotFound
from domain.events import Event
from domain.ledger.entries import postings
from domain.ledger.journal import Fact
from workflows.names import distribution_workflow, milestone_workflow, production_workflow, run_workflow

Row = dict[str, Any]
_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)/([0-9]{1,18})/([0-9]{1,9})")
_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)/([^/]+)/([^/]+)/([^/]+)")
_MONEY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)\..+")
_DISTRIBUTION = "distribution "
_AGREEMENTS = frozenset(("agreement-registered", "agreement-amended", "agreement-restored"))


@dataclass(frozen=True)
class StoryRecord:
    """The records at one instant, and the bank data that the user may see."""

    connection: Connection
    bank_data: BankData

    def facts(self, production: str) -> Iterator[Fact]:
        """Yield a production's facts from the first."""
        return chain.facts(self.connection, stream_of(production))


def explain(record: StoryRecord, name: str) -> Row:
    """Tell the story of a payment or receipt (`LIGHTHOUSE.PR-A`), an entry (`LIGHTHOUSE/12/1`) or a statement's line.

    Raises:
        NotFound: nothing has that name.
        BadInput: it is not such a name.
    """
    if (entry := _ENTRY.fullmatch(name)) is not None:
        return _entry(record, name, entry.group(1), int(entry.group(2)), int(entry.group(3)))
    if (line := _LINE.fullmatch(name)) is not None:
        from app.audit.evidence.statement_line import explained

        production, period, party, position = line.groups()
        said = explained(record.connection, record.bank_data, production, period, party, position)
        workflows = [distribution_workflow(production, period)]
        return {
            "statement_line": name,
            **said,
            "steps": _told(record, production, period, DistributionStory(period), workflows),
        }
    if (money := _MONEY.fullmatch(name)) is not None:
        return _money(record, name, money.group(1))
    raise BadInput(
        f"{name!r} is no name of a figure: write a payment or receipt such as LIGHTHOUSE.PR-A, an entry such as "
        "LIGHTHOUSE/12/1 (production, event, line), or a line of a statement such as LIGHTHOUSE/2027-Q1/studio/fee."
    )


def _money(record: StoryRecord, name: str, production: str) -> Row:
    around = related_objects(record.facts(production), name)
    if not around.known:
        raise NotFound(
            f"There is no payment or receipt {name}: `sluice payment list` lists the payments.", payment=name
        )
    story = PaymentStory(name, around)
    return {"payment": name, "steps": _told(record, production, name, story, _workflows(production, around), around)}


def _entry(record: StoryRecord, name: str, production: str, seq: int, line: int) -> Row:
    fact = next((fact for fact in record.facts(production) if fact.seq == seq), None)
    posted = postings(fact.event) if fact is not None else ()
    if fact is None or not 1 <= line <= len(posted):
        raise NotFound(f"There is no entry {name}: `sluice ledger entries {production}` lists them by event and line.")
    entry = posted[line - 1]
    told: Row = {"entry": name, "account": entry.account, "amount": str(entry.amount), "about": entry.about}
    event = fact.event
    if isinstance(event, e.StatementImported):
        story: Story = ImportStory(event.rows.source, event.rows.statement)
        return told | {"steps": _told(record, production, entry.about, story, [])}
    if entry.about.startswith(_DISTRIBUTION):
        period = entry.about.removeprefix(_DISTRIBUTION)
        workflows = [distribution_workflow(production, period)]
        return told | {"steps": _told(record, production, period, DistributionStory(period), workflows)}
    if entry.about in names(event):
        return told | _money(record, entry.about, production)
    return told | {"steps": _told(record, production, entry.about, MovementStory(entry.about), [])}


def _workflows(production: str, around: RelatedObjects) -> list[str]:
    return [
        production_workflow(production),
        *(milestone_workflow(production, milestone) for milestone in sorted(around.milestones)),
        *(run_workflow(run) for run in sorted(around.runs)),
        *(distribution_workflow(production, period) for period in sorted(around.periods)),
    ]


def _told(
    record: StoryRecord,
    production: str,
    name: str,
    story: Story,
    workflows: Iterable[str],
    around: RelatedObjects | None = None,
) -> list[Row]:
    """Return the steps of a story."""
    version, steps, accounts = None, list[Row](), around.runs if around else {}
    needles = [json.dumps(one, ensure_ascii=False).encode() for one in story.names]
    for fact in record.facts(production):
        if fact.type not in _AGREEMENTS and not any(needle in fact.body for needle in needles):
            continue
        event = fact.event
        if isinstance(event, e.AgreementRegistered | e.AgreementAmended | e.AgreementRestored):
            version = {"version": event.version, "document": event.document}
        if story.covers(event):
            steps.append(
                _step(production, fact, event, name) | {"agreement": version, "account": _account(event, accounts)}
            )
    if any(step["message"] for step in steps):
        files = {
            (file.account, file.direction, file.message_id): file for file in record.bank_data.bank_files(production)
        }
        for step in steps:
            step["bank_file"] = _file(production, step, files)
    found = WorkflowEvents(record.connection, workflows)
    return [
        {key: value for key, value in step.items() if key not in {"message", "account"}}
        | {"bank_file": step.get("bank_file"), "workflow_event": found.of(step["command"])}
        for step in steps
    ]


def _step(production: str, fact: Fact, event: Event, name: str) -> Row:
    posted = postings(event)
    own = any(one.about == name for one in posted)
    return {
        "event": f"{production}/{fact.seq}",
        "type": fact.type,
        "what": sentence(event, name),
        "actor": fact.actor,
        "effective_on": fact.effective_on.isoformat(),
        "recorded_at": fact.recorded_at.astimezone(UTC).isoformat(),
        "command": fact.command_key,
        "entries": [
            {"entry": f"{production}/{fact.seq}/{line}", "account": one.account, "amount": str(one.amount)}
            for line, one in enumerate(posted, start=1)
            if one.about == name or not own
        ],
        "message": _message(event),
    }


def _message(event: Event) -> tuple[str, str] | None:
    """Return the direction and id of a fact's bank message."""
    if isinstance(event, e.RunDoubted):
        return "out", event.enquiry_message_id
    if isinstance(event, e.RunSubmitted):
        return "out", event.message_id
    message: str | None = getattr(event, "message_id", None)
    return ("in", message) if message is not None else None


def _account(event: Event, accounts: dict[str, str]) -> str | None:
    run: str | None = getattr(event, "run", None)
    return getattr(event, "account", None) or (accounts.get(run) if run else None)


def _file(production: str, step: Row, files: dict[tuple[str, str, str], BankFileRecord]) -> Row | None:
    if step["message"] is None:
        return None
    direction, message = step["message"]
    found = files.get((f"{production}.{step['account']}", direction, message))
    if found is None:
        return {"direction": direction, "message_id": message, "name": None, "sha256": None}
    return {"direction": direction, "message_id": message, "name": found.name, "sha256": found.sha256}


def as_text(story: Row) -> str:
    """Return a story as text for people."""
    head = [f"{name}: {value}" for name, value in story.items() if isinstance(value, str)]
    lines, version = [*head, *(f"  {line}" for line in story.get("in_words", []))], None
    for step in story["steps"]:
        lines += ["", f"{step['effective_on']}  {step['actor']}: {step['what']}"]
        lines += [f"    event {step['event']}, recorded {step['recorded_at']}, by {step['command']}"]
        if step["agreement"] and step["agreement"] != version:
            version = step["agreement"]
            lines += [f"    from here on under version {version['version']} of the agreement ({version['document']})"]
        if (file := step["bank_file"]) is not None:
            way = "sent to the bank" if file["direction"] == "out" else "from the bank"
            lines += [f"    {way}: message {file['message_id']}, file {file['name']} ({file['sha256']})"]
        if (where := step["workflow_event"]) is not None:
            run = f"workflow {where['workflow_id']}, run {where['run_id']}"
            lines += [f"    {run}, event {where['event_id']} ({where['activity']})"]
        lines += [f"    {one['entry']}  {one['account']}  {one['amount']}" for one in step["entries"]]
    return "\n".join(lines)
