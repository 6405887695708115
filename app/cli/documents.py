"""Options that name documents: `ID=FILE`, or `ID=sha256:HASH` for what is kept elsewhere."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import click

from adapters.evidence.files import plain_file

_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def named_documents(
    _: click.Context | None, option: click.Parameter, written: tuple[str, ...]
) -> Mapping[str, Path | str]:
    """Parse documents into files, or hashes, by id. A repeated id would silently drop a file."""
    documents: dict[str, Path | str] = {}
    for name, what in (_document(option.opts[0], each) for each in written):
        if name in documents:
            raise click.BadParameter(
                f"{name!r} is given twice: name one file for each document.", param_hint=option.opts[0]
            )
        documents[name] = what
    return documents


def hashed_documents(
    context: click.Context | None, option: click.Parameter, written: tuple[str, ...]
) -> Mapping[str, str]:
    """Parse documents into the SHA-256 of each by id."""
    documents = named_documents(context, option, written)
    return {name: each if isinstance(each, str) else sha256_of(each) for name, each in documents.items()}


def _document(option: str, written: str) -> tuple[str, Path | str]:
    name, separator, what = written.partition("=")
    if not separator or not name or not what:
        raise click.BadParameter(f"{written!r} is not ID=FILE, such as scripts=scripts.pdf.", param_hint=option)
    if not what.startswith("sha256:"):
        return name, Path(what)
    found = _HASH.fullmatch(what)
    if found is None:
        raise click.BadParameter(
            f"{what!r} is no SHA-256: write sha256: and 64 of the characters 0-9 and a-f.", param_hint=option
        )
    return name, found[1]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with plain_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
