"""Compares an archived history with the facts: its commands, their outcomes, and the views it contains.

Times left, by the business clock, are only bounded. A view may be read after the command that it answers. It must have
held at a moment that fits the order of the rest (`ordering`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from activities.carriers import commands_by_activity
from activities.views import PlannedRun
from adapters.db.audit import Wrote
from adapters.db.store import CommandOutcome
from adapters.db.streams import stream_of
from app.audit.replay.payloads import agrees
from app.audit.replay.steps import HistoryStep, HistorySteps
from app.audit.replay.timeline import Stood, Thing, Timeline
from domain.audit.findings import Finding, unfaithful
from domain.audit.ordering import EVERYWHERE, FOR_EVER, Activity, Span, misfits
from domain.commands import Command, PrepareRun
from domain.errors import Refused, named
from domain.events import CommandRefused
from domain.identity import SYSTEM
from domain.ledger.journal import sha256
from domain.schemas import SCHEMAS, Schemas
from workflows import names

_COMMANDS = commands_by_activity()
_SAME = ("milestone", "round", "run", "payment", "sha256", "document", "evidence", "period", "revision", "reason", "by")
"""Fields that have the same value in a command and in its events."""


Journal = Callable[[str], Wrote | None]
"""Looks up what was written under a command's key."""
FellDue = Callable[[str], frozenset[int]]
"""Returns how many events each command of a user wrote that let something fall due."""


class HistoryCheck:
    """Compares one history of a production with its facts."""

    def __init__(
        self,
        record: str,
        production: str,
        journal: Journal,
        fell_due: FellDue,
        timeline: Timeline,
        schemas: Schemas = SCHEMAS,
    ) -> None:
        self._record, self._production = record, production
        self._journal, self._fell_due_by, self._timeline = journal, fell_due, timeline
        self._schemas = schemas
        self.heard: set[str] = set()
        """Keys of the commands in the history."""

    def differences(self, history: HistorySteps, workflow_id: str) -> Iterator[Finding]:
        """Yield what does not agree with the facts."""
        yield from self._named(history, workflow_id)
        activities = []
        for step in history.steps:
            command = self._command(step)
            payload, record = None, None
            if isinstance(command, Finding):
                yield command
            elif command is not None:
                self.heard.add(command.key)
                payload, recorded = sha256(self._schemas.canonical(command.wish)), self._journal(command.key)
                payloads = self._schemas.digests(command.wish)
                if recorded is not None and not _left_it_to_another(step, payloads, recorded):
                    record = _its_record(step, recorded)
                    yield from self._carried_out(step, command, payloads, recorded)
                yield from self._refused(step, command, recorded)
            if step.kind == "fall_due":
                yield from self._fell_due(step)
            yield from self._about(step)
            activities.append(self._activity(step, payload, record))
        yield from self._views(history, activities)

    def _named(self, history: HistorySteps, workflow_id: str) -> Iterator[Finding]:
        """Check that a workflow's id matches its argument, unless that was refused."""
        if history.refused:
            return
        argument = history.argument if isinstance(history.argument, dict) else {}
        production = argument.get("production", "")
        expected = {
            "Production": lambda: names.production_workflow(production),
            "Milestone": lambda: names.milestone_workflow(production, argument.get("milestone", "")),
            "PaymentRun": lambda: names.run_workflow(argument.get("run", "")),
            "Distribution": lambda: names.distribution_workflow(production, argument.get("period", "")),
        }.get(history.workflow_type)
        if expected is not None and expected() != workflow_id:
            yield unfaithful(f"{self._record} event 1", "was started with what its id does not say", expected())

    def _command(self, step: HistoryStep) -> Command | Finding | None:
        """Return an activity's command, or None if it has none or makes its key later."""
        try:
            if step.kind == "prepare":
                return _prepare(PlannedRun.model_validate(step.argument))
            kind = _COMMANDS.get(step.kind)
            return None if kind is None else kind.model_validate(step.argument)
        except ValidationError as error:
            return unfaithful(self._at(step.scheduled), f"asks for no {step.kind}: {error.errors()[0]['msg']}")

    def _carried_out(
        self, step: HistoryStep, command: Command, payloads: frozenset[str], recorded: Wrote
    ) -> Iterator[Finding]:
        where = self._at(step.scheduled)
        if recorded.payload is not None and recorded.payload not in payloads:
            said = f"asks for something else under the key {command.key} than command {command.key} remembers"
            yield unfaithful(where, said, recorded.payload, " or ".join(sorted(payloads)))
        if recorded.actor != command.by:
            yield unfaithful(where, f"is asked for by another than {self._wrote(recorded)}", recorded.actor, command.by)
        if step.kind in _ANSWERED_BY_OUTCOME and isinstance(step.result, dict) and recorded.payload is not None:
            outcome = CommandOutcome(
                key=command.key,
                stream=stream_of(self._production),
                first_seq=recorded.first_seq,
                last_seq=recorded.last_seq,
            )
            if _outcome(step.result) != outcome:
                said = "answers with another outcome"
                yield unfaithful(self._at(step.ended), said, outcome.model_dump(), step.result)
        for _, event in recorded.events:
            for name in _SAME:
                wanted, fact = getattr(command, name, None), getattr(event, name, None)
                if wanted is not None and fact is not None and wanted != fact:
                    said = f"its {name} is not that of the {event.type} in {self._wrote(recorded)}"
                    yield unfaithful(where, said, fact, wanted)

    def _refused(self, step: HistoryStep, command: Command, recorded: Wrote | None) -> Iterator[Finding]:
        """Check that a refusal in a history is on record word for word, if its kind is recorded."""
        if step.failure is None:
            return
        code, sentence = step.failure
        if isinstance(named(code, sentence, {}), Refused):
            events = recorded.events if recorded else ()
            right = {"command": type(command).__name__, "code": code, "sentence": sentence, "data": step.data}
            found = [_refusal(event) for _, event in events if isinstance(event, CommandRefused)]
            if right not in found:
                said = f"tells of a refusal of {command.key} that {self._wrote(recorded)} do not"
                yield unfaithful(self._at(step.ended), said, right, found)

    def _fell_due(self, step: HistoryStep) -> Iterator[Finding]:
        """Check that some command of that user let as many events fall due as the step says."""
        if not step.ended or step.failure or step.result == 0:
            return
        counts = self._fell_due_by(step.argument.get("by", SYSTEM.user))
        if step.result not in counts:
            said = "says that so many events fell due as none of its commands has"
            yield unfaithful(self._at(step.ended), said, " or ".join(map(str, sorted(counts))), step.result)

    def _about(self, step: HistoryStep) -> Iterator[Finding]:
        """Check that an activity's result is about its argument."""
        if isinstance(step.argument, dict) and isinstance(step.result, dict):
            for name in ("production", "milestone", "run", "period", "payment", "account"):
                requested, answered = step.argument.get(name), step.result.get(name)
                if requested is not None and answered is not None and requested != answered:
                    yield unfaithful(self._at(step.ended), f"answers about another {name}", requested, answered)

    def _activity(self, step: HistoryStep, command: str | None, record: tuple[int, int] | None) -> Activity:
        """Return a step's place in the order."""
        done = step.failure is None
        thing = _thing(step, self._production) if done else None
        held = EVERYWHERE if thing is None else tuple(self._held(thing, step))
        return Activity(step.scheduled, step.ended, command, record, done, held)

    def _views(self, history: HistorySteps, activities: Sequence[Activity]) -> Iterator[Finding]:
        """Check that each view held at a moment at which it can have been read."""
        steps = {step.scheduled: step for step in history.steps}
        for misfit in misfits(activities):
            step = steps[misfit.activity.requested]
            thing = _thing(step, self._production)
            if thing is None or step.failure is not None:
                yield unfaithful(self._at(step.ended), "ends a command that is on record after what is asked for later")
                continue
            stood = "; ".join(str(each.view) for each in self._between(thing, misfit.low, misfit.high)[-3:])
            said = f"says of {thing[0]} {thing[1]} what it never was at that point"
            yield unfaithful(self._at(step.ended), said, stood, step.result)

    def _held(self, thing: Thing, step: HistoryStep) -> Iterator[Span]:
        """Yield the spans of the journal in which the view that a step ended with held."""
        for each, end in self._stood(thing):
            if agrees(step.kind, step.version, step.result, each.view) and _in_time(each, step.result):
                yield each.seq, end

    def _between(self, thing: Thing, low: int, high: int) -> list[Stood]:
        return [each for each, end in self._stood(thing) if each.seq <= high and end > low]

    def _stood(self, thing: Thing) -> Iterator[tuple[Stood, int]]:
        """Yield each view of a thing, with the event that ended it."""
        noted = self._timeline.stood.get(thing, [])
        before = self._timeline.before(thing)
        if before is not None:
            noted = [Stood(0, before), *noted]
        yield from zip(noted, [*(each.seq for each in noted[1:]), FOR_EVER], strict=False)

    def _wrote(self, recorded: Wrote | None) -> str:
        """Name the events that a command wrote."""
        if recorded is None:
            return "the journal"
        more = f" to {recorded.last_seq}" if recorded.last_seq > recorded.first_seq else ""
        return f"{stream_of(self._production)} event {recorded.first_seq}{more}"

    def _at(self, event: int) -> str:
        return f"{self._record} event {event}"


_ANSWERED_BY_OUTCOME = frozenset(
    ("register", "amend", "approve_agreement", "refuse_agreement", "withdraw_agreement", "pass_proposal")
)


def _left_it_to_another(step: HistoryStep, payloads: frozenset[str], recorded: Wrote) -> bool:
    """Return whether the key belongs to another command: this one was refused, or found nothing to prepare."""
    if recorded.payload is None:
        return False
    nothing = step.kind == "prepare" and isinstance(step.result, dict) and step.result.get("status") == "empty"
    return nothing or (step.failure is not None and recorded.payload not in payloads)


def _its_record(step: HistoryStep, recorded: Wrote) -> tuple[int, int]:
    """Return the events that a step led to: those it wrote, or the refusals in the history."""
    if step.failure is not None:
        code, sentence = step.failure
        seqs = [
            seq
            for seq, event in recorded.events
            if isinstance(event, CommandRefused) and (event.code, event.sentence) == (code, sentence)
        ]
        if seqs:
            return seqs[0], seqs[-1]
    return recorded.first_seq, recorded.last_seq


def _refusal(event: CommandRefused) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude={"type"})


def _in_time(stood: Stood, written: Mapping[str, Any]) -> bool:
    """Return whether the seconds that a view says are left are possible."""
    for name in ("seconds_left", "seconds_to_cut_off"):
        left = written.get(name)
        if left is None:
            continue
        if not isinstance(left, int) or left < 0 or left > (stood.most_seconds or 0):
            return False
    return True


def _thing(step: HistoryStep, production: str) -> Thing | None:
    """Return the thing that an activity's result is a view of."""
    result = step.result
    if not isinstance(result, dict):
        return None
    for kind in ("milestone", "run", "period", "payment"):
        if kind in result:
            return ("distribution" if kind == "period" else kind, str(result[kind]))
    return ("production", production) if "open_milestones" in result else None


def _outcome(result: Mapping[str, Any]) -> CommandOutcome | None:
    """Read a command's outcome in a history with today's model."""
    try:
        return CommandOutcome.model_validate(result)
    except ValidationError:
        return None


def _prepare(planned: PlannedRun) -> PrepareRun:
    """Return the command that prepares a planned run, like `RunActivities.prepare`."""
    return PrepareRun(
        key=f"prepare/{planned.run}",
        by=planned.by,
        production=planned.production,
        run=planned.run,
        account=planned.account,
        currency=planned.currency,
        on=planned.on,
    )
