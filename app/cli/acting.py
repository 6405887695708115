"""Commands of the command line that are built from the table of commands."""

import re
import types
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from app.cli.documents import hashed_documents, sha256_of
from app.cli.options import as_option, data_option, json_option, key_option
from app.commands.defaults import NEWEST
from domain.bank.messages import ClearingMember
from domain.commands import TABLE, Declaration
from domain.commands.base import ENVELOPE
from domain.errors import MoneyFormatError
from domain.values.money import Money

_NOT_OPTIONS = frozenset({"key", "by", "production"})


def commands_of(group: str) -> dict[str, click.Command]:
    """Return the commands of a group that the table declares, by name."""
    named = ((one.cli.partition(" "), one) for one in TABLE if one.workflow)
    return {verb: _command(declaration, verb) for (name, _, verb), declaration in named if name == group}


def _command(declaration: Declaration, verb: str) -> click.Command:
    fields = {name: field for name, field in declaration.command.model_fields.items() if name not in ENVELOPE}

    def _send(user: str, key: str, as_json: bool, data: Path | None, **given: Any) -> None:
        from app.cli.session import act

        act(data, user, lambda client: client.send(declaration.command, **given), as_json, key)

    made: Any = click.Command(verb, callback=_send, help=_help(declaration))
    for add_option in (as_option, key_option, json_option, data_option):
        made = add_option(made)
    options = [_option(name, field) for name, field in fields.items() if name not in declaration.arguments]
    made.params[:0] = [
        *(
            click.Argument([name], type=_DOCUMENT if name == "document" else _type(fields[name].annotation))
            for name in declaration.arguments
        ),
        *(option for option in options if option.name not in _NOT_OPTIONS),
    ]
    command: click.Command = made
    return command


def _help(declaration: Declaration) -> str:
    excluded = f"; {declaration.excluded} may not" if declaration.excluded else ""
    return f"{declaration.description}\n\nNeeds the role {declaration.role} in {declaration.parties}{excluded}."


def _option(name: str, field: FieldInfo) -> click.Option:
    kind, about = field.annotation, field.description or ""
    if get_origin(kind) is dict:
        return click.Option(
            [f"--{name.removesuffix('s')}", name],
            multiple=True,
            required=field.is_required(),
            metavar="ID=FILE|ID=sha256:HASH",
            callback=hashed_documents,
            help=about,
        )
    if get_origin(kind) is tuple:
        return click.Option([f"--{name.removesuffix('s')}", name], multiple=True, metavar="NAME", help=about)
    if kind is bool:
        return click.Option([f"--{name}", name], is_flag=True, help=about)
    required = field.is_required() and name not in NEWEST
    default: dict[str, Any] = {"default": field.default} if isinstance(field.default, str) else {}
    flag = f"--{name.replace('_', '-')}"
    return click.Option([flag, name], type=_type(kind), required=required, help=about, **default)


def _type(kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    if kind is date:
        return _DAY
    either = get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)
    if Money in either:
        return _MONEY
    if ClearingMember in either:
        return _CLEARING
    for each in either:
        if isinstance(each, type) and issubclass(each, StrEnum):
            return click.Choice([member.value for member in each])
    return int if int in either else str


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse a day such as 2026-03-31."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day such as 2026-03-31.", param, ctx)


_DAY = _Day()


class _Money(click.ParamType[Money]):
    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Money:
        """Parse an amount such as "KRW 90000000"."""
        try:
            return value if isinstance(value, Money) else Money.parse(value)
        except MoneyFormatError as error:
            self.fail(error.sentence, param, ctx)


_MONEY = _Money()


class _Document(click.ParamType[str]):
    name = "document"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the SHA-256 of a document, from itself or from the document's file."""
        if re.fullmatch(r"[0-9a-f]{64}", value):
            return str(value)
        if not Path(value).is_file():
            self.fail(f"{value!r} is neither a SHA-256 of 64 characters nor the document's file.", param, ctx)
        return sha256_of(Path(value))


class _Clearing(click.ParamType[ClearingMember]):
    name = "bank"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ClearingMember:
        """Parse a bank in its clearing system, such as "JPZGN 0005 123"."""
        if isinstance(value, ClearingMember):
            return value
        try:
            return ClearingMember(**dict(zip(("system", "member", "branch"), value.split(), strict=False)))
        except ValidationError:
            self.fail(f"{value!r} is no bank such as 'JPZGN 0005 123': system, member, branch.", param, ctx)


_CLEARING = _Clearing()


_DOCUMENT = _Document()
