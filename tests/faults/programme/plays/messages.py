"""Bank messages that are repeated, reordered, or contradict earlier ones.

One fault is one additional message, one reordered message, or one lie. A lie must change no payment, be in suspense if
it is about money, and raise an alert.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from zlib import crc32

import psutil

from adapters.bank.folder import folder_of
from adapters.db.queries.payments import PaymentFilter, PaymentRow
from adapters.db.queries.payments import payments as payments_of
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.admin import folders_path
from adapters.sandbox_bank.dialect import DEFAULT
from adapters.sandbox_bank.entries import Posting, Report, entries_of
from adapters.sandbox_bank.files import account_file, status_report
from adapters.sandbox_bank.statuses import Answered, Original
from tests.faults.programme.agreements import ACCOUNT, DUE_ON, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.stage import Stage, Stuck
from tests.faults.programme.tally import Harm

ALERTS = {"answer-contradicted", "movement-unmatched", "bank-file-refused"}


@dataclass(frozen=True)
class Talk:
    """A production, the order and repetitions of its bank's messages, and the lies that follow."""

    drawn: Drawn
    order: int
    repeated: int
    lies: tuple[tuple[str, int], ...]


def plan(dice: Random, short: bool) -> list[Talk]:
    lies = list(LIES)
    return [
        Talk(
            draw(dice, (3, 6)),
            dice.randrange(10**6),
            dice.randint(2, 4) if short else dice.randint(5, 9),
            tuple((dice.choice(lies), dice.randrange(10**6)) for _ in range(2))
            if short
            else tuple((lie, dice.randrange(10**6)) for lie in lies),
        )
        for _ in range(1 if short else 12)
    ]


async def play(stage: Stage, talks: list[Talk]) -> None:
    for talk in talks:
        try:
            await _shuffled(stage, talk)
            await _repeated(stage, talk)
            await _lied_to(stage, talk)
        except Stuck as stuck:
            stage.tally.add("bank message repeated", 0, Harm(stuck=[str(stuck)]))


async def _shuffled(stage: Stage, talk: Talk) -> None:
    """Collect all messages of the bank while the worker is suspended, then deliver them in another order."""
    key = talk.drawn.key
    await stage.register(talk.drawn)
    await stage.accept(key)
    bank, worker = (psutil.Process(stage.stack.process(name).pid) for name in ("sandbox-bank", "worker"))
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    bank.suspend()
    try:
        await stage.pay(key)
        await stage.until(lambda: any((home / "outbox").iterdir()), "the order does not come out")
        worker.suspend()
    finally:
        bank.resume()
    try:
        await _heard(stage, home, 2)  # the answer to the order, and the booking
        await stage.pay_in(key)
        await _heard(stage, home, 3)
        with stage.books() as books:
            admin.request_statement(books, folder_of(key, ACCOUNT), date.fromisoformat(DUE_ON))
        files = await _heard(stage, home, 4)
        places = list(range(len(files)))
        Random(talk.order).shuffle(places)
        for place, file in zip(places, files, strict=True):
            file.rename(file.with_name(f"{place}-{file.name}"))
    finally:
        worker.resume()
    await stage.until(lambda: stage.paid(key), f"{key} is not paid")
    moved = sum(place != n for n, place in enumerate(places))
    stage.tally.add("bank message out of order", moved, judge(stage, key).and_also(_unalerted(stage, key)))


async def _heard(stage: Stage, home: Path, count: int) -> list[Path]:
    """Wait until the bank has written `count` files, and return them."""
    await stage.until(
        lambda: len(list((home / "inbox").glob("*.xml"))) >= count, f"the bank has not said {count} things"
    )
    return sorted((home / "inbox").glob("*.xml"))


async def _repeated(stage: Stage, talk: Talk) -> None:
    key, dice = talk.drawn.key, Random(talk.order)
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    before = len(stage.facts(key))
    for n in range(talk.repeated):
        file = dice.choice(sorted((home / "archive").glob("*.xml")))
        put(home, f"again-{n}-{file.name}"[-90:], file.read_bytes())
    await stage.until(lambda: stage.quiet(key), "repeated messages are not taken in")
    harm = judge(stage, key)
    harm.doubled += ["a repeated message was recorded again"] if len(stage.facts(key)) != before else []
    stage.tally.add("bank message repeated", talk.repeated, harm)


async def _lied_to(stage: Stage, talk: Talk) -> None:
    key = talk.drawn.key
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    for n, (lie, chance) in enumerate(talk.lies):
        with stage.services.store.reading() as records:
            payments = payments_of(records.connection, PaymentFilter(key)).items
        row = payments[chance % len(payments)]
        before, states = stage.facts(key), {p.id: p.status for p in payments}
        raw, money = LIES[lie](stage, key, row, f"LIE-{n}-{chance}")
        stage.lies[key] = stage.lies.get(key, 0) + money
        put(home, f"lie-{n}.xml", raw)
        await stage.until(lambda: stage.quiet(key), f"the lie '{lie}' is not taken in")
        harm = judge(stage, key)
        with stage.services.store.reading() as records:
            after = {p.id: p.status for p in payments_of(records.connection, PaymentFilter(key)).items}
        new = [fact.type for fact in stage.facts(key)[len(before) :]]
        harm.broken += [f"the lie '{lie}' changed a payment"] if after != states else []
        harm.stuck += [] if ALERTS & set(new) else [f"the lie '{lie}' alerts nobody: {new}"]
        stage.tally.add("bank contradicts itself", 1, harm)
    stage.tally.add("bank contradicts itself", 0, proven(stage))


def put(home, name: str, raw: bytes) -> None:
    """Put a file into an inbox atomically, like a bank."""
    staged = home / "inbox" / f".{name}"
    staged.write_bytes(raw)
    staged.rename(home / "inbox" / name)


def _unalerted(stage: Stage, key: str) -> Harm:
    """Check that true messages in another order raise no alert."""
    return Harm(broken=[f"the bank's truth raised {f.type}" for f in stage.facts(key) if f.type in ALERTS])


def _status(stage: Stage, key: str, row: PaymentRow, name: str, *statuses: tuple[str, str | None]) -> bytes:
    run = stage.run(row.run) if row.run else None
    message_id = (run and run.message_id) or "NEVER-SENT"
    said = [Answered(row.end_to_end_id, status, reason) for status, reason in statuses]
    return status_report(name, stage.clock.now(), _original(message_id), None, said)


def _original(message_id: str) -> Original:
    return Original(message_id, message_id, "pain.001.001.09")


def booking(stage: Stage, key: str, name: str, direction: str, minor: int, e2e: str, reason: str | None = None):
    """Return a camt.054 of one line, under a reference that the bank never gave."""
    with stage.books() as books:
        holder = books.holder(folder_of(key, ACCOUNT))
    number, on = 10**9 + crc32(name.encode()), date.fromisoformat(DUE_ON)
    line = Posting(number, direction, minor, "transfer", e2e, "X", "", reason, None, None, None, DUE_ON)
    entries = entries_of([line], DEFAULT, "notification")
    report = Report("notification", holder, 1, on, on, None, None, entries)
    return account_file(name, stage.clock.now(), [report])


def _minor(row: PaymentRow) -> int:
    return row.amount.minor


def _known_id(stage: Stage, key: str, row: PaymentRow, name: str) -> bytes:
    """Return other content under the id of a known message."""
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    file = min((home / "archive").glob("*camt.054*"))
    return file.read_bytes().replace(b"<Ccy>KRW</Ccy>", b"<Ccy>KRW</Ccy>\n", 1)


LIES: dict[str, Callable[..., tuple[bytes, int]]] = {
    "rejected after it was settled": lambda s, k, r, n: (_status(s, k, r, n, ("RJCT", "AC04")), 0),
    "never seen after it was settled": lambda s, k, r, n: (_status(s, k, r, n, ("RJCT", "NOOR")), 0),
    "accepted and rejected at once": lambda s, k, r, n: (_status(s, k, r, n, ("ACSP", None), ("RJCT", "AC04")), 0),
    "settled twice": lambda s, k, r, n: (booking(s, k, n, "DBIT", _minor(r), r.end_to_end_id), -_minor(r)),
    "settled with another amount": lambda s, k, r, n: (booking(s, k, n, "DBIT", 7, r.end_to_end_id), -7),
    "a payment that is not ours": lambda s, k, r, n: (booking(s, k, n, "DBIT", 11, f"{k}.P999"), -11),
    "a return of what was never paid": lambda s, k, r, n: (booking(s, k, n, "CRDT", 13, f"{k}.P998", "AC04"), 13),
    "an answer to what was never sent": lambda s, k, r, n: (
        status_report(n, s.clock.now(), _original("NEVER-SENT"), Answered("", "ACSP"), []),
        0,
    ),
    "another content under a known id": lambda s, k, r, n: (_known_id(s, k, r, n), 0),
}
