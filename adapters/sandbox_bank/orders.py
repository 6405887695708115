"""Takes orders and enquiries: decides, books and records the answers in one transaction."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from adapters.sandbox_bank.answers import Answered, status_report
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.checks import Priced, Refusal, price, refuse_order, refuse_transfer
from adapters.sandbox_bank.faults import FaultKind, Plan, plan_faults, record_met
from adapters.sandbox_bank.intake import EnquiredTransfer, Instructed, ReceivedOrder
from adapters.sandbox_bank.outgoing import send

_STATUS_BEFORE = {"waiting": "PDNG", "booked": "ACSP", "returned": "ACSP", "rejected": "RJCT"}
_STATUS_ASKED = {"waiting": "PDNG", "booked": "ACSC", "returned": "ACSC", "rejected": "RJCT"}
_NO_ORIGINAL = ("RJCT", "NOOR", "No such transfer was received")


@dataclass(frozen=True, slots=True)
class Moment:
    """The current time: the business time of bookings, and the seconds that delays are counted in."""

    at: datetime
    seconds: float


def take_order(books: BankBooks, account: str, order: ReceivedOrder, sha256: str, now: Moment) -> str:
    """Take one pain.001 into the books and return the outcome in a word or two."""
    db = books.db
    known = db.execute(
        "SELECT id, sha256 FROM payment_order WHERE account = ? AND message_id = ?", (account, order.message_id)
    ).fetchone()
    if known is not None and known[1] == sha256:
        db.execute("UPDATE payment_order SET deliveries = deliveries + 1 WHERE id = ?", known[:1])
        _release(db, known[0], None)
        answer_order(books, account, known[0], now)
        return "taken before"
    if known is not None:
        words = "Another file with this MsgId was taken before"
        _answer(books, account, order.message_id, now, Answered("", "RJCT", "DU01", words), [])
        return "rejected: DU01"
    plan = plan_faults(db, (each.end_to_end_id for each in order.transfers))
    if plan.of(FaultKind.LOSE_FILE):
        record_met(db, plan, [FaultKind.LOSE_FILE])
        return "lost"
    record_met(db, plan, [kind for kind in FaultKind if kind is not FaultKind.LOSE_FILE])
    refusal = refuse_order(order, books.holder(account))
    order_id = db.execute(
        "INSERT INTO payment_order (account, message_id, sha256, reason, words, copies) VALUES (?, ?, ?, ?, ?, ?)",
        (
            account,
            order.message_id,
            sha256,
            refusal.reason if refusal else None,
            refusal.words if refusal else None,
            2 if plan.of(FaultKind.DUPLICATE_ANSWER) else 1,
        ),
    ).lastrowid
    concerned = {int(order_id or 0)}
    if refusal is None:
        _record_transfers(books, account, int(order_id or 0), order, plan, now)
        concerned.update(settle(books, account, now))
    for each_id in sorted(concerned):
        answer_order(books, account, each_id, now)
    return "taken" if refusal is None else f"rejected: {refusal.reason}"


def _record_transfers(
    books: BankBooks, account: str, order_id: int, order: ReceivedOrder, plan: Plan, now: Moment
) -> None:
    """Record every transfer of an order as rejected, or as waiting to be booked."""
    db, currency = books.db, books.holder(account).currency
    rates = books.rates(currency)
    known = _known(db, [each.end_to_end_id for each in order.transfers])
    every_second = _every_second(order, plan)
    rows = []
    for each in order.transfers:
        key = each.end_to_end_id
        rejected = plan.of(FaultKind.REJECT).get(key) or plan.of(FaultKind.PARTIAL).get(every_second.get(key, ""))
        refusal = Refusal(rejected.reason, "Rejected on demand") if rejected else refuse_transfer(each, known)
        priced = refusal or price(each, currency, rates)
        if isinstance(priced, Priced):
            known.add(key)
        rows.append(_row(order_id, order, each, priced, plan, now))
    db.executemany(
        "INSERT INTO transfer (payment_order, e2e, currency, written, minor, booked_minor, rate, execution_on,"
        " creditor, remittance, state, reason, words, due_at, quiet, return_at, return_reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _row(  # one value per column
    order_id: int, order: ReceivedOrder, each: Instructed, priced: Priced | Refusal, plan: Plan, now: Moment
) -> tuple[object, ...]:
    key = each.end_to_end_id
    head = (order_id, key, each.currency, f"{each.currency} {each.amount}")
    tail = (str(order.execution_on), each.name, each.remittance)
    quiet = key in plan.of(FaultKind.LOSE_ANSWER)
    if isinstance(priced, Refusal):
        return (*head, 0, None, None, *tail, "rejected", priced.reason, priced.words, None, quiet, None, None)
    delay, back = plan.of(FaultKind.DELAY).get(key), plan.of(FaultKind.RETURN).get(key)
    due_at = now.seconds + (delay.seconds if delay else 0)
    return_at, return_reason = (due_at + back.seconds, back.reason) if back else (None, None)
    money = (priced.minor, priced.booked_minor, priced.rate)
    return (*head, *money, *tail, "waiting", None, None, due_at, quiet, return_at, return_reason)


def _every_second(order: ReceivedOrder, plan: Plan) -> dict[str, str]:
    """Return every second transfer from the first one that `partial` names, each with that one's id."""
    named = plan.of(FaultKind.PARTIAL)
    keys = [each.end_to_end_id for each in order.transfers]
    start = next((n for n, key in enumerate(keys) if key in named), None)
    return {} if start is None else dict.fromkeys(keys[start::2], keys[start])


def _known(db: sqlite3.Connection, keys: list[str]) -> set[str]:
    rows = db.execute(
        "SELECT e2e FROM transfer WHERE state <> 'rejected' AND e2e IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )
    return {key for (key,) in rows}


def settle(books: BankBooks, account: str, now: Moment) -> list[int]:
    """Book what is due on an account, or reject what its balance cannot cover; return the ids of the orders."""
    db, currency = books.db, books.holder(account).currency
    (balance,) = db.execute("SELECT balance FROM account WHERE key = ?", (account,)).fetchone()
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM posting").fetchone()
    due = db.execute(
        "SELECT t.id, t.payment_order, t.e2e, t.minor, t.currency, t.booked_minor, t.rate, t.execution_on, t.creditor,"
        " t.remittance, t.quiet, o.copies FROM transfer t JOIN payment_order o ON o.id = t.payment_order"
        " WHERE t.state = 'waiting' AND t.due_at <= ? AND o.account = ? ORDER BY t.id",
        (now.seconds, account),
    ).fetchall()
    today = now.at.date().isoformat()
    postings: list[tuple[object, ...]] = []
    states: list[tuple[object, ...]] = []
    for number, _, e2e, minor, of, booked, rate, on, creditor, remittance, quiet, copies in due:
        if booked > balance:
            states.append(("rejected", "AM04", "The balance is not sufficient", number))
            continue
        balance -= booked
        last += 1
        instructed = (minor, of) if of != currency else (None, None)
        notify = "held" if quiet else "due"
        states.append(("booked", None, None, number))
        postings.append(
            (last, account, max(on, today), booked, e2e, creditor, remittance, *instructed, rate, notify, copies)
        )
    db.executemany(
        "INSERT INTO posting (id, account, on_date, direction, minor, kind, e2e, counterparty, remittance,"
        " instructed_minor, instructed_currency, rate, notify, copies)"
        " VALUES (?, ?, ?, 'DBIT', ?, 'transfer', ?, ?, ?, ?, ?, ?, ?, ?)",
        postings,
    )
    db.executemany("UPDATE transfer SET state = ?, reason = ?, words = ? WHERE id = ?", states)
    db.execute("UPDATE account SET balance = ? WHERE key = ?", (balance, account))
    return sorted({row[1] for row in due})


def answer_order(books: BankBooks, account: str, order_id: int, now: Moment) -> None:
    """Send an order's pain.002, unless there is nothing to report yet or all answers are withheld."""
    message_id, reason, words, copies = books.db.execute(
        "SELECT message_id, reason, words, copies FROM payment_order WHERE id = ?", (order_id,)
    ).fetchone()
    if reason is not None:
        _answer(books, account, message_id, now, Answered("", "RJCT", reason, words), [], copies)
        return
    rows = books.db.execute(
        "SELECT e2e, state, reason, words, quiet FROM transfer WHERE payment_order = ? ORDER BY id", (order_id,)
    ).fetchall()
    spoken = [Answered(e2e, _STATUS_BEFORE[state], why, said) for e2e, state, why, said, quiet in rows if not quiet]
    statuses = {each.status for each in spoken}
    if statuses <= {"PDNG"}:
        return
    if statuses == {"ACSP"} and len(spoken) == len(rows):
        _answer(books, account, message_id, now, Answered("", "ACSP"), [], copies)
        return
    group = Answered("", "RJCT") if statuses == {"RJCT"} and len(spoken) == len(rows) else None
    _answer(books, account, message_id, now, group, spoken, copies)


def answer_enquiry(books: BankBooks, account: str, asked: EnquiredTransfer, now: Moment) -> str:
    """Answer a pacs.028 from the books, and release what was withheld about the transfers asked for."""
    db = books.db
    order = db.execute(
        "SELECT id, reason, words FROM payment_order WHERE account = ? AND message_id = ?",
        (account, asked.order_message_id),
    ).fetchone()
    if order is None or order[1] is not None:
        status, reason, words = _NO_ORIGINAL if order is None else ("RJCT", order[1], order[2])
        all_same = [Answered(key, status, reason, words) for key in asked.end_to_end_ids]
        _answer(books, account, asked.order_message_id, now, Answered("", status, reason, words), all_same)
        return "answered"
    rows = db.execute("SELECT e2e, state, reason, words FROM transfer WHERE payment_order = ? ORDER BY id", order[:1])
    found = {e2e: Answered(e2e, _STATUS_ASKED[state], reason, words) for e2e, state, reason, words in rows}
    keys = asked.end_to_end_ids or tuple(found)
    _release(db, order[0], keys)
    spoken = [found.get(key) or Answered(key, *_NO_ORIGINAL) for key in keys]
    _answer(books, account, asked.order_message_id, now, None, spoken)
    return "answered"


def _release(db: sqlite3.Connection, order_id: int, keys: tuple[str, ...] | None) -> None:
    """Release withheld answers and bookings of an order's transfers; of all of them without `keys`."""
    rows = db.execute("SELECT e2e FROM transfer WHERE payment_order = ? AND quiet", (order_id,)).fetchall()
    wanted = [(key,) for (key,) in rows if keys is None or key in set(keys)]
    db.executemany("UPDATE transfer SET quiet = 0 WHERE e2e = ?", wanted)
    db.executemany("UPDATE posting SET notify = 'due' WHERE e2e = ? AND notify = 'held'", wanted)


def _answer(  # the report's own fields
    books: BankBooks,
    account: str,
    message_id: str,
    now: Moment,
    group: Answered | None,
    transfers: list[Answered],
    copies: int = 1,
) -> None:
    send(
        books.db,
        account,
        "pain.002",
        partial(status_report, at=now.at, order_message_id=message_id, group=group, transfers=transfers),
        copies,
    )
