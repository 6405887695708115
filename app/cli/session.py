"""Shared steps of acting commands: reach the workflow, and print the state afterwards."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from app.bootstrap import connect
from app.cli.printing import show_one
from app.commands.client import CommandClient
from app.endpoints import endpoints
from app.interrupt import run
from app.settings import load_settings

Answer = TypeVar("Answer")


def ask(data: Path | None, user: str, request: Callable[[CommandClient], Awaitable[Answer]], key: str = "") -> Answer:
    """Send a command as `user`, under its own key if given, and return the answer."""

    async def _run() -> Answer:
        settings = load_settings(data)
        return await request(CommandClient(await connect(settings, endpoints(settings)), user, key))

    return run(_run())


def act(
    data: Path | None,
    user: str,
    request: Callable[[CommandClient], Awaitable[BaseModel]],
    as_json: bool,
    key: str = "",
) -> None:
    """Send a command as `user`, and print the state afterwards."""
    show_one(ask(data, user, request, key).model_dump(mode="json"), as_json)
