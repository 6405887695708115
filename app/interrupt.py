"""Ctrl-C while something asynchronous is under way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def run(main: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end as `asyncio.run` does, with every Ctrl-C told as one.

    Python tells some as `CancelledError`: a library that was waiting may have cancelled the same task for its own ends.

    Raises:
        KeyboardInterrupt: it was cancelled.
    """
    try:
        return asyncio.run(main)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
