"""`sluice doctor`."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import data_option, json_option

if TYPE_CHECKING:
    from domain.health import Ailment


@click.command()
@json_option
@data_option
def doctor(data: Path | None, as_json: bool) -> None:
    """Say what is stuck, late, unexplained or missing, since when and what to do; exit status 1 if any is wrong."""
    from app.health.doctor import examined
    from app.interrupt import run

    found = run(examined(data))
    if as_json:
        click.echo(json.dumps([as_row(one) for one in found.ailments], ensure_ascii=False, indent=2))
    else:
        for one in found.ailments:
            since = f" since {_when(one)}" if one.since else ""
            click.echo(f"{'WRONG' if one.wrong else 'note '} {one.kind}: {one.what}{since}: {one.why}.")
            click.echo(f"      → {one.todo}.")
        wrong = sum(one.wrong for one in found.ailments)
        waiting = f"{found.running} workflows run, {found.outbox_waiting} things wait in the outbox"
        click.echo(f"{waiting}: " + (f"{wrong} THINGS ARE WRONG" if wrong else "all is well"))
    click.get_current_context().exit(1 if found.wrong else 0)


def as_row(ailment: "Ailment") -> dict[str, Any]:
    """Return an ailment for programs."""
    return {**asdict(ailment), "since": ailment.since.isoformat() if ailment.since else None}


def _when(ailment: "Ailment") -> str:
    since = ailment.since
    assert since is not None  # noqa: S101 - asked before
    return since.isoformat() if type(since) is date else since.isoformat(sep=" ", timespec="seconds")  # type: ignore[call-arg]
