"""What is wrong with the rows of a file, by line."""

from pathlib import Path

from adapters.agreement.documents import BadDocument, Located

MAX_FINDINGS = 20


class Findings:
    """Collects what is wrong with a file, each finding once. After `MAX_FINDINGS` it is enough."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[Located, None] = {}

    def add(self, line: int, field: str, sentence: str) -> None:
        """Add a finding.

        Raises:
            BadDocument: there are many by now.
        """
        self._found[Located(str(self._path), line, field, sentence)] = None
        if len(self._found) == MAX_FINDINGS:
            self._found[Located(str(self._path), line, "row", "there may be more; correct these first.")] = None
            self.end()

    def end(self) -> None:
        """Raise `BadDocument` if anything is wrong."""
        if self._found:
            raise BadDocument(self._found)
