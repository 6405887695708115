"""`sluice up` and `sluice status`."""

import json
import signal
import threading
import time
from pathlib import Path

import click

from app.cli.options import data_option, json_option


@click.command()
@data_option
def up(data: Path | None) -> None:
    """Run PostgreSQL, Temporal, the worker and the sandbox bank in one folder, until Ctrl-C.

    Started again on the same folder it goes on where it was, also after a crash.
    """
    from app import logs
    from app.settings import BadSettings, load_settings
    from app.stack.stack import EmbeddedStack

    settings = load_settings(data)
    logs.configure(settings.log_format, settings.log_level)
    if not settings.embedded:
        raise BadSettings("database_url names an outside PostgreSQL and `sluice up` runs its own: unset one of the two")
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: stop.set())
    begun = time.monotonic()
    stack = EmbeddedStack(settings.data, temporal_binary=settings.temporal_binary, task_queue=settings.task_queue)
    with stack:
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        click.echo(f"Sluice is up, after {time.monotonic() - begun:.1f} s, on {settings.data}")
        for name, where in stack.where().items():
            click.echo(f"  {name:<13} {where or f'process {stack.process(name).pid}'}")
        click.echo(f"  {'logs':<13} {settings.data / 'logs'}\nCtrl-C stops all of it.")
        stop.wait()
        click.echo("stopping …")
    click.echo("stopped; `sluice up` goes on where it was")


@click.command()
@data_option
@json_option
def status(data: Path | None, as_json: bool) -> None:
    """Say what of the embedded stack is up; exit status 0 if all of it, 1 if not."""
    from app.settings import load_settings
    from app.stack.stack import STOP_ORDER
    from app.stack.state import read_state

    folder = load_settings(data).data
    state = read_state(folder)
    found = []
    for name in reversed(STOP_ORDER):
        record = state.processes.get(name) if state else None
        alive = record is not None and record.identity.running() is not None
        found.append(
            {
                "name": name,
                "up": alive,
                "pid": record.pid if record and alive else None,
                "where": record.where if record and alive else None,
            }
        )
    all_up = state is not None and state.is_up() and all(one["up"] for one in found)
    if as_json:
        click.echo(json.dumps({"data": str(folder), "up": all_up, "processes": found}))
    else:
        for one in found:
            where = f"process {one['pid']}  {one['where']}" if one["up"] else ""
            click.echo(f"{one['name']:<13} {'up' if one['up'] else 'down':<5} {where}".rstrip())
        if not all_up:
            click.echo(f"not all is up on {folder}: `sluice up --data {folder}` starts it", err=True)
    click.get_current_context().exit(0 if all_up else 1)
