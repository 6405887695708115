"""Shared steps of acting commands: reach the workflow, and print the state afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from pydantic import BaseModel

from app.bootstrap import connect
from app.cli.options import acting_for
from app.cli.printing import show_one
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.identity.login import authentication
from app.interrupt import run
from app.settings import load_settings

Answer = TypeVar("Answer")

_SILENCE_S = 5.0
"""How long an answer may take before the user learns that there is none yet."""


def ask(data: Path | None, user: str, request: Callable[[CommandClient], Awaitable[Answer]], key: str = "") -> Answer:
    """Send a command as `user`, under its own key if given, and return the answer.

    While there is none, stderr says so, and how to ask later. So it does when the user stops waiting.
    """
    sent: list[str] = []

    async def _run() -> Answer:
        settings = load_settings(data)
        services = await connect(settings, endpoints(settings))
        client = CommandClient(services, user, key, authentication(settings, user), substituted, sent.append)
        answer = asyncio.ensure_future(request(client))
        if not (await asyncio.wait({answer}, timeout=_SILENCE_S))[0]:
            click.echo(f"no answer yet, and still waiting; {_later(sent)}; Ctrl-C stops the waiting only", err=True)
        return await answer

    substituted = acting_for()
    try:
        return run(_run())
    except KeyboardInterrupt:
        click.echo(f"stopped waiting, and what was sent may still be carried out; {_later(sent)}", err=True)
        raise


def _later(sent: list[str]) -> str:
    """Return how to find out what became of what was sent."""
    shows = f"`sluice command status {sent[-1]}`" if sent else "`sluice journal tail`"
    return f"{shows} shows what became of it"


def act(
    data: Path | None,
    user: str,
    request: Callable[[CommandClient], Awaitable[BaseModel]],
    as_json: bool,
    key: str = "",
) -> None:
    """Send a command as `user`, and print the state afterwards."""
    show_one(ask(data, user, request, key).model_dump(mode="json"), as_json)
