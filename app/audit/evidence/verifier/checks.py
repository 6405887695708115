"""Checks a bundle in one pass over its journal and one over everything else."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from .books import Books
from .bundle import HASH, Bad, Bundle, Json
from .ed25519 import ed25519_verify
from .listed import Message, messages_of, misdescribed_imports, unlisted_messages
from .postings import money, postings, written
from .rows import imported_rows
from .statements import untied

KEYS = {
    "production": "key",
    "milestone": "id",
    "payment": "id",
    "receipt": "id",
    "run": "id",
    "distribution": "period",
    "proposal": "document",
    "credit": "id",
}
"""The snapshot tables, each with its key column."""
VERSIONS: dict[str, int] = {
    "agreement-registered": 2,
    "agreement-amended": 2,
    "payments-settled": 2,
    "payment-returned": 2,
    "receipt-matched": 3,
    "receipt-reversed": 2,
    "movement-unmatched": 2,
    "movement-allocated": 4,
    "movement-allocation-undone": 2,
    "payments-rejected": 2,
    "payments-scheduled": 3,
    "payments-fell-due": 3,
    "receipts-expected": 3,
    "receipts-fell-due": 3,
    "statement-imported": 3,
    "payouts-ordered": 2,
    "distribution-objected": 2,
    "milestone-approved": 2,
    "run-released": 2,
}
"""The newest readable schema version of each type of fact, where it is above 1."""
HASHED = ("documents/", "evidence/")
"""Folders whose files are named by their hash."""
LATER = (
    *("doubts", "cause", "settled_on", "dealings", "submitted_on"),
    *("payees", "books_closed_until", "released_on", "first_released_by", "first_sha256"),
)
"""Columns of snapshots that bundles of earlier releases do not have."""
DOCUMENTS = ("document", "file")
"""Fields of a fact that name a document in the bundle."""


class VerificationReport:
    """The two verdicts, each a list of sentences."""

    def __init__(self) -> None:
        self.integrity: list[str] = []
        self.fidelity: list[str] = []

    def guard(self, found: list[str], what: str, check: Callable[[], Iterable[str]]) -> None:
        """Run a check of `what` and keep what it finds. Any exception is a finding, because content may be hostile."""
        try:
            found.extend(f"{what}: {sentence}" for sentence in check())
        except Bad as error:
            found.append(f"{what}: {error}")
        except Exception as error:  # noqa: BLE001 - hostile content fails in any way it likes
            found.append(f"{what}: cannot be read ({type(error).__name__}: {str(error)[:200]})")


class Verification:
    """The verification of a bundle. `key` is the expected public key of its signature, or None."""

    def __init__(self, bundle: Bundle, key: str | None) -> None:
        self.bundle, self.key = bundle, key
        self.report = VerificationReport()
        self.manifest = bundle.whole("manifest.json")
        self.stream: str = self.manifest["stream"]
        self.books = Books(self.manifest["production"])
        self.facts, self.prev = 0, bytes(32)
        self.hashes = bytearray()
        self.signer = ""
        self.messages: dict[Message, str | None] = {}
        self.imports: dict[int, Json] = {}
        self._entries = groupby(bundle.lines("entries.jsonl"), key=lambda entry: entry["seq"])
        self._next: tuple[int, list[Json]] | None = None

    def run(self) -> VerificationReport:
        """Check everything."""
        integrity, fidelity, guard = self.report.integrity, self.report.fidelity, self.report.guard
        guard(integrity, "manifest.json", self._files)
        guard(fidelity, "entries.jsonl", self._advance)
        guard(integrity, "journal.jsonl", self._journal)
        guard(fidelity, "entries.jsonl", self._left_over)
        guard(integrity, "heads.json", self._head)
        guard(integrity, "histories.jsonl", self._strange_histories)
        guard(integrity, "bank_files.jsonl", lambda: unlisted_messages(self.bundle, self.messages))
        guard(integrity, "imports.jsonl", lambda: misdescribed_imports(self.bundle, self.imports))
        for table, key in KEYS.items():
            name = f"snapshots/{table}.jsonl"
            guard(fidelity, name, lambda name=name, table=table, key=key: self._snapshots(name, table, key))  # type: ignore[misc]
        guard(fidelity, "balances.jsonl", self._balances)
        return self.report

    # The files

    def _files(self) -> Iterator[str]:
        known = {"manifest.json"}
        for file in self.manifest["files"]:
            name = file["name"]
            known.add(name)
            if name not in self.bundle.sizes:
                yield f"{name} is missing"
            elif self.bundle.digest(name) != (file["sha256"], file["size"]):
                yield f"{name} is not what the manifest says"
            elif name.startswith(HASHED) and name != f"{name.partition('/')[0]}/{file['sha256']}":
                yield f"{name} does not have the hash that it is kept under"
        yield from (f"{name} is not in the manifest" for name in self.bundle.sizes if name not in known)

    # The journal, fact by fact

    def _journal(self) -> Iterator[str]:
        for fact in self.bundle.lines("journal.jsonl"):
            where = f"event {fact['seq']}"
            yield from self._chained(fact, where)
            event = json.loads(fact["body"])
            if event["type"] != fact["type"]:
                yield f"{where}: its type is {fact['type']!r} and its body's is {event['type']!r}"
            version = event.get("v", 1)
            if version not in range(1, VERSIONS.get(event["type"], 1) + 1):
                yield f"{where}: is a {event['type']} fact of schema version {version}, which this verifier cannot read"
            guard, fidelity, integrity = self.report.guard, self.report.fidelity, self.report.integrity
            guard(fidelity, where, lambda fact=fact, event=event: self._posted(fact, event))  # type: ignore[misc]
            guard(fidelity, where, lambda fact=fact, event=event: self.books.take(event, fact["effective_on"]) or ())  # type: ignore[misc, func-returns-value]
            guard(integrity, where, lambda fact=fact, event=event: self._evidence(fact["seq"], event))  # type: ignore[misc]
            if event["type"] == "statements-issued":
                guard(fidelity, where, lambda event=event: self._statements(event))  # type: ignore[misc]
        count = self.manifest["counts"]["facts"]
        if count != self.facts:
            yield f"the journal has {self.facts} facts, and the manifest says {count}"

    def _chained(self, fact: Json, where: str) -> Iterator[str]:
        self.facts += 1
        if fact["seq"] != self.facts:
            yield f"{where}: event {self.facts} should stand here"
        if fact["stream"] != self.stream:
            yield f"{where}: is recorded in the stream {fact['stream']!r}"
        prev, digest = bytes.fromhex(fact["prev_hash"]), bytes.fromhex(fact["hash"])
        if prev != self.prev:
            yield f"{where}: does not chain to the event before it"
        instant = datetime.fromisoformat(fact["recorded_at"]).isoformat(timespec="microseconds")
        if instant != fact["recorded_at"] or not instant.endswith("+00:00"):
            yield f"{where}: its time is not written as the journal writes it"
        link = hashlib.sha256(prev)
        parts = (fact["stream"], str(fact["seq"]), fact["type"], fact["effective_on"], instant)
        acted = [fact["acted"]] if fact.get("acted") else []  # facts of before it was recorded have none
        for text in (*parts, fact["actor"], fact["command_key"], fact["body"], *acted):
            part = text.encode()
            link.update(b"%d:" % len(part))
            link.update(part)
        if link.digest() != digest:
            yield f"{where}: its content is not what was hashed"
        self.prev = digest
        self.hashes += digest

    def _advance(self) -> Iterable[str]:
        """Move to the next event that has entries."""
        self._next = None
        for seq, entries in self._entries:
            self._next = (seq, list(entries))
            break
        return ()

    def _posted(self, fact: Json, event: Json) -> Iterator[str]:
        """Compare the entries of a fact with its postings, and add them up."""
        made = postings(event)
        for account, currency, minor, _ in made:
            self.books.balances[account, currency] += minor
        seq, on, found = fact["seq"], fact["effective_on"], list[Json]()
        while self._next is not None and self._next[0] <= seq:
            if self._next[0] < seq:
                yield f"entries name event {self._next[0]}, which is not in the journal before it"
            else:
                found = self._next[1]
            self._advance()
        expected = [
            {"stream": self.stream, "seq": seq, "line": line, "account": account, "currency": currency}
            | {"minor": minor, "about": about, "effective_on": on}
            for line, (account, currency, minor, about) in enumerate(made, start=1)
        ]
        if found != expected:
            yield f"its entries are not what a {event['type']} fact posts{_first_difference(expected, found)}"

    def _left_over(self) -> Iterator[str]:
        while self._next is not None:
            yield f"entries name event {self._next[0]}, which is not in the journal"
            self._advance()

    # What facts name by a hash

    def _evidence(self, seq: int, event: Json) -> Iterator[str]:
        wanted = [event[name] for name in DOCUMENTS if name in event]
        wanted += [one["sha256"] for one in event.get("statements", ())]
        for digest in wanted:
            if not HASH.fullmatch(digest) or f"documents/{digest}" not in self.bundle.sizes:
                yield f"the document {digest} that it names is missing"
        self.messages.update(messages_of(event))
        if event["type"] == "statement-imported":
            self.imports[seq] = event
            yield from imported_rows(self.bundle, seq, event)
        if event["type"] == "history-archived":
            yield from self._history(event)

    def _history(self, event: Json) -> Iterator[str]:
        name, what = f"histories/{event['sha256']}.json", f"the history of {event['workflow_id']}"
        self.books.histories[event["workflow_id"], event["run_id"]] = {k: event[k] for k in event if k != "type"}
        if name not in self.bundle.sizes:
            yield f"{what} is missing"
        elif self.bundle.digest(name)[0] != event["sha256"]:
            yield f"{what} is not the one that was archived"
        elif len(self.bundle.whole(name)["events"]) != event["events"]:
            yield f"{what} does not have {event['events']} events"

    def _strange_histories(self) -> Iterator[str]:
        known = dict(self.books.histories)
        for row in self.bundle.lines("histories.jsonl"):
            told = known.pop((row["workflow_id"], row["run_id"]), None)
            if told is None:
                yield f"the history of {row['workflow_id']} (run {row['run_id']}) is not in the journal"
            elif told != {name: row.get(name) for name in told}:
                yield f"the history of {row['workflow_id']} (run {row['run_id']}) is not described as in the journal"
        yield from (f"the history of {workflow} (run {run}) is not listed" for workflow, run in known)

    def _statements(self, event: Json) -> Iterator[str]:
        for one in event["statements"]:
            said = self.bundle.whole(f"documents/{one['sha256']}")
            names = (said["production"], said["period"]["id"], said["party"])
            if names != (self.books.production, event["period"], one["party"]):
                yield f"the statement of {one['party']} is one of {'/'.join(names)}"
            signed = said["signature"]
            if self.hashes[signed["seq"] * 32 - 32 : signed["seq"] * 32].hex() != signed["head"]:
                yield f"the statement of {one['party']} rests on an event that is not in the journal"
            yield from (f"the statement of {one['party']}: {sentence}" for sentence in untied(said))

    # The end of the journal

    def _head(self) -> Iterator[str]:
        end = {"seq": self.facts, "hash": self.prev.hex()}
        if self.manifest["head"] != end:
            yield f"the manifest says that the journal ends with event {self.manifest['head']['seq']}, and it does not"
        heads = [head for head in self.bundle.whole("heads.json")["heads"] if head["stream"] == self.stream]
        if not heads:
            yield "the end of the journal is not signed"
        for head in heads:
            self.signer = head["public_key"]
            said: dict[str, Any] = {name: head[name] for name in ("at", "hash", "seq", "stream")}
            message = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            signature = bytes.fromhex(head["signature"])
            if not ed25519_verify(bytes.fromhex(self.signer), b"sluice head 1\n" + message, signature):
                yield "the signature over the end of the journal does not hold"
            if {name: head[name] for name in end} != end:
                yield f"the signature is over event {head['seq']} of another journal than this one"
            if self.key is not None and self.key != self.signer:
                yield f"it is signed by {self.signer}, and not by {self.key}"

    # Snapshots and balances

    def _snapshots(self, name: str, table: str, key: str) -> Iterator[str]:
        expected = dict(self.books.rows[table])
        if name not in self.bundle.sizes and not expected:
            return  # bundles of the first release have no proposals
        for line in self.bundle.lines(name):
            made = expected.pop(line[key], None)
            row = {name: made[name] for name in LATER if made is not None and name in made} | line
            if table == "distribution":
                row["body"] = {"reserves": {}, "reserved": {}, "kept": {}} | row["body"]
            if made is None:
                yield f"{row[key]} is in no fact"
            elif row != made:
                yield f"{row[key]} is not what the facts make it{_first_difference([made], [row])}"
        yield from (f"{missing} is missing" for missing in expected)

    def _balances(self) -> Iterator[str]:
        expected = {key: minor for key, minor in self.books.balances.items() if minor}
        for row in self.bundle.lines("balances.jsonl"):
            key = (row["account"], row["currency"])
            made = expected.pop(key, 0)
            if money(row["balance"]) != (made, row["currency"]):
                yield f"{row['account']} has {row['balance']}, and the facts make {written(made, row['currency'])}"
        yield from (
            f"{account} has {written(minor, code)} by the facts and is missing"
            for (account, code), minor in expected.items()
        )
        for code in sorted({code for _, code in self.books.balances}):
            if sum(minor for (_, each), minor in self.books.balances.items() if each == code):
                yield f"what the facts post does not balance in {code}"


def _first_difference(expected: list[Json], found: list[Json]) -> str:
    """Describe the first difference between two lists of rows."""
    if len(expected) != len(found):
        return f": {len(expected)} are to be, {len(found)} are"
    for made, row in zip(expected, found, strict=True):
        for name in made.keys() | row.keys():
            if made.get(name) != row.get(name):
                return f": {name} is {json.dumps(row.get(name))[:200]}, to be {json.dumps(made.get(name))[:200]}"
    return ""
