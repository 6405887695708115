"""Splits a file of SWIFT messages into fields with their line numbers.

A message begins with its `:20:`. What stands outside messages is the envelope: the blocks `{1:...}{2:...}{4:`, the
header lines of some banks, separators. Only the message type is taken from it.
"""

import re

from msgspec import Struct

from adapters.bank.xml import BadBankFile

_TYPE = re.compile(r"\{2:[IO](\d{3})")
_FIELD = re.compile(r":(\d{2}[A-Z]?|NS):(.*)", re.DOTALL)
_END = re.compile(r"-(\}|(XXX)?[\x00-\x20]*\Z)")
_OF_STATEMENTS = frozenset(
    "13 13D 20 21 25 25P 28 28C 34F 60 60F 60M 61 62 62F 62M 64 65 86 90C 90D NS".split()  # noqa: SIM905
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_EMPTY = " \t\x00\x01\x03\x1a"
"""What a line without text may consist of. Blocks and files end with control characters in some transports."""


class SwiftField(Struct):
    """A field: its tag such as `60F`, its text with line feeds between lines, and the line where it begins."""

    tag: str
    text: str
    line: int


class Message(Struct):
    """A message: its type such as `940`, if the envelope names it, and its fields. The first is `:20:`."""

    type: str | None
    fields: list[SwiftField]

    def all(self, *tags: str) -> list[SwiftField]:
        """The fields with one of these tags."""
        return [field for field in self.fields if field.tag in tags]

    def one(self, *tags: str) -> SwiftField | None:
        """The only field with one of these tags, or None.

        Raises:
            BadBankFile: there are two.
        """
        found = self.all(*tags)
        if len(found) > 1:
            raise bad(found[1], f"there is a second :{found[1].tag}: in one message")
        return found[0] if found else None


def bad(field: SwiftField, what: str, do: str = "ask the bank to correct it") -> BadBankFile:
    """An error that names the line and the field."""
    return BadBankFile(f"Line {field.line}: field :{field.tag}: {what}: {do}.", line=str(field.line), field=field.tag)


def messages(text: str) -> list[Message]:
    """Return the messages of a file.

    Raises:
        BadBankFile: a field stands outside a message, so that the file is cut off at its beginning.
    """
    found: list[Message] = []
    kind: str | None = None
    within = False
    for number, whole in enumerate(_LINE_END.split(text), 1):
        line = whole
        if _END.match(line) or line.startswith("{1:"):
            within = False
        if not within:
            kind = named[1] if (named := _TYPE.search(line)) else kind
            line = line.rpartition("{4:")[2]
        field = _FIELD.match(line)
        if field and field[1] == "20":
            found.append(Message(kind, [SwiftField("20", field[2], number)]))
            kind, within = None, True
        elif within:
            _add(found[-1].fields, field, line, number)
        elif field and field[1] in _OF_STATEMENTS:
            raise bad(SwiftField(field[1], "", number), "stands before any :20:", "ask the bank to send the file again")
    return found


def _add(fields: list[SwiftField], field: re.Match[str] | None, line: str, number: int) -> None:
    """Add a field, or a further line of the last one. A payer's text may have a line that looks like a field."""
    if field and (field[1] in _OF_STATEMENTS or fields[-1].tag != "86"):
        fields.append(SwiftField(field[1], field[2], number))
    elif line.strip(_EMPTY):
        fields[-1].text += f"\n{line}"
