"""The other files of a record's data folder: Temporal's state, the bank's books, bank files, clock and settings."""

import sqlite3
import tempfile
import zipfile
from pathlib import Path

_DATABASES = ("temporal/temporal.db", "sandbox-bank/books.db")
_FILES = ("temporal/namespace", "clock.json", "sluice.toml", "bank/**/*", "sandbox-bank/received/**/*")
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def pack(data: Path, archive: Path) -> None:
    """Pack the data folder of a stopped stack into an archive. Equal folders give equal bytes."""
    with tempfile.TemporaryDirectory() as home, zipfile.ZipFile(archive, "w") as packed:
        for name in _DATABASES:
            copy = Path(home) / Path(name).name
            with sqlite3.connect(data / name) as database:
                database.execute("VACUUM INTO ?", [str(copy)])
            database.close()
            _add(packed, name, copy.read_bytes())
        for path in sorted({path for pattern in _FILES for path in data.glob(pattern) if path.is_file()}):
            _add(packed, str(path.relative_to(data)), path.read_bytes())


def unpack(archive: Path, data: Path) -> None:
    """Unpack an archive into a data folder that the embedded stack accepts."""
    data.mkdir(mode=0o700)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(data)
    (data / "lock").touch()


def _add(packed: zipfile.ZipFile, name: str, raw: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, _ALWAYS), raw, zipfile.ZIP_DEFLATED, 9)
