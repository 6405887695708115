"""Restores a record as a database, or as the data folder of a stack with open workflows."""

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from adapters.embedded.postgres import DATABASE, OWNER, EmbeddedPostgres
from app.database import upgrade
from app.stack.supervisor import running
from tests.records import dump, folder

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recorded:
    """The record of one release."""

    home: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "manifest.json").read_text("utf-8"))
        return found

    @property
    def goes_on(self) -> dict[str, Any]:
        """The remaining steps and their users."""
        found: dict[str, Any] = self.manifest["goes_on"]
        return found

    @property
    def production(self) -> str:
        return str(self.goes_on["production"])

    def into(self, owner_url: str) -> None:
        """Load the record into a new database with the release's schema."""
        upgrade(owner_url, self.manifest["schema"])
        dump.load(owner_url, self.home / "database", self.manifest["tables"])

    def data_folder(self, data: Path, *, temporal: bool) -> Path:
        """Restore the data folder of the release's stopped stack, with or without Temporal's state."""
        folder.unpack(self.home / "folder.zip", data)
        if not temporal:
            shutil.rmtree(data / "temporal")
        postgres = EmbeddedPostgres(data / "postgres", data / "logs" / "postgres.log")
        with running(postgres):
            postgres.create_database(DATABASE)
            self.into(postgres.url(OWNER))
        postgres.close()
        return data


def records() -> list[Recorded]:
    """Return the records of all releases, oldest first."""
    found = [Recorded(path.parent) for path in HERE.glob("*/manifest.json")]
    return sorted(found, key=lambda one: [int(part) for part in one.home.name.split(".")])
