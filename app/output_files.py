"""Files that a command writes for people: each appears whole, in the place of the one before, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import BadInput


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Yield a path beside `file` to write to. It takes the place of `file` once the block has ended well.

    Raises:
        BadInput: the file's folder does not exist.
    """
    if not file.parent.is_dir():
        raise BadInput(f"{file}: there is no folder {file.parent}: make it first.")
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
