"""A dishonest user with one role does at random what the command line lets them do, while honest people pay.

Every command that the table declares for people is drawn, with what is on record in its fields, and agreements in which
the payees' accounts are the insider's. Honest people of the payer prepare and release as ever, without a look at the
accounts. No two people of the payer confirm another account, so no order may name one.

One fault is one act of the insider.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from temporalio.service import RPCError

from adapters.bank.folder import folder_of
from adapters.db import tables
from adapters.db.queries import chain
from adapters.db.streams import HOUSE
from app.commands.client import CommandClient
from domain.commands import Command, Declaration
from domain.errors import SluiceError
from domain.identity import Role
from tests.faults.programme.agreements import ACCOUNT, PARTIES, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.plays.random_commands import by_people, fields_of, known_in, owner_of
from tests.faults.programme.stage import Stage, Stuck
from tests.faults.programme.tally import Harm

KIND = "random act of an insider"
THEIRS = "999999999000"
"""How the numbers of the accounts begin that the insider wants the money on."""
_TRIES = 40
_PATIENCE_S = 20.0
_CREDITOR = re.compile(rb"<CdtrAcct>.*?<(?:Id|IBAN)>([A-Z0-9]+)</.*?</CdtrAcct>", re.DOTALL)


@dataclass(frozen=True)
class Insider:
    """A production, who is dishonest in it, and how often they act."""

    drawn: Drawn
    role: Role
    party: str
    acts: int

    @property
    def user(self) -> str:
        return f"insider-{self.role}-{self.party}"


def plan(dice: Random, short: bool) -> list[Insider]:
    """Draw who is dishonest: each role once, of any party; in the short form two of them."""
    roles = [Role.PRODUCER, dice.choice(list(Role))] if short else list(Role)
    return [Insider(draw(dice, (3, 5)), role, dice.choice(PARTIES), 45 if short else 120) for role in roles]


async def play(stage: Stage, insiders: list[Insider]) -> None:
    made = Counter[str]()
    for insider in insiders:
        harm = Harm()
        try:
            harm = await _played(stage, insider, made)
        except Stuck as stuck:
            harm.stuck.append(str(stuck))
        key = insider.drawn.key
        harm = harm.and_also(judge(stage, key, ended=False)).and_also(proven(stage)).and_also(accounts_of(stage, key))
        stage.tally.add(KIND, insider.acts, harm)
    never = [one.name for one in by_people() if one.name not in made]
    stage.tally.skipped |= dict.fromkeys(never, "no command of this kind was drawn")


def accounts_of(stage: Stage, key: str) -> Harm:
    """Check that no order names an account which two people of the payer did not confirm."""
    table, drawn = tables.outbox.c, tables.document.c
    query = (
        sa.select(table.name, drawn.content)
        .join_from(tables.outbox, tables.document, table.document == drawn.sha256)
        .where(table.kind == "bank-file", table.target == folder_of(key, ACCOUNT))
    )
    with stage.reading() as records:
        orders = {row.name: _CREDITOR.findall(bytes(row.content)) for row in records.connection.execute(query)}
    wrong = {name for name, found in orders.items() if any(THEIRS.encode() in one for one in found)}
    return Harm(broken=[f"{key}: the order {name} pays to an account that nobody confirmed" for name in sorted(wrong)])


async def _played(stage: Stage, insider: Insider, made: Counter[str]) -> Harm:
    """Let the insider act before, between and after what honest people do."""
    key = insider.drawn.key
    await stage.register(insider.drawn)
    at_work = _Acts(stage, insider, made)
    third = insider.acts // 3
    await at_work.act(third)
    await _unless_hindered(stage.accept(key))
    await at_work.act(third)
    await _unless_hindered(_pay(stage, key))
    await at_work.act(insider.acts - 2 * third)
    await _unless_hindered(_pay(stage, key))
    return at_work.harm


async def _pay(stage: Stage, key: str) -> None:
    """Open the day, and release what is prepared."""
    for run in await stage.as_user("payer-one").open_runs(key, ACCOUNT):
        await stage.until(lambda run=run: stage.run(run) is not None, f"run {run} is not prepared")
        await stage.release(run)
        await stage.until(lambda run=run: stage.run(run).file is not None, f"run {run} is not sent")


async def _unless_hindered(step: Awaitable[None]) -> None:
    """Do what honest people do. An insider who may hold, cancel or reject may hinder it: nothing is paid then."""
    with suppress(SluiceError, Stuck, TimeoutError, RPCError):
        await asyncio.wait_for(step, _PATIENCE_S)


@dataclass
class _Acts:
    stage: Stage
    insider: Insider
    made: Counter[str]
    harm: Harm = field(default_factory=Harm)
    _to_come: list[Declaration] = field(default_factory=list)

    @property
    def client(self) -> CommandClient:
        return self.stage.as_user(self.insider.user)

    async def act(self, times: int) -> None:
        """Do something `times` times. It is done or refused in a sentence."""
        for _ in range(times):
            command = self._drawn(self._next())
            if command is None:
                continue
            self.made[type(command).__name__] += 1
            try:
                await asyncio.wait_for(self._given(command), _PATIENCE_S)
            except (SluiceError, TimeoutError):
                continue
            except Exception as error:  # noqa: BLE001 - a person sees a traceback
                self.harm.broken.append(f"{type(command).__name__}: {type(error).__name__}: {str(error)[:200]}")

    def _next(self) -> Declaration:
        """Return each kind of command once, in any order, and begin again."""
        if not self._to_come:
            self._to_come = by_people()
            self.stage.dice.shuffle(self._to_come)
        return self._to_come.pop()

    def _drawn(self, declaration: Declaration) -> Command | None:
        """Draw a command's fields until they fit together; None if they never do."""
        known, dice = self._known(), self.stage.dice
        for _ in range(_TRIES):
            fields = fields_of(declaration.command, dice, known)
            try:
                return self.client._made(declaration.command, **fields)
            except (ValidationError, SluiceError, KeyError):
                continue
        return None

    async def _given(self, command: Command) -> None:
        """Give a command as the command line does: to its workflow, else to its transaction."""
        declaration = next(one for one in by_people() if one.command is type(command))
        if declaration.workflow:
            await self.client.deliver(command)
            return
        owner = owner_of(declaration)(self.stage.services.handler)
        await asyncio.to_thread(getattr(owner, declaration.activity), command)

    def _known(self) -> dict[str, list[Any]]:
        """What is on record, and what the insider brings: agreements of their own, under the next version."""
        key = self.insider.drawn.key
        with self.stage.reading() as records:
            facts = [*chain.facts(records.connection, f"production/{key}"), *chain.facts(records.connection, HOUSE)]
            known = known_in(facts)
            row = records.connection.execute(sa.select(tables.production).where(tables.production.c.key == key)).one()
        forged = list(self._agreements(row.version + 1))
        return known | {
            "production": [*[key] * 7, ""],
            "document": [*forged, *forged[:1] * 3, row.document],
            "number": [f"{THEIRS}99"],
            "iban": [f"{THEIRS}99"],
            "round": [1],
            "revision": [1],
        }

    def _agreements(self, version: int) -> Iterator[str]:
        """Yield the hashes of stored agreements in which every payee's account is the insider's."""
        honest = json.loads(self.insider.drawn.agreement())
        for number, account in enumerate(honest["accounts"], 10):
            if account["control"] == "external":
                account["number"] = f"{THEIRS}{number}"
        for number in (version, 1):
            raw = json.dumps(honest | {"version": number}).encode()
            with self.stage.services.store.transaction() as transaction:
                yield transaction.keep("theirs.yaml", raw)
