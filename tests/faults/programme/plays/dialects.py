"""Banks that write their files as real ones do: shared or missing references, sums, pages, other formats, all repeated.

One fault is one production whose bank speaks a dialect, by name or at random. Its files arrive in another order, and
some arrive again. In the end every booking in the bank's books is in ours once, and the balances are equal.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import psutil
import sqlalchemy as sa

from adapters.bank.folder import folder_of
from adapters.db import tables
from adapters.db.queries.ledger import balances as balances_of
from adapters.db.streams import stream_of
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.admin import folders_path
from adapters.sandbox_bank.dialect import Dialect, dialect_of
from adapters.sandbox_bank.faults import FaultKind, add_fault
from domain.values.money import Money
from tests.faults.programme.agreements import ACCOUNT, Drawn, draw
from tests.faults.programme.judge import proven
from tests.faults.programme.plays.messages import put
from tests.faults.programme.stage import OPEN, Stage, Stuck
from tests.faults.programme.tally import Harm

_NAMED: tuple[dict[str, str], ...] = (
    {"references": "shared"},
    {"references": "entry", "camt_version": "2"},
    {"references": "counter", "fee": "300", "entries": "single"},
    {"references": "none", "notification": "intraday"},
    {"restated": "true", "lump": "statement"},
    {"lump": "always", "debit_charge": "500"},
    {"ids": "instruction", "odd_characters": "true"},
    {"notification": "running", "page": "1", "entries": "single"},
    {"format": "mt", "page": "3", "envelope": "true"},
    {"repeats": "true", "days": "statement", "returns": "text"},
    {"credit_charge": "700", "encoding": "UTF-16", "envelope": "true"},
    {"doubts": "true", "status": "instruction", "status_version": "3"},
)
_AT_ONCE = 4
_STRAY = Money(123, "KRW")


@dataclass(frozen=True)
class Speaker:
    """A production, the traits of its bank's files or the seed that they are drawn by, and the order of the files."""

    drawn: Drawn
    traits: tuple[tuple[str, str], ...]
    seed: int | None
    order: int

    @property
    def dialect(self) -> Dialect:
        """The dialect. Its accounts are in won, which Zengin records cannot carry."""
        made = dialect_of(dict(self.traits), self.seed)
        return made if made.format != "zengin" else dialect_of({"format": "mt"}, self.seed)


def plan(dice: Random, short: bool) -> list[Speaker]:
    named = dice.sample(_NAMED, 2) if short else _NAMED
    seeds = [dice.randrange(10**6) for _ in range(2 if short else 30)]
    return [
        *(Speaker(draw(dice, (3, 6)), tuple(each.items()), None, dice.randrange(10**6)) for each in named),
        *(Speaker(draw(dice, (3, 6)), (), seed, dice.randrange(10**6)) for seed in seeds),
    ]


async def play(stage: Stage, speakers: list[Speaker]) -> None:
    try:
        await _each(speakers, lambda speaker: _order(stage, speaker))
        await _shuffled(stage, speakers)
        await _each(speakers, lambda speaker: _repeated(stage, speaker))
        await _next_day(stage, speakers)
    except Stuck as stuck:
        stage.tally.add("bank speaks a dialect", 0, Harm(stuck=[str(stuck)]))
    for speaker in speakers:
        stage.tally.add("bank speaks a dialect", 1, _compared(stage, speaker))
    stage.tally.add("bank speaks a dialect", 0, proven(stage))


async def _each(speakers: list[Speaker], step: Callable[[Speaker], Awaitable[None]]) -> None:
    for start in range(0, len(speakers), _AT_ONCE):
        await asyncio.gather(*(step(speaker) for speaker in speakers[start : start + _AT_ONCE]))


async def _order(stage: Stage, speaker: Speaker) -> None:
    """Register, and pay what is due: the bank returns one payment and rejects another."""
    key = speaker.drawn.key
    await stage.register(speaker.drawn)
    await stage.until(lambda: _is_open(stage, key), f"{key} has no account at the bank")
    with stage.books() as books:
        books.set_dialect(folder_of(key, ACCOUNT), speaker.dialect)
        add_fault(books.db, f"{key}.P0", FaultKind.RETURN, reason="AC04", seconds=2)
        add_fault(books.db, f"{key}.P1", FaultKind.REJECT, reason="AC06", seconds=0)
    await stage.accept(key)
    await stage.pay(key)
    await stage.until(lambda: stage.quiet(key), f"the files of {key} are not taken in")


def _is_open(stage: Stage, key: str) -> bool:
    with stage.books() as books:
        return folder_of(key, ACCOUNT) in books.accounts()


async def _shuffled(stage: Stage, speakers: list[Speaker]) -> None:
    """Let money come in and the day end while the worker is suspended; it then finds all files in another order."""
    worker = psutil.Process(stage.stack.process("worker").pid)
    worker.suspend()
    try:
        for speaker in speakers:
            await stage.pay_in(speaker.drawn.key)
            for _ in range(2):
                _credit(stage, speaker.drawn.key, _STRAY, "STRAY")
                await _told(stage)
        _pass_days(stage, 1)
        await asyncio.sleep(1)
        await _told(stage)
        for speaker in speakers:
            inbox = _home(stage, speaker.drawn.key) / "inbox"
            files = sorted(file for file in inbox.iterdir() if not file.name.startswith("."))
            places = list(range(len(files)))
            Random(speaker.order).shuffle(places)
            for place, file in zip(places, files, strict=True):
                file.rename(inbox / f"{place:03}-{file.name}")
    finally:
        worker.resume()
    for speaker in speakers:
        await stage.until(lambda key=speaker.drawn.key: stage.quiet(key), f"the files of {speaker.drawn.key} wait")


def _credit(stage: Stage, key: str, amount: Money, reference: str) -> None:
    with stage.books() as books:
        admin.credit(books, folder_of(key, ACCOUNT), amount, "Somebody", reference, stage.clock.now().date())


async def _told(stage: Stage) -> None:
    """Wait until the bank has told all that it has booked."""

    def _all() -> bool:
        with stage.books() as books:
            open_ = "SELECT EXISTS (SELECT 1 FROM posting WHERE notify = 'due'), EXISTS (SELECT 1 FROM statement"
            query = f"{open_} WHERE NOT done), EXISTS (SELECT 1 FROM outgoing WHERE NOT written)"  # noqa: S608
            return not any(books.db.execute(query).fetchone())

    await stage.until(_all, "the bank does not tell what it has booked")


async def _repeated(stage: Stage, speaker: Speaker) -> None:
    """Deliver some of the files again, as the same bytes under other names."""
    key, dice = speaker.drawn.key, Random(speaker.order)
    home = _home(stage, key)
    for n in range(3):
        file = dice.choice(sorted((home / "archive").iterdir()))
        put(home, f"again-{n}-{file.name}"[-90:], file.read_bytes())
    await stage.until(lambda: stage.quiet(key), f"repeated files of {key} are not taken in")


async def _next_day(stage: Stage, speakers: list[Speaker]) -> None:
    """The bank takes the contribution back, which then comes again. Two days later everything is stated."""
    for speaker in speakers:
        with stage.books() as books:
            folder = folder_of(speaker.drawn.key, ACCOUNT)
            admin.reverse(books, folder, f"{speaker.drawn.key}.IN", stage.clock.now().date())
        await stage.pay_in(speaker.drawn.key)
    await _told(stage)
    _pass_days(stage, 2)
    await asyncio.sleep(1)
    await _told(stage)
    for speaker in speakers:
        await stage.until(lambda key=speaker.drawn.key: stage.quiet(key), f"statements of {speaker.drawn.key} wait")


def _pass_days(stage: Stage, days: int) -> None:
    now: datetime = max(stage.clock.now(), OPEN)
    stage.clock.set(now + timedelta(days=days))


def _home(stage: Stage, key: str):
    return folders_path(stage.data) / folder_of(key, ACCOUNT)


def _compared(stage: Stage, speaker: Speaker) -> Harm:
    """Compare day by day what came in and what went out, and the balance."""
    key, harm = speaker.drawn.key, Harm()
    said = f"{key}, whose bank speaks {speaker.dialect.model_dump(exclude_defaults=True)}"
    with stage.books() as books:
        folder = folder_of(key, ACCOUNT)
        theirs = _per_day((on, money.minor) for on, money in books.bookings(folder))
        balance = books.moved()[folder].minor
    table = tables.booking.c
    query = sa.select(table.booked_on, table.minor).where(
        table.stream == stream_of(key), table.account == ACCOUNT, table.fate != "known"
    )
    with stage.reading() as records:
        ours = _per_day((on, minor) for on, minor in records.connection.execute(query))
        rows = {row.account: row.balance.minor for row in balances_of(records.connection, key)}
    for day_and_way in sorted(ours.keys() | theirs.keys()):
        ours_then, theirs_then = ours[day_and_way], theirs[day_and_way]
        if abs(ours_then) < abs(theirs_then):
            harm.lost.append(f"{said}: {theirs_then} was booked on {day_and_way[0]}, and {ours_then} is in our books")
        elif ours_then != theirs_then:
            harm.doubled.append(
                f"{said}: {theirs_then} was booked on {day_and_way[0]}, and {ours_then} is in our books"
            )
    if rows.get(f"asset:bank:{ACCOUNT}", 0) != balance:
        harm.broken.append(f"{said}: our bank account is {rows.get(f'asset:bank:{ACCOUNT}')}, and the bank's {balance}")
    if not stage.ended(key):
        harm.stuck.append(f"{said}: its payments are {stage.statuses(key)}")
    return harm


def _per_day(bookings) -> Counter[tuple[date, bool]]:
    """What came in and what went out on each day."""
    sums: Counter[tuple[date, bool]] = Counter()
    for on, minor in bookings:
        sums[on, minor > 0] += minor
    return sums
