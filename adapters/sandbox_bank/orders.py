"""Takes orders and enquiries: decides and records the answers in one transaction."""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial

from adapters.sandbox_bank.bookings import Moment, settle
from adapters.sandbox_bank.books import BankBooks
from adapters.sandbox_bank.checks import Priced, Refusal, price, refuse_order, refuse_transfer
from adapters.sandbox_bank.faults import FaultKind, Plan, plan_faults, record_met
from adapters.sandbox_bank.files import status_report
from adapters.sandbox_bank.outgoing import send
from adapters.sandbox_bank.received import EnquiredTransfer, Instructed, ReceivedOrder
from adapters.sandbox_bank.sheets import TEXT, XLSX, result_sheet
from adapters.sandbox_bank.statuses import Answered, Original

_STATUS_BEFORE = {"waiting": "PDNG", "booked": "ACSP", "returned": "ACSP", "rejected": "RJCT"}
_STATUS_ASKED = {"waiting": "PDNG", "booked": "ACSC", "returned": "ACSC", "rejected": "RJCT"}
_RESULTS = {"ACSP": "정상", "RJCT": "오류", "PDNG": "대기"}
"""The words of a sheet of results: done, refused, waiting."""
_NO_ORIGINAL = ("RJCT", "NOOR", "No such transfer was received")


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
    original = Original(order.message_id, order.payment_information_id, order.message_type)
    if known is not None:
        words = "Another file with this MsgId was taken before"
        _answer(books, account, original, now, Answered("", "RJCT", "DU01", words), [])
        return "rejected: DU01"
    plan = plan_faults(db, (each.end_to_end_id for each in order.transfers))
    if plan.of(FaultKind.LOSE_FILE):
        record_met(db, plan, [FaultKind.LOSE_FILE])
        return "lost"
    record_met(db, plan, [kind for kind in FaultKind if kind is not FaultKind.LOSE_FILE])
    refusal = refuse_order(order, books.holder(account))
    order_id = db.execute(
        "INSERT INTO payment_order (payment_information_id, type, as_one, account, message_id, sha256, reason, words,"
        " copies) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.payment_information_id,
            order.message_type,
            order.as_one,
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
    if refusal is None and books.dialect(account).doubts:
        _doubt(books, account, order, original, now)
    return "taken" if refusal is None else f"rejected: {refusal.reason}"


def _doubt(books: BankBooks, account: str, order: ReceivedOrder, original: Original, now: Moment) -> None:
    """Report an order that was accepted as a duplicate."""
    if original.message_type in {XLSX, TEXT}:
        again = [
            (Answered(each.end_to_end_id, "RJCT", "DU01", "중복 이체"), int(each.amount or 0))
            for each in order.transfers
        ]
        _send_results(books, account, original, again)
    else:
        words = "This order was received before"
        _answer(books, account, original, now, Answered("", "RJCT", "DU01", words), [])


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
        refusal = (
            Refusal(rejected.reason, "Rejected on demand")
            if rejected
            else refuse_transfer(each, known, domestic=order.domestic)
        )
        priced = refusal or price(each, currency, rates)
        if isinstance(priced, Priced):
            known.add(key)
        rows.append(_row(order_id, order, each, priced, plan, now))
    db.executemany(
        "INSERT INTO transfer (payment_order, e2e, currency, written, minor, booked_minor, rate, execution_on,"
        " creditor, remittance, instruction_id, state, reason, words, due_at, quiet, return_at, return_reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _row(  # one value per column
    order_id: int, order: ReceivedOrder, each: Instructed, priced: Priced | Refusal, plan: Plan, now: Moment
) -> tuple[object, ...]:
    key = each.end_to_end_id
    head = (order_id, key, each.currency, f"{each.currency} {each.amount}")
    tail = (str(order.execution_on), each.name, each.remittance, each.instruction_id or None)
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


def answer_order(books: BankBooks, account: str, order_id: int, now: Moment) -> None:
    """Send an order's pain.002, unless there is nothing to report yet or all answers are withheld."""
    *ids, reason, words, copies = books.db.execute(
        "SELECT message_id, coalesce(payment_information_id, message_id), type, reason, words, copies"
        " FROM payment_order WHERE id = ?",
        (order_id,),
    ).fetchone()
    original = Original(*ids)
    if reason is not None:
        _answer(books, account, original, now, Answered("", "RJCT", reason, words), [], copies)
        return
    rows = books.db.execute(
        "SELECT e2e, state, reason, words, instruction_id, quiet, written FROM transfer WHERE payment_order = ?"
        " ORDER BY id",
        (order_id,),
    ).fetchall()
    spoken = [Answered(e2e, _STATUS_BEFORE[state], *rest) for e2e, state, *rest, quiet, _ in rows if not quiet]
    statuses = {each.status for each in spoken}
    if statuses <= {"PDNG"}:
        return
    if original.message_type in {XLSX, TEXT}:
        written = {e2e: int(amount.split()[1]) for e2e, *_, amount in rows}
        _send_results(books, account, original, [(each, written[each.end_to_end_id]) for each in spoken])
        return
    if statuses == {"ACSP"} and len(spoken) == len(rows):
        named = spoken if books.dialect(account).status == "transfer" else []
        _answer(books, account, original, now, Answered("", "ACSP"), named, copies)
        return
    group = Answered("", "RJCT") if statuses == {"RJCT"} and len(spoken) == len(rows) else None
    _answer(books, account, original, now, group, spoken, copies)


def _send_results(books: BankBooks, account: str, original: Original, answers: Sequence[tuple[Answered, int]]) -> None:
    """Send the sheet of results, with amounts in won, of an order that came as one, if the customer gets any."""
    headings, kind = books.dialect(account).sheet_result, original.message_type
    if headings:
        lines = [(each.end_to_end_id, _RESULTS[each.status], each.words or "", won) for each, won in answers]
        raw = result_sheet(kind, headings, lines)
        send(books.db, account, "result.xlsx" if kind == XLSX else "result.txt", lambda _: raw)


def answer_enquiry(books: BankBooks, account: str, asked: EnquiredTransfer, now: Moment) -> str:
    """Answer a pacs.028 from the books, and release what was withheld about the transfers asked for."""
    db = books.db
    order = db.execute(
        "SELECT id, reason, words, message_id, coalesce(payment_information_id, message_id), type"
        " FROM payment_order WHERE account = ? AND message_id = ?",
        (account, asked.order_message_id),
    ).fetchone()
    unknown = Original(asked.order_message_id, asked.order_message_id, "pain.001.001.09")
    original = unknown if order is None else Original(*order[3:])
    if order is None or order[1] is not None:
        status, reason, words = _NO_ORIGINAL if order is None else ("RJCT", order[1], order[2])
        all_same = [Answered(key, status, reason, words) for key in asked.end_to_end_ids]
        _answer(books, account, original, now, Answered("", status, reason, words), all_same)
        return "answered"
    rows = db.execute(
        "SELECT e2e, state, reason, words, instruction_id FROM transfer WHERE payment_order = ? ORDER BY id", order[:1]
    )
    found = {e2e: Answered(e2e, _STATUS_ASKED[state], *rest) for e2e, state, *rest in rows}
    keys = asked.end_to_end_ids or tuple(found)
    _release(db, order[0], keys)
    spoken = [found.get(key) or Answered(key, *_NO_ORIGINAL) for key in keys]
    _answer(books, account, original, now, None, spoken)
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
    original: Original,
    now: Moment,
    group: Answered | None,
    transfers: list[Answered],
    copies: int = 1,
) -> None:
    """Send a pain.002 about an order that came as one."""
    if not original.message_type.startswith("pain"):
        return
    dialect = books.dialect(account)
    build = partial(status_report, at=now.at, original=original, group=group, transfers=transfers, dialect=dialect)
    for _ in range(2 if dialect.repeats else 1):
        send(books.db, account, "pain.002.xml", build, copies)
