"""What the parts of a statement are called for its reader: by titles in the reader's language, never by ids.

Statements of the first version go on being called as they were: by the agreement's title, or else by the id.
"""

from adapters.sharing.statements.words import Words
from domain.sharing.statements import LineKind, Others, Statement, StatementLine, StatementPool


class PartNames:
    """The names of one statement's parts in one language."""

    def __init__(self, statement: Statement, words: Words) -> None:
        self._titles, self._words = statement.titles, words
        self.by_id = statement.issuer is None
        """Whether parts without a title are called by their ids."""
        lines = [*statement.adjustments, *(line for pool in statement.pools for line in pool.own)]
        self._lines = {line.position: self.line(line) for line in lines}

    def line(self, line: StatementLine) -> str:
        """Return the title of a line, or else its kind."""
        return self._title(line.position, line.title) or self.kind(line.kind)

    def kind(self, kind: LineKind) -> str:
        """Return the name of a kind of lines."""
        return self._words.say(f"kind.{kind}")

    def theirs(self, others: Others) -> str:
        """Return the name of what others took."""
        kind = self.kind(others.kind)
        return kind if others.kind is LineKind.PASSED_ON else self._words.say("line.others", kind=kind)

    def pool(self, pool: StatementPool, number: int) -> str:
        """Return the title of a pool, or else its place among the statement's pools."""
        return self._title(pool.id, pool.title) or self._words.say("line.pool", number=str(number))

    def claim(self, name: str, title: str, number: int) -> str:
        """Return the title of a claim, or else its place among the statement's claims."""
        return self._title(name, title) or self._words.say("line.claim", number=str(number))

    def reserve(self, name: str, title: str) -> str:
        """Return the title of a reserve."""
        return self._title(name, title) or self.kind(LineKind.RESERVE)

    def position(self, name: str) -> str:
        """Return what a disputed position is called."""
        return name if self.by_id else self._lines.get(name) or self._title(name, "") or self.kind(LineKind.SHARE)

    def _title(self, name: str, title: str) -> str:
        known = self._titles.get(name, {}).get(self._words.language.value) or title
        return known or (name if self.by_id else "")
