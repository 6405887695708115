"""Records a release: `python -m tests.records.record VERSION`, once, with the code of that release.

It plays `scenario.py` on a new embedded stack and writes the folder `tests/records/VERSION`. That folder is never
recorded again, not even when a test of it fails: what is in databases of that release cannot be changed either.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from adapters.db.queries import chain
from adapters.embedded.postgres import OWNER, EmbeddedPostgres
from app.audit.evidence.keys import public_hex, signing_key
from app.settings import load_settings
from app.stack.stack import EmbeddedStack
from app.stack.supervisor import running
from domain.ledger.journal import sha256
from tests.records import dump, folder, scenario
from tests.records.rendered import rendered

HERE = Path(__file__).parent


def record(version: str) -> None:
    """Play the scenario and keep its record."""
    if (HERE / version).exists():
        raise SystemExit(f"error: {version} is recorded already, and is never recorded again")
    with tempfile.TemporaryDirectory(prefix="sluice-record-") as home:
        kept, data = Path(home) / "record", Path(home) / "data"
        for made in (data, kept, kept / "database", kept / "statements", kept / "goes-on"):
            made.mkdir(mode=0o700)
        shutil.copy(scenario.FILES / "sluice.toml", data)
        with EmbeddedStack(data):
            under_way = asyncio.run(scenario.play(data, kept / "anchors"))
        postgres = EmbeddedPostgres(data / "postgres", data / "logs" / "postgres.log")
        with running(postgres):
            manifest = _written(postgres.url(OWNER), kept, version)
        postgres.close()
        manifest["under_way"] = dict(sorted(under_way.items()))
        manifest["signed_by"] = public_hex(signing_key(load_settings(data)))
        folder.pack(data, kept / "folder.zip")
        for one in scenario.GOES_ON["statements"]:
            for name in filter(None, (one["file"], one.get("mapping"))):
                shutil.copy(scenario.FILES / name, kept / "goes-on")
        (kept / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")
        shutil.copytree(kept, HERE / version)


def _written(url: str, kept: Path, version: str) -> dict[str, object]:
    """Dump the database, render the statements, and return the manifest."""
    tables = dump.dump(url, kept / "database")
    files = rendered(url, scenario.KEY)
    for name, content in files.items():
        if name.endswith(".json"):
            (kept / "statements" / name).write_bytes(content)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        streams = chain.streams(connection)
        types = Counter(fact.type for stream in streams for fact in chain.facts(connection, stream))
    engine.dispose()
    return {
        "version": version,
        "schema": dump.revision_of(url),
        "recorded_on": datetime.now(UTC).date().isoformat(),
        "tables": tables,
        "events": dict(sorted(types.items())),
        "statements": {name: sha256(content) for name, content in files.items()},
        "goes_on": scenario.GOES_ON,
    }


if __name__ == "__main__":
    given = argparse.ArgumentParser(prog="python -m tests.records.record", description=__doc__)
    given.add_argument("version", metavar="VERSION")
    record(given.parse_args().version)
