"""Opens a user's own files, and writes what they fetch, whatever is at the path."""

import io
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.errors import BadInput


@contextmanager
def plain_file(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file to read it from its beginning to its end.

    Raises:
        BadInput: it cannot be read, or is no plain file: a folder, a device or a pipe may never end.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadInput(f"{path} is no plain file: name the file itself.")
        yield file


def write_new(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that does not exist yet and that only its owner reads. It appears complete or not at all.

    Raises:
        BadInput: something is at the path already, or it cannot be written.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(blocks)
        os.link(part, path)
    except FileExistsError:
        raise BadInput(f"{path} exists already: name a file that does not, and nothing is overwritten.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
