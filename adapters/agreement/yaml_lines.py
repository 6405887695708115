"""Reads a strict subset of YAML, with the line of each key and list item.

Only plain data is allowed: no tags, anchors or aliases (so nothing can blow up), no second document, no repeated key.
Plain scalars follow YAML 1.2's core schema, with two differences. Dates stay text. A number with a decimal point is
reported, because exact amounts and rates must be quoted. Texts are made NFC, as the cells of sheets are, so that what
looks the same is the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from unicodedata import normalize

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from domain.agreement.checks import Path

MAX_BYTES = 2_000_000
_MAX_DEPTH = 20
_MAX_NODES = 50_000
_MAX_DIGITS = 18

_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)

Node = None | bool | int | str | list["Node"] | dict[str, "Node"]


class NotPlainYaml(Exception):
    """The file cannot be read any further. `line` counts from 1."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(slots=True)
class LinedYaml:
    """The content of a file: its data, the line of each key and list item, and slips that did not stop the reading."""

    data: Node = None
    lines: dict[Path, int] = field(default_factory=dict)
    slips: list[tuple[Path, int, str]] = field(default_factory=list)


def read_yaml(raw: bytes) -> LinedYaml:
    """Read one YAML document.

    Raises:
        NotPlainYaml: it is too big, not UTF-8, not YAML, or uses a feature that agreements may not use.
    """
    if len(raw) > MAX_BYTES:
        raise NotPlainYaml(1, f"the file has {len(raw)} bytes, and an agreement at most {MAX_BYTES}: is it one?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise NotPlainYaml(line, "this is not text in UTF-8: save the file as UTF-8.") from None
    try:
        return _Reader(text).read()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = str(error.problem or error.context or "it cannot be read")
        if error.context_mark:
            what += f", in what begins on line {error.context_mark.line + 1}"
        line = mark.line + 1 if mark else 1
        raise NotPlainYaml(
            line, f"this is not YAML ({what}): check indentation (spaces, no tabs) and quotes."
        ) from None
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise NotPlainYaml(line, "there is a control character here: is this a text file? Remove it.") from None
    except (YAMLError, RecursionError):
        raise NotPlainYaml(1, "this is not YAML that can be read: check indentation, brackets and quotes.") from None


class _Reader:
    """Builds plain data from the parser's events."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._read = LinedYaml()
        self._nodes = 0

    def read(self) -> LinedYaml:
        """Read the one document of the text.

        Raises:
            NotPlainYaml: the text is no document of this subset.
        """
        next(self._events)
        first = next(self._events)
        if isinstance(first, StreamEndEvent):
            raise NotPlainYaml(1, "the file is empty: write an agreement, beginning with `sluice: 1`.")
        self._read.data = self._node(next(self._events), (), 0)
        next(self._events)
        after = next(self._events)
        if isinstance(after, DocumentStartEvent):
            raise NotPlainYaml(_line(after), "a second document begins here: one file is one agreement.")
        return self._read

    def _node(self, event: Event, path: Path, depth: int) -> Node:
        self._refuse_machinery(event, depth)
        self._read.lines.setdefault(path, _line(event))
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path, depth)
        assert isinstance(event, ScalarEvent)  # noqa: S101 - the grammar allows nothing else
        return self._scalar(event, path)

    def _refuse_machinery(self, event: Event, depth: int) -> None:
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise NotPlainYaml(_line(event), f"more than {_MAX_NODES} values: an agreement has a few hundred.")
        if depth > _MAX_DEPTH:
            raise NotPlainYaml(_line(event), f"this is nested deeper than {_MAX_DEPTH} levels: check the brackets.")
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise NotPlainYaml(_line(event), "anchors (&) and aliases (*) are not used here: write the value out.")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            raise NotPlainYaml(_line(event), "tags (!) are not used here: write the plain value.")

    def _mapping(self, path: Path, depth: int) -> Node:
        found: dict[str, Node] = {}
        while isinstance(key := next(self._events), NodeEvent):
            self._refuse_machinery(key, depth)
            if not isinstance(key, ScalarEvent):
                raise NotPlainYaml(_line(key), "a field's name must be a single word: check the brackets.")
            name = normalize("NFC", str(key.value))
            inside = (*path, name)
            if name in found:
                first = self._read.lines[inside]
                sentence = f"this field is given twice, first on line {first}: keep one of them."
                self._read.slips.append((inside, _line(key), sentence))
                kept, self._read.lines = self._read.lines, {}
                self._node(next(self._events), inside, depth + 1)
                self._read.lines = kept
            else:
                self._read.lines[inside] = _line(key)
                found[name] = self._node(next(self._events), inside, depth + 1)
        return found

    def _sequence(self, path: Path, depth: int) -> Node:
        found: list[Node] = []
        while not isinstance(item := next(self._events), SequenceEndEvent):
            found.append(self._node(item, (*path, len(found)), depth + 1))
        return found

    def _scalar(self, event: ScalarEvent, path: Path) -> Node:
        text = normalize("NFC", str(event.value))
        if event.style is not None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text) and len(text) <= _MAX_DIGITS:
            return int(text)
        if _DECIMAL.fullmatch(text):
            sentence = f'{text[:40]} would lose digits as a number: write it in quotes, "{text[:40]}".'
            self._read.slips.append((path, _line(event), sentence))
        return text


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
