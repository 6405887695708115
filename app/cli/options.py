"""Options that many commands share, so that they read the same everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def data_option(command: F) -> F:
    """`--data DIR`, as `data: Path | None`."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Data folder of the embedded stack; default SLUICE_DATA, else one per user.",
    )(command)


def as_option(command: F) -> F:
    """`--as USER`, as `user: str`: who acts. Users, their parties and roles are in the settings."""
    return click.option("--as", "user", required=True, metavar="USER", help="Who acts: a name under `users`.")(command)


def key_option(command: F) -> F:
    """`--key KEY`, as `key: str`: the caller's own key, under which the command counts once."""
    return click.option(
        "--key", default="", metavar="KEY", help="Your own key: the same command again under it changes nothing."
    )(command)


def reader_option(command: F) -> F:
    """`--as USER`, as `user: str | None`: who reads, for the record of an auditor's reads."""
    return click.option("--as", "user", metavar="USER", help="Who asks; default who is logged in here.")(command)


def json_option(command: F) -> F:
    """`--json`, as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def production_option(command: F) -> F:
    """`--production KEY`, as `production: str`."""
    return click.option("--production", required=True, metavar="KEY", help="The production that it concerns.")(command)


def statement_option(command: F) -> F:
    """`--statement ID`, as `statement: str`."""
    return click.option(
        "--statement",
        required=True,
        metavar="ID",
        help="The source's own number of it. The same rows again change nothing, others restate it.",
    )(command)


def mapping_option(command: F) -> F:
    """`--mapping FILE`, as `mapping: Path | None`."""
    return click.option(
        "--mapping",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="MAPPING.yaml",
        help="How this source lays out its files; without it columns are named as the fields are.",
    )(command)
