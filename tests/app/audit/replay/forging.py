"""Changes that also make every hash anew: of the event, of the chain up to its head, of the archive, of the command.

What such a change leaves behind is only what follows from it elsewhere. Not provable without a head that was signed or
anchored outside: when something was recorded, the business day of what posts nothing, and in a history what neither
code nor facts depend on (identities, ids of tasks, why somebody ended it by force, what was left of a time within its
bounds).
"""

import base64
import json
import zlib
from datetime import timedelta

import sqlalchemy as sa

from domain.commands import ArchiveHistory
from domain.events import EVENT
from domain.ledger.journal import Fact, canonical, sha256
from tests.app.audit.replay.tampering import Change, flipped
from tests.world import PRODUCTION

STREAM = f"production/{PRODUCTION}"
FREE = ("seconds_left", "seconds_to_cut_off", "answer_within_s")
"""What a view says of the moment."""


def forge(database, kind, old, new):
    """Change the body of an event, and make every hash after it anew."""
    engine = sa.create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE journal_event DISABLE TRIGGER USER")
        forger = Forger(connection, None)
        fact = next(fact for fact in forger.facts if fact.type == kind and old in fact.body)
        forger.rechain(fact._replace(body=fact.body.replace(old, new, 1)))
    engine.dispose()


class Forger:
    def __init__(self, connection, random):
        self.driver, self.random = connection.connection.driver_connection, random
        self.facts = self._facts()

    def _facts(self):
        rows = self.driver.execute(
            "SELECT stream, seq, type, body, effective_on, recorded_at, actor, command_key, prev_hash, hash, acted"
            " FROM journal_event WHERE stream = %s ORDER BY seq",
            (STREAM,),
        )
        return [
            Fact(*row[:3], row[3].encode(), *row[4:8], bytes(row[8]), bytes(row[9]), row[10].encode())  # type: ignore[call-arg]
            for row in rows
        ]

    def event(self):
        """Change one field of one event, and chain everything after it anew."""
        fact = self.random.choice(self.facts)
        together = [each.seq for each in self.facts if each.recorded_at == fact.recorded_at]
        names = (
            f"command {fact.command_key}:",
            f"refusal of {fact.command_key}",
            *(f"{STREAM} event {seq}" for seq in together),
            *things_of(json.loads(fact.body)),
        )
        what = self.random.choice(("body", "body", "body", "actor", "command_key", "type", "effective_on"))
        if what == "body":
            body = json.loads(fact.body)
            changed = self._leaf(body)
            if changed is None:
                return None
            forged = fact._replace(
                body=json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            )
        elif what == "effective_on":
            if not self.driver.execute(
                "SELECT 1 FROM entry WHERE stream = %s AND seq = %s", (STREAM, fact.seq)
            ).fetchone():
                return None
            changed, forged = (
                "a day later",
                fact._replace(effective_on=fact.effective_on + timedelta(days=1)),
            )
        else:
            changed = flipped(getattr(fact, what), self.random)
            forged = fact._replace(**{what: changed})
        self.rechain(forged)
        return Change(f"event {fact.seq} {fact.type} {what}: {changed} of {fact.body[:300]!r}", names)

    def rechain(self, forged):
        """Put a fact in the place of the one of its number, and make every hash from there anew."""
        before = self.facts[forged.seq - 2].hash if forged.seq > 1 else bytes(32)
        rows = []
        for fact in (forged, *self.facts[forged.seq :]):
            link = linked(fact._replace(prev_hash=before))
            rows.append(
                (
                    link.type,
                    link.body.decode(),
                    link.effective_on,
                    link.actor,
                    link.command_key,
                    before,
                    link.hash,
                    link.seq,
                    STREAM,
                )
            )
            before = link.hash
        with self.driver.cursor() as cursor:
            cursor.executemany(
                "UPDATE journal_event SET type = %s, body = %s, effective_on = %s, actor = %s, command_key = %s,"
                " prev_hash = %s, hash = %s WHERE seq = %s AND stream = %s",
                rows,
            )
        self.driver.execute("UPDATE stream_head SET hash = %s WHERE stream = %s", (before, STREAM))

    def _leaf(self, value, free=()):
        """Change one leaf of a JSON value in place; what was changed."""
        leaves = list(leaves_of(value, free))
        if not leaves:
            return None
        holder, key = self.random.choice(leaves)
        old = holder[key]
        holder[key] = old + 1 if isinstance(old, int) else flipped(old, self.random)
        return f"{key}: {old!r} → {holder[key]!r}"

    def history(self):
        """Change one thing in an archived history, and make every hash anew that knows it."""
        archived = [fact for fact in self.facts if fact.type == "history-archived"]
        fact = self.random.choice(archived)
        event = EVENT.validate_json(fact.body)
        where = (event.workflow_id, event.run_id)
        (content,) = self.driver.execute(
            "SELECT content FROM history WHERE (workflow_id, run_id) = (%s, %s)", where
        ).fetchone()
        history = json.loads(zlib.decompress(content))
        changed = self._history(history["events"])
        if changed is None:
            return None
        raw = json.dumps(history).encode()
        forged = event.model_copy(update={"sha256": sha256(raw), "events": len(history["events"])})
        packed = zlib.compress(raw)
        self.driver.execute(
            "UPDATE history SET content = %s, packed_sha256 = %s, sha256 = %s, events = %s"
            " WHERE (workflow_id, run_id) = (%s, %s)",
            (packed, sha256(packed), forged.sha256, forged.events, *where),
        )
        self.rechain(fact._replace(body=canonical(forged)))
        command = ArchiveHistory(key=fact.command_key, by=fact.actor, production=PRODUCTION, history=forged)
        self.driver.execute("UPDATE command SET payload = %s WHERE key = %s", (sha256(canonical(command)), command.key))
        return Change(f"history {where}: {changed}", (f"history {where[0]} (run {where[1]})",))

    def _history(self, events):
        how = self.random.choice(("payload", "payload", "payload", "payload", "timer", "tail", "gap", "renumbered gap"))
        at = self.random.randrange(1, len(events))
        match how:
            case "payload":
                return self._payload(events)
            case "timer":
                timers = [e["timerStartedEventAttributes"] for e in events if "timerStartedEventAttributes" in e]
                if not timers:
                    return None
                timer = self.random.choice(timers)
                timer["startToFireTimeout"] = f"{float(timer['startToFireTimeout'][:-1]) + 1:g}s"
            case "tail":
                del events[at:]
            case _:
                kind = events[at]["eventType"]
                if kind.startswith("EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED"):
                    return None
                del events[at]
                if how != "gap":
                    for number, event in enumerate(events, start=1):
                        event["eventId"] = str(number)
        return f"{how} at {at + 1} of {len(events)}"

    def _payload(self, events):
        told = [event for event in events if not event["eventType"].endswith("_TERMINATED")]
        found = [(event, payload) for event in told for payload in payloads_of(event)]
        if not found:
            return None
        event, payload = self.random.choice(found)
        value = [json.loads(base64.b64decode(payload["data"]))]
        changed = self._leaf(value, FREE)
        payload["data"] = base64.b64encode(
            json.dumps(value[0], separators=(",", ":"), ensure_ascii=False).encode()
        ).decode()
        return changed and f"{event['eventId']} {event['eventType']} {changed}"


def linked(fact):
    """The fact with the hash that it should have: the one under which its link holds."""
    from domain.ledger.journal import _link

    link = _link(
        fact.prev_hash,
        fact.stream,
        fact.seq,
        fact.type,
        fact.body,
        fact.effective_on,
        fact.recorded_at,
        fact.actor,
        fact.command_key,
        fact.acted,
    )
    return fact._replace(hash=link)


def things_of(value):
    """The payments, receipts and so on that a body is about: a finding may name the one that it makes different."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from things_of(each)
        elif key in {"payment", "receipt", "id"}:
            yield from (f"payment {each} of", f"receipt {each} of")
        elif key == "period":
            yield f"distribution {each} of"
        elif key in {"milestone", "run"}:
            yield from (f"{key} {each} of", f"says of {key} {each} what")


def leaves_of(value, free):
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from leaves_of(each, free)
        elif isinstance(each, str | int) and not isinstance(each, bool) and each != "" and key not in (*free, "type"):
            yield value, key


def payloads_of(value):
    if isinstance(value, dict):
        if "data" in value and "metadata" in value:
            yield value
        else:
            for each in value.values():
                yield from payloads_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from payloads_of(each)
