"""Shared options, so that they are the same in every command."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
AS = "SLUICE_AS"
"""The variable with the user of a shell, so that `--as` need not be written each time."""
_FOR = "stand_in_for"


def data_option(command: F) -> F:
    """`--data DIR`, as `data: Path | None`."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Data folder of the embedded stack; default SLUICE_DATA, else one per user.",
    )(command)


def as_option(command: F) -> F:
    """`--as USER`, as `user: str`: who acts; and `--for USER`, see `acting_for`."""
    stand_in = click.option(
        "--for", _FOR, metavar="USER", expose_value=False, callback=_keep, help="For whom you stand in, if you do."
    )
    about = "Who acts: a user of `sluice user list`; default SLUICE_AS."
    return click.option("--as", "user", required=True, envvar=AS, metavar="USER", help=about)(stand_in(command))


def acting_for() -> str | None:
    """The user for whom the running command is given by a substitute."""
    named: str | None = context.meta.get(_FOR) if (context := click.get_current_context(silent=True)) else None
    return named


def _keep(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    context.meta[_FOR] = value


def key_option(command: F) -> F:
    """`--key KEY`, as `key: str`: the caller's idempotency key of the command."""
    return click.option(
        "--key", default="", metavar="KEY", help="Your own key: the same command again under it changes nothing."
    )(command)


def reader_option(command: F) -> F:
    """`--as USER`, as `user: str`: the auditor who reads."""
    about = "Who reads: an auditor of it, by `sluice user list`; default SLUICE_AS."
    return click.option("--as", "user", required=True, envvar=AS, metavar="USER", help=about)(command)


def viewer_option(command: F) -> F:
    """`--as USER`, as `user: str`: the user for whom a list is shown."""
    about = "Who reads: a user of `sluice user list`, who sees what is theirs; default SLUICE_AS."
    return click.option("--as", "user", required=True, envvar=AS, metavar="USER", help=about)(command)


def production_filter(command: F) -> F:
    """`--production KEY`, as `production: str | None`."""
    return click.option(
        "--production",
        metavar="KEY",
        help="Only this production's; needless if there is only one, and for an auditor of all.",
    )(command)


def day_option(name: str, about: str) -> Callable[[F], F]:
    """`NAME DATE`, as a `date | None`."""

    def day(_context: click.Context, _option: click.Parameter, written: datetime | None) -> object:
        """Return the date of the parsed option."""
        return written and written.date()

    return click.option(name, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", callback=day, help=about)


def days_options(what: str) -> Callable[[F], F]:
    """`--since DATE` and `--until DATE`, as `since: date | None` and `until: date | None`. `what` names the day."""

    def options(command: F) -> F:
        """Add both options."""
        until = day_option("--until", f"Only those {what} on this day or before.")
        since = day_option("--since", f"Only those {what} on this day or after.")
        return since(until(command))

    return options


def _paging(for_people: int, for_programs: int | None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`--limit N`, `--after CURSOR`, `--all`, as `page: PageRequest`, with the default limits."""
    programs = "all" if for_programs is None else for_programs
    most = f"At most so many; default {for_people}" + ("" if programs == for_people else f", with --json {programs}")

    def options(command: Callable[..., None]) -> Callable[..., None]:
        """Add the options, and pass their page to the command."""

        @wraps(command)
        def with_page(*, limit: int | None, after: str | None, whole: bool, as_json: bool, **rest: Any) -> None:
            """Run the command with the requested page."""
            from adapters.db.queries.paging import PageRequest

            if whole and limit is not None:
                raise click.UsageError("Say either --limit or --all.")
            unsaid = for_programs if as_json and after is None else for_people
            page = PageRequest(None if whole else limit or unsaid, after, counted=not as_json)
            command(page=page, as_json=as_json, **rest)

        for option in (
            click.option("--all", "whole", is_flag=True, help="All of them, or all that come after the cursor."),
            click.option("--after", metavar="CURSOR", help="Only what comes after the page that gave this cursor."),
            click.option("-n", "--limit", type=click.IntRange(1, 1_000), help=f"{most}."),
        ):
            with_page = option(with_page)
        return with_page

    return options


page_options = _paging(100, None)
"""Options of a list. A program gets all rows by default, because it would not notice a partial list."""
tail_options = _paging(20, 20)
"""Options of the end of a list that grows for ever."""


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
