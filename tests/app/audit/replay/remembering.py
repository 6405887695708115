"""A replayer for tests that audit the same histories again and again."""

from app.audit.replay.strict import StrictReplayer


class Remembering(StrictReplayer):
    """Replays a history once for every content that it is shown."""

    def __init__(self):
        self.known = {}

    async def differences(self, history, *, closed=None):
        key = (history, closed)
        if key not in self.known:
            self.known[key] = await super().differences(history, closed=closed)
        return self.known[key]
