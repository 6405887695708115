"""Ctrl-C handling for asynchronous code."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def run(main: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine like `asyncio.run`, and report every Ctrl-C as KeyboardInterrupt.

    Python reports some as `CancelledError`, because a waiting library may have cancelled the same task itself.

    Raises:
        KeyboardInterrupt: it was cancelled.
    """
    try:
        return asyncio.run(main)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
