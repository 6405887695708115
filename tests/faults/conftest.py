import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from app.bootstrap import Services
from app.stack.stack import EmbeddedStack
from bench import common


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """A stack whose bank has two seconds to answer."""
    with common.new_stack(answer_within_s=2) as running:
        yield running


@pytest.fixture
async def services(stack) -> AsyncIterator[Services]:
    """Once the servers answer: a test before this one may have killed them."""
    await common.until(lambda: stack.postgres.answers() and stack.temporal.answers(), patience_s=30)
    async with common.connected(stack) as connected:
        yield connected


@pytest.fixture
def production() -> str:
    return f"F{uuid.uuid4().hex[:8].upper()}"
