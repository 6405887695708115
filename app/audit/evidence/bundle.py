"""`sluice audit export`: a production's whole record as one archive that anybody can verify without Sluice.

    journal.jsonl           the facts, one a line, their bodies byte for byte, with the fields that are hashed;
    entries.jsonl           the ledger's entries;
    balances.jsonl          what they add up to;
    snapshots/*.jsonl       where everything stands;
    histories/*.json        archived histories, as received;
    documents/SHA256        agreements, bank files, statements, evidence of imports, each under its own hash;
    documents.jsonl         their names;
    evidence/SHA256         stored evidence, each under its own hash, if it was asked for;
    bank_files.jsonl        which went to or came from which bank;
    rows/SEQ.tsv            rows that an import brought, as they were hashed; rows/SEQ.converted.tsv as they count;
    heads.json              the end of the journal, signed;
    manifest.json           every file's hash and size, and counts;
    verify.py, verifier/    the verifier, which needs only Python

The same state makes the same bytes: files have a fixed order and no times of their own, and the head is signed as of
the instant at which its fact was recorded. Everything is read at one instant, and streamed.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from adapters.db import bundle, histories
from adapters.db.audited_reads import BankData, BankFileRecord
from adapters.db.imported_rows import canonical_rows, converted_rows
from adapters.db.queries import chain, ledger
from adapters.db.streams import stream_of
from app.audit.evidence.heads import signed
from domain.errors import BadInput, NotFound
from domain.events import StatementKind
from domain.ledger.journal import Fact

FORMAT = "sluice-bundle-1"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can hold. It is fixed, so equal states give equal bytes."""
_HASH = re.compile(r'"([0-9a-f]{64})"')
_README = """This is the record of one production, taken out of Sluice.

    python verify.py

verifies it, and needs Python 3.11 or newer and nothing else. It says whether the record is whole and unchanged
(integrity) and whether every figure follows from the facts (fidelity), and names whatever differs. Compare the key
that it shows with the one that you were given by the house. manifest.json lists what is here.
"""


@dataclass(slots=True)
class ExportedBundle:
    """A written bundle: its path, its last event's number, and counts of its contents."""

    path: Path
    head: int
    counts: dict[str, int] = field(default_factory=dict)


class _Archive:
    """An archive being written. It keeps the hash and size of each of its files."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._zip = file
        self.files: list[dict[str, Any]] = []

    def add(self, name: str, blocks: Iterable[bytes], compression: int = zipfile.ZIP_DEFLATED) -> None:
        """Write a file block by block."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type, info.create_system, info.external_attr = compression, 3, 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            for block in blocks:
                member.write(block)
                digest.update(block)
                size += len(block)
        self.files.append({"name": name, "sha256": digest.hexdigest(), "size": size})

    def lines(self, name: str, lines: Iterable[str]) -> int:
        """Write a file of JSON lines and return their number."""
        count = 0

        def counted() -> Iterator[bytes]:
            """Yield each line as bytes, and count it."""
            nonlocal count
            for line in lines:
                count += 1
                yield line.encode() + b"\n"

        self.add(name, counted())
        return count


def export(
    connection: Connection,
    bank_data: BankData,
    key: Ed25519PrivateKey,
    production: str,
    out: Path,
    evidence: Iterable[tuple[str, Iterable[bytes]]] = (),
) -> ExportedBundle:
    """Write a production's bundle to a new file. The file appears complete or not at all.

    `evidence` is the stored evidence to include: the blocks of each content, by SHA-256.

    Raises:
        BadInput: the file exists, or its folder does not.
        NotFound: nothing is recorded of the production.
        Broken: the journal names a document that is not kept.
    """
    if not chain.head(connection, stream_of(production)).seq:
        raise NotFound(f"Nothing is recorded of {production!r}.", production=production)
    with _whole(out) as file:
        made = ExportedBundle(out, chain.head(connection, stream_of(production)).seq)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as opened:
            _write(_Archive(opened), connection, bank_data, key, production, made.counts, evidence)
    return made


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Yield a temporary file beside `out`. It is linked to `out` once complete, and always removed."""
    if out.exists():
        raise BadInput(f"{out} exists already: name a new file, a bundle is never overwritten.")
    if not out.parent.is_dir():
        raise BadInput(f"There is no folder {out.parent}: make it first.")
    number, part = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    try:
        os.close(number)
        yield Path(part)
        with open(part, "rb") as file:  # noqa: PTH123 - a descriptor to flush
            os.fsync(file.fileno())
        try:
            os.link(part, out)
        except FileExistsError:
            raise BadInput(f"{out} has come to exist in the meantime: name a new file.") from None
    finally:
        Path(part).unlink(missing_ok=True)


def _write(
    archive: _Archive,
    connection: Connection,
    bank_data: BankData,
    key: Ed25519PrivateKey,
    production: str,
    counts: dict[str, int],
    evidence: Iterable[tuple[str, Iterable[bytes]]],
) -> None:
    stream, named = stream_of(production), dict[str, None]()
    archive.add("README.txt", [_README.encode()])
    for name, source in _verifier():
        archive.add(name, [source])
    last: list[Fact] = []
    facts = _noting(chain.facts(connection, stream), named, last)
    counts["facts"] = archive.lines("journal.jsonl", map(_fact, facts))
    counts["entries"] = archive.lines("entries.jsonl", bundle.entries(connection, production))
    archive.lines(
        "balances.jsonl", map(_balance, (row for row in ledger.balances(connection, production) if row.balance.minor))
    )
    for table in bundle.SNAPSHOTS:
        counts[table] = archive.lines(f"snapshots/{table}.jsonl", bundle.snapshots(connection, production, table))
    counts["histories"] = _histories(archive, connection, production)
    counts["documents"] = _documents(archive, connection, bank_data, production, named)
    for digest, blocks in evidence:
        archive.add(f"evidence/{digest}", blocks, zipfile.ZIP_STORED)  # a person's files are mostly compressed already
        counts["evidence"] = counts.get("evidence", 0) + 1
    counts["imports"] = _imports(archive, connection, production)
    head = signed(key, stream, chain.head(connection, stream), last[0].recorded_at)
    archive.add("heads.json", [_json({"heads": [head.model_dump()]}).encode()])
    manifest = {
        "format": FORMAT,
        "production": production,
        "stream": stream,
        "head": {"seq": head.seq, "hash": head.hash},
        "counts": counts,
        "files": archive.files.copy(),
    }
    archive.add("manifest.json", [json.dumps(manifest, sort_keys=True, indent=1).encode()])


def _verifier() -> Iterator[tuple[str, bytes]]:
    """Yield the verifier's sources: `verify.py` at the top, the rest in a package beside it."""
    package = resources.files("app.audit.evidence.verifier")
    for source in sorted(package.iterdir(), key=lambda one: one.name):
        if source.name.endswith(".py"):
            where = source.name if source.name == "verify.py" else f"verifier/{source.name}"
            yield where, source.read_bytes()


def _noting(facts: Iterable[Fact], named: dict[str, None], last: list[Fact]) -> Iterator[Fact]:
    """Yield facts, and note every hash that they name and the last of them."""
    for fact in facts:
        named.update(dict.fromkeys(_HASH.findall(fact.body.decode())))
        last[:] = [fact]
        yield fact


def _fact(fact: Fact) -> str:
    """Return a fact with every field as it is hashed."""
    instant = fact.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    told = fact._asdict() | {
        "body": fact.body.decode(),
        "effective_on": fact.effective_on.isoformat(),
        "recorded_at": instant,
        "prev_hash": fact.prev_hash.hex(),
        "hash": fact.hash.hex(),
        "acted": fact.acted.decode(),
    }
    return _json(told)


def _balance(row: ledger.BalanceRow) -> str:
    return _json({"account": row.account, "currency": row.currency, "balance": str(row.balance)})


def _histories(archive: _Archive, connection: Connection, production: str) -> int:
    for kept in histories.kept(connection, production):
        archive.add(f"histories/{kept.row.sha256}.json", [kept.json()])
    described = (_json(asdict(row)) for row in histories.listed(connection, production))
    return archive.lines("histories.jsonl", described)


def _documents(
    archive: _Archive, connection: Connection, bank_data: BankData, production: str, named: dict[str, None]
) -> int:
    """Write the documents that facts name by hash, and the files exchanged with banks."""
    files: list[BankFileRecord] = bank_data.bank_files(production)
    kept = bundle.kept(connection, [*dict.fromkeys([*named, *(file.sha256 for file in files)])])
    names = dict(kept)
    for document in bank_data.documents([digest for digest, _ in kept]):
        archive.add(f"documents/{document.sha256}", [document.content])
    archive.lines("documents.jsonl", (_json({"sha256": digest, "name": name}) for digest, name in kept))
    # The list is read after the journal and may be longer. Files that this journal does not know stay out.
    archive.lines("bank_files.jsonl", (_json(asdict(file)) for file in files if file.sha256 in names))
    return len(kept)


def _imports(archive: _Archive, connection: Connection, production: str) -> int:
    versions = bundle.imports(connection, production)
    for one in versions:
        rows: dict[str, Callable[..., Iterator[bytes]]] = {"tsv": canonical_rows, "converted.tsv": converted_rows}
        for ending, copied in rows.items():
            archive.add(f"rows/{one['seq']}.{ending}", copied(connection, StatementKind(one["kind"]), one["id"]))
    return archive.lines("imports.jsonl", map(_json, versions))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
