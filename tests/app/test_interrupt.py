import asyncio

import pytest

from app.interrupt import run


def test_what_was_cancelled_while_it_waited_was_interrupted():
    async def waits() -> None:
        raise asyncio.CancelledError

    with pytest.raises(KeyboardInterrupt):
        run(waits())


def test_an_answer_is_passed_on():
    async def answers() -> int:
        return 7

    assert run(answers()) == 7
