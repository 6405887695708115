"""The files of a bundle. Names, sizes and contents may be hostile, so none is trusted."""

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

Json = Any
LINE, WHOLE, BLOCK = 16_000_000, 64_000_000, 1 << 20
RATIO = 300
"""Limit on unpacked size, as a multiple of the archive's. Text compresses tenfold, a zip bomb a thousandfold."""
HASH = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


class Bad(Exception):
    """The bundle cannot be read further. The message says why."""


class Bundle:
    """The files of a bundle, from an archive or a folder, with their sizes."""

    def __init__(self, where: Path) -> None:
        self.zip = None if where.is_dir() else zipfile.ZipFile(where)
        self.folder = where
        if self.zip is not None:
            infos = self.zip.infolist()
            self.sizes = {info.filename: info.file_size for info in infos}
            if len(self.sizes) != len(infos):
                raise Bad("two files of the archive have one name")
            if sum(self.sizes.values()) > RATIO * where.stat().st_size + WHOLE:
                raise Bad("the archive would unpack to far more than its size can hold")
        else:
            self.sizes = dict(_files(where))
        for name in self.sizes:
            if not NAME.fullmatch(name):
                raise Bad(f"{name!r} is no name of a file in a bundle")

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        if name not in self.sizes:
            raise Bad(f"{name} is missing")
        return self.zip.open(name) if self.zip is not None else (self.folder / name).open("rb")

    def digest(self, name: str) -> tuple[str, int]:
        """Return a file's SHA-256 in hexadecimal and its size in bytes."""
        digest, size = hashlib.sha256(), 0
        with self.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
        return digest.hexdigest(), size

    def whole(self, name: str) -> Json:
        """Read a JSON file of limited size at once."""
        with self.open(name) as file:
            raw = file.read(WHOLE + 1)
        if len(raw) > WHOLE:
            raise Bad(f"{name} is too large")
        return json.loads(raw)

    def raw_lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file, each of limited length."""
        with self.open(name) as file:
            while line := file.readline(LINE + 1):
                if len(line) > LINE:
                    raise Bad(f"{name} has a line without end")
                yield line

    def lines(self, name: str) -> Iterator[Json]:
        """Yield the values of a JSON lines file."""
        return map(json.loads, self.raw_lines(name))


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the files below a folder with their sizes. Anything else (a link, a pipe) is an error."""
    for path in sorted(folder.rglob("*")):
        status, name = path.lstat(), path.relative_to(folder).as_posix()
        if stat.S_ISREG(status.st_mode):
            yield name, status.st_size
        elif not stat.S_ISDIR(status.st_mode):
            raise Bad(f"{name!r} is no plain file")
