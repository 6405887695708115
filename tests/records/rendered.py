"""Renders every issued statement in every format and language."""

import tempfile
from pathlib import Path

from app.bootstrap import handler_of
from app.settings import Settings
from app.sharing.statements import write_all


def rendered(url: str, production: str) -> dict[str, bytes]:
    """Return the files of all statements of a production, by name."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        handler = handler_of(Settings(data=folder), url)
        with handler.store.reading() as records:
            files = {path.name: path.read_bytes() for path in write_all(records, production, folder)}
        handler.store.engine.dispose()
    return dict(sorted(files.items()))
