"""Writes the pages of the reference that are made from the code: `python -m docs.generate`.

`PAGES` has each page by its path under `docs/`, with what makes it. `tests/docs/test_generate.py` compares.
"""

import inspect
import itertools
import re
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel

from app.cli import cli
from app.settings import PREFIX, Settings, User
from docs import facts as facts_page
from docs.describe import about, default_of, doc, fields_of, kind_of, paragraph, record_section, records_in, table
from docs.tax import tax_page
from domain import errors
from domain.agreement.model import Agreement, Purpose
from domain.calendar.overrides import CalendarOverride
from domain.commands import TABLE, Declaration
from domain.commands.base import ENVELOPE
from domain.events import Event, StatementKind
from domain.identity import Role
from domain.ledger.entries import ACCRUING, MOVING, postings
from domain.reads import ACCESS, Access
from domain.sharing.waterfall import phrases
from domain.sharing.waterfall.tokens import WORDS
from domain.values.money import Money

DOCS = Path(__file__).parent
_MADE = "This page is made from the code by `python -m docs.generate`; do not edit it."
_PURPOSES = re.compile(r":.*:(" + "|".join(Purpose) + ")$")
"""Accounts of one purpose of many, which another account of the same event stands for."""


def commands() -> Iterator[str]:
    """Who may give which command, and what carries it."""
    yield from _head("# Commands", "Its source is `domain/commands/table.py`.")
    yield from paragraph(
        """
        A command is what somebody wants, or Sluice itself. It is carried out once for each *key*: the same
        command again under its key is answered with the earlier outcome, and another command under it is
        refused (`IdempotencyConflict`). Most commands of the command line take `--key` for a key of your
        own.
        """
    )
    people = [one for one in TABLE if one.role is not None]
    yield "\n## Who may do what\n"
    yield from table(
        ("command", "role", "for", "not"),
        ((f"[{one.name}](#{one.name.lower()})", f"`{one.role}`", one.parties, one.excluded) for one in people),
    )
    yield "\nThe others are given by Sluice itself. The roles are " + ", ".join(f"`{role}`" for role in Role) + "."
    for one in TABLE:
        yield from _command(one)


def _command(one: Declaration) -> Iterator[str]:
    yield f"\n## {one.name}\n\n{one.description}\n"
    given = "Sluice" if one.role is None else f"the role `{one.role}` for {one.parties}"
    facts = {
        "given by": f"{given}, and Sluice itself" if one.role and one.system else given,
        "never by": one.excluded,
        "key": f"`{one.key}`" + (", ended by something new each time" if one.repeatable else ""),
        "carried by": f"update `{one.update}` of the workflow `{one.workflow}`" if one.workflow else "",
        "transaction": f"activity `{one.activity}`",
        "command line": f"`sluice {one.cli}`" if one.cli else "",
        "resource": f"`{one.path}`" if one.path else "",
    }
    yield from (f"* {name}: {value}" for name, value in facts.items() if value)
    fields = [name for name in one.command.model_fields if name not in {"key", "by", "production", *ENVELOPE}]
    if fields:
        kinds = (f"`{name}` ({kind_of(one.command.model_fields[name].annotation)})" for name in fields)
        own = [each for each in records_in(one.command)[1:] if each not in _in_events()]
        written = ", ".join(kinds).replace("](#", "](events.md#")
        for each in own:
            written = written.replace(f"](events.md#{each.__name__.lower()})", f"](#{each.__name__.lower()})")
        yield f"* fields: {written}"
        for each in own:
            yield from record_section(each, "###")


@cache
def _in_events() -> frozenset[type[BaseModel]]:
    """The records that the page of events describes."""
    return frozenset(record for event in get_args(get_args(Event)[0]) for record in records_in(event))


def events() -> Iterator[str]:
    """Every event of the journal, with its fields."""
    yield from _head("# Events", "Its source is `domain/events/`.")
    yield from paragraph(
        """
        The journal holds facts, in the past tense. Each has a type, a business day on which it counts, the
        instant at which it was recorded, who did it, and the hash that chains it to the one before. Some
        post balanced entries in the books; what an account is of is written as the field that names it.
        Between two currencies each side balances through `equity:fx-position`, and what the bank's rate
        gained or lost is in `expense:fx-gain-loss`; within one, what is left over is in
        `expense:bank-charges`.
        """
    )
    for module, members in itertools.groupby(get_args(get_args(Event)[0]), key=inspect.getmodule):
        yield f"\n## {(module.__name__ if module else '').rpartition('.')[2].title()}\n"
        yield from paragraph(doc(module))
        described = list(members)
        for event in described:
            yield f"\n### {event.model_fields['type'].default}\n"
            yield from paragraph(doc(event))
            yield from _posted(event)
            yield ""
            yield from fields_of(event, leave_out="type")
        for record in dict.fromkeys(one for event in described for one in records_in(event)[1:]):
            yield from record_section(record, "###")


def _posted(event: type[BaseModel]) -> Iterator[str]:
    """The accounts that an event debits and credits, found by posting events whose fields hold their own names."""
    if event not in ACCRUING | MOVING:
        return
    posted = [entry for one in _samples(event) for entry in postings(one)]
    sides = [sorted({one.account for one in posted if one.amount.minor * sign > 0}) for sign in (1, -1)]
    debits, credited = (", ".join(f"`{one}`" for one in side if not _PURPOSES.search(one)) for side in sides)
    yield ""
    yield from paragraph(f"It debits {debits}. It credits {credited}.")


def _samples(record: type[BaseModel]) -> list[Any]:
    """Records whose words are the names of their fields; one for each choice that a field leaves."""
    fields = {name: _choices(name, field.annotation) for name, field in record.model_fields.items()}
    return [
        record.model_construct(**dict(zip(fields, each, strict=True))) for each in itertools.product(*fields.values())
    ]


def _choices(name: str, kind: Any) -> list[Any]:
    origin, inner = get_origin(kind), [each for each in get_args(kind) if each is not types.NoneType]
    if origin is tuple:
        return [(each,) for each in _choices(name, inner[0])]
    if origin is Literal:
        return list(inner)
    if kind is StatementKind or kind is Purpose:
        return [StatementKind.RECEIPT] if kind is StatementKind else [name, Purpose.PARTICIPATION, Purpose.CONTRIBUTION]
    for one in (kind, *inner):
        if inspect.isclass(one) and issubclass(one, BaseModel):
            return _samples(one)
    return [Money(100, "KRW")] if Money in (kind, *inner) else [name]


def error_codes() -> Iterator[str]:
    """The tree of errors with their codes."""
    yield from _head("# Errors", "Its source is `domain/errors.py`.")
    yield from paragraph(
        """
        An error has a code, one sentence for people, and the data that it speaks of. The command line
        prints the sentence after `error:` and ends with status 1. A code that is defined elsewhere is one
        of these kinds. *Recorded* means that the refusal is an event in the journal; *passes* that it ends
        by itself once somebody has done their part, so that Sluice tries again.
        """
    )
    yield ""
    yield from table(
        ("code", "kind of", "what it means", ""),
        (
            (f"`{one.__name__}`", f"`{one.__base__.__name__}`", doc(one), _nature(one))
            for one in vars(errors).values()
            if inspect.isclass(one) and one.__base__ is not None and issubclass(one, errors.SluiceError)
        ),
    )


def _nature(error: type[errors.SluiceError]) -> str:
    return "recorded" if error.recorded else "passes" if error.passing else ""


def settings() -> Iterator[str]:
    """Every setting with its default."""
    yield from _head("# Settings", "Its source is `app/settings.py`.")
    yield from paragraph(
        f"""
        A setting is a line of `sluice.toml` in the data folder, or an environment variable: `task_queue` is
        `{PREFIX}TASK_QUEUE`. The variable wins. Between them come secret files, named like the variable in
        lower case, in the folder that `{PREFIX}SECRETS` names. `{PREFIX}CONFIG` names another file than
        `sluice.toml`. Structured settings are written as JSON in a variable. Temporal's own profile and TLS
        come from Temporal's configuration.
        """
    )
    yield ""
    yield from table(
        ("setting", "kind", "default", "what it is"),
        (
            (f"`{name}`", kind_of(field.annotation), default_of(field), about(Settings, name))
            for name, field in Settings.model_fields.items()
        ),
    )
    for record in (User, CalendarOverride):
        yield from record_section(record)


def command_line() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield from _head("# Command line", "Its source is `app/cli/`.")
    yield from paragraph(
        """
        `sluice GROUP COMMAND --help` says the same. A command ends with status 0 if it is done, 1 if it is
        refused or has failed (one sentence says why), 2 if it is not understood, 130 after Ctrl-C. Nearly
        all take `--json`. [Lists](lists.md) has what lists have in common.
        """
    )
    context = click.Context(cli, info_name="sluice")
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None  # noqa: S101 - it is listed
        yield from _described(command, click.Context(command, info_name=name, parent=context))


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    level = "##" if context.parent and context.parent.parent is None else "###"
    yield f"\n{level} {context.command_path}\n\n{inspect.cleandoc(command.help or '')}"
    options = [each for each in command.params if isinstance(each, click.Option)]
    if not isinstance(command, click.Group):
        usage = " ".join(each for each in command.collect_usage_pieces(context))
        yield f"\n    {context.command_path} {usage}"
    if options:
        yield ""
    records = (each.get_help_record(context) for each in options)
    yield from table(("option", ""), ((f"`{each[0]}`", each[1]) for each in records if each))
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            member = command.get_command(context, name)
            assert member is not None  # noqa: S101 - it is listed
            yield from _described(member, click.Context(member, info_name=name, parent=context))


def agreement() -> Iterator[str]:
    """The agreement's fields, record by record, and the grammar of phrases."""
    yield from _head("# The agreement", "Its sources are `domain/agreement/model.py` and `domain/sharing/waterfall/`.")
    yield from paragraph(
        """
        An agreement is one YAML file. `sluice agreement check FILE` names everything that is wrong with it
        by line. `sluice agreement schema` prints the JSON Schema by which editors complete it;
        `examples/agreement.schema.json` is it. Amounts are text such as `KRW 90000000` or `USD 1250.00`,
        other numbers that are not whole are text too (`"1385.00"`), days are `2025-03-31`, times `15:30`.
        [The language of the waterfall](waterfall-language.md) has an example of every phrase, [calendars and
        day counts](calendars-and-day-counts.md) has calendars, conventions and interest.
        `examples/waterfalls/README.md` has a table of constructs: what contracts say, and how it is written
        here.
        """
    )
    yield "\n## Phrases\n\nShares, sums and conditions of the waterfall are phrases:\n"
    grammar = inspect.getdoc(phrases) or ""
    yield textwrap.indent("\n".join(line[4:] for line in grammar.splitlines() if line.startswith("    ")), "    ")
    yield "\n" + grammar.rpartition("\n\n")[2].replace("\n", " ") + "\n"
    yield from paragraph(
        f"""
        `NAME` is a party, pool, position, claim or metric: what it has come to so far. `AMOUNT` is `USD
        300000.00`, `DATE` is `2026-01-01`. `and` binds closer than `or`. A base is always named: `10 %`
        alone is refused. No name may be one of the grammar's words: {", ".join(sorted(WORDS))}.
        """
    )
    for record in records_in(Agreement):
        yield from record_section(record)


def facts() -> Iterator[str]:
    """How files of facts are read."""
    yield from _head("# Facts", "Its sources are `docs/facts.py` and `adapters/sharing/sheets/`.")
    yield from facts_page.facts()


def tax() -> Iterator[str]:
    """Rules of tax, kinds, doubts."""
    yield from _head("# Tax", "Its sources are `adapters/tax/tables/` and `domain/tax/`.")
    yield from tax_page()


def who_may_do_what() -> Iterator[str]:
    """Who may give which command, and who may read what."""
    yield from _head("# Who may do what", "Its sources are `domain/commands/table.py` and `domain/reads.py`.")
    yield from paragraph(
        """
        A user has roles for a party, in some productions or in all. `sluice user list` shows them, and
        [how they change](../how-to/change-who-may-act.md) is a page of its own. A right is looked up where a
        command is decided: who has lost it, is refused at once. A substitute has the rights of whom they
        stand in for, and says so with each command (`--for USER`).
        """
    )
    for role in Role:
        mine = [one for one in TABLE if one.role is role]
        yield f"\n## {role}\n"
        rows = ((f"[`sluice {one.cli}`](commands.md#{one.name.lower()})", one.parties, one.excluded) for one in mine)
        if mine:
            yield from table(("may", "for", "not"), rows)
        reads = [str(resource) for resource, access in ACCESS.items() if role in access.roles]
        if reads:
            yield f"\nReads more than others: {', '.join(reads)}."
        if role is Role.AUDITOR:
            yield "\nReads everything of the productions that they act in, and runs `sluice audit`."
    yield "\n## Reading\n"
    yield from paragraph("[Lists](lists.md#who-reads-what) says what *own*, *accounts*, *owner* and *payer* mean.")
    yield ""
    yield from table(
        ("what", "any party", "more", "for"),
        (
            (str(resource), str(access.parties), str(access.kept) if access.roles else "", _keepers(access))
            for resource, access in ACCESS.items()
        ),
    )


def _keepers(access: Access) -> str:
    roles = ", ".join(role for role in Role if role in access.roles)
    return f"{access.keeper}: {roles}" if roles else ""


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "reference/agreement.md": agreement,
    "reference/command-line.md": command_line,
    "reference/commands.md": commands,
    "reference/errors.md": error_codes,
    "reference/events.md": events,
    "reference/facts.md": facts,
    "reference/settings.md": settings,
    "reference/tax.md": tax,
    "reference/who-may-do-what.md": who_may_do_what,
}


def _head(title: str, sources: str) -> Iterator[str]:
    yield f"{title}\n"
    yield from paragraph(f"{_MADE} {sources}")
    yield ""


def page(name: str) -> str:
    """The text of a page, by its path under `docs/`."""
    return "\n".join(PAGES[name]()).rstrip() + "\n"


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), "utf-8")
