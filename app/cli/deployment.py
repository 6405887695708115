"""`sluice deployment`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import data_option, json_option

if TYPE_CHECKING:
    from app.worker.deployment import Deployment


@click.group()
def deployment() -> None:
    """Which code the workers run, and which of it gets new work. The embedded stack sees to that by itself."""


@deployment.command()
@json_option
@data_option
def show(as_json: bool, data: Path | None) -> None:
    """List the versions that workers have had, with the one that gets new work marked current."""
    from app.cli.printing import show as table
    from app.interrupt import run
    from app.worker.deployment import build_of_sources

    async def _run() -> list[dict[str, str]]:
        return [asdict(each) for each in await (await _deployment(data)).versions()]

    found = run(_run())
    for each in found:
        each["this"] = "this code" if each["build_id"] == build_of_sources() else ""
    table(found, ("build_id", "status", "this"), as_json, "no versioned worker has run yet")


@deployment.command(name="make-current")
@click.argument("build_id", required=False)
@data_option
def make_current(build_id: str | None, data: Path | None) -> None:
    """Give new work to the workers of BUILD_ID (default: of this code), which must be running."""
    from app.interrupt import run
    from app.worker.deployment import build_of_sources

    chosen = build_id or build_of_sources()

    async def _run() -> None:
        await (await _deployment(data)).make_current(chosen)

    run(_run())
    click.echo(f"{chosen} is current")


@deployment.command()
@click.argument("build_id")
@data_option
def release(build_id: str, data: Path | None) -> None:
    """Let runs that are pinned to BUILD_ID go on with the current version: its workers are gone for good."""
    from app.interrupt import run

    async def _run() -> int:
        return await (await _deployment(data)).release(build_id)

    click.echo(f"{run(_run())} runs of {build_id} go on with the current version")


@deployment.command()
@json_option
@data_option
def engines(as_json: bool, data: Path | None) -> None:
    """List the waterfall's engines with the productions and periods that need each: one without any may be dropped.

    Payouts and statements go on from the periods of the first list; audits make those of the second again.
    """
    from adapters.db.records import Records
    from app.cli.printing import show as table
    from app.reads import reading
    from app.sharing.engines import needed

    with reading(data) as connection:
        rows = needed(Records(connection))
    if not as_json:
        rows = [row | {name: ", ".join(row[name]) for name in ("goes_on", "audited")} for row in rows]
    table(rows, ("engine", "here", "production", "goes_on", "audited"), as_json, "there are no engines")


async def _deployment(data: Path | None) -> "Deployment":
    from app.bootstrap import connect
    from app.endpoints import endpoints
    from app.settings import load_settings
    from app.worker.deployment import Deployment

    settings = load_settings(data)
    services = await connect(settings, endpoints(settings))
    return Deployment(services.client, settings.task_queue)
