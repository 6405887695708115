"""The lines of `workflows/` that ran in replays, and those that never did."""

import ast
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import workflows

FOLDER = Path(workflows.__file__).parent
NOT_REPLAYED = {"admission.py", "names.py", "updates.py"}
"""Validators judge what is not in the history yet: a replay never calls them, nor `admit`, which is all they do. And
`names.production_of` is asked by the archive, never by a workflow. `updates` makes handlers when it is imported, before
anything is watched; its one handler runs in every history that has an update."""


class Lines:
    """The lines that ran, by file name."""

    def __init__(self) -> None:
        self.ran: dict[str, set[int]] = defaultdict(set)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Trace threads that start inside, because a replayer runs workflows on threads of its own."""
        before = threading.gettrace()
        threading.settrace(self._call)
        try:
            yield
        finally:
            threading.settrace(before)

    def never(self) -> dict[str, list[int]]:
        """The lines of functions that never ran, by file name."""
        found = {}
        for file in sorted(FOLDER.glob("*.py")):
            if file.name not in NOT_REPLAYED:
                missing = sorted(executable(file) - self.ran[file.name])
                if missing:
                    found[file.name] = missing
        return found

    def _call(self, frame: FrameType, event: str, _: Any) -> Any:
        file = Path(frame.f_code.co_filename)
        if file.parent != FOLDER:
            return None
        self.ran[file.name].add(frame.f_lineno)
        return self._line

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        self.ran[Path(frame.f_code.co_filename).name].add(frame.f_lineno)
        return self._line


def executable(file: Path) -> set[int]:
    """The first lines of the statements inside functions, validators and docstrings left out."""
    found: set[int] = set()
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not _validates(function):
            for statement in ast.walk(function):
                if isinstance(statement, ast.stmt) and statement is not function and not _is_words(statement):
                    found.add(statement.lineno)
    return found & _compiled(compile(file.read_text("utf-8"), str(file), "exec"))


def _compiled(code: CodeType) -> set[int]:
    lines = {line for _, _, line in code.co_lines() if line is not None}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            lines |= _compiled(inner)
    return lines


def _validates(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "validator" for each in function.decorator_list)


def _is_words(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
