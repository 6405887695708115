"""Refolding a stream: one batch per command, and findings instead of exceptions."""

from datetime import UTC, date, datetime, timedelta

from domain.audit.books import Bookings, Commanded, Commands, Entered, Ledger, balance_findings
from domain.audit.rebuilt_commands import payload_hashes
from domain.audit.refold import Refold, batches
from domain.bank.record import bookings
from domain.commands import FallDue, GiveUpHistory
from domain.events import DuePayment, HistoryGivenUp, MovementUnmatched, PaymentHeld, PaymentsFellDue
from domain.ledger.journal import (
    Head,
    canonical,
    chained,
    sha256,
)
from domain.schemas import SCHEMAS, Schemas, given
from domain.values.money import Money

STREAM, DAY, NOW = "production/P", date(2026, 1, 5), datetime(2026, 1, 5, 9, tzinfo=UTC)
FELL_DUE = PaymentsFellDue(
    payments=(DuePayment(payment="P.A", purpose="fee", payee_party="writer", amount=Money(5, "KRW"), due_on=DAY),)
)


def facts(*commands):
    """Facts of (key, events, seconds later)."""
    head, found = Head(), []
    for key, events, later in commands:
        at = NOW + timedelta(seconds=later)
        found += chained(STREAM, head, events, effective_on=DAY, recorded_at=at, actor="system", command_key=key)
        head = Head(found[-1].seq, found[-1].hash)
    return found


def batches_of(*commands):
    return list(batches(facts(*commands), []))


def test_what_one_command_wrote_at_one_instant_is_one_batch():
    held = PaymentHeld(payment="P.A", reason="x")
    first, second = batches_of(("one", [held, held], 0), ("two", [held], 1))
    assert (first.first.seq, first.last_seq, second.last_seq) == (1, 2, 3)
    assert [batch.first.seq for batch in batches_of(("one", [held], 0), ("one", [held], 1))] == [1, 2]


def test_an_impossible_event_is_reported_and_the_rest_is_still_folded():
    (batch,) = batches_of(("one", [FELL_DUE, FELL_DUE], 0))
    findings = list(Refold().take(batch))
    assert [finding.record for finding in findings] == [f"{STREAM} event 1", f"{STREAM} event 2"]
    assert all("does not follow from the events before it" in finding.difference for finding in findings)


def test_a_body_that_is_no_event_is_reported_and_skipped():
    (fact,) = facts(("one", [FELL_DUE], 0))
    schemas = Schemas({"PaymentsFellDue": (given("note", ""),)})
    for body in (b"{}", b"{", b'[{"type":"payments-fell-due"}]', fact.body.replace(b"}", b""), b'{"v":"x"}'):
        for known in (SCHEMAS, schemas):
            findings = []
            broken = type(fact)(STREAM, 1, fact.type, body, *(DAY, NOW, "x", "one", b"", b""))
            (batch,) = batches([broken], findings, known)
            assert batch.events == []
            assert [finding.record for finding in findings] == [f"{STREAM} event 1"]


def entered(line, account, minor, seq=1):
    return Entered(seq, line, account, "KRW", minor, "P.A", DAY)


RIGHT = [entered(1, "expense:production:fee", 5), entered(2, "liability:payable:writer", -5)]


def ledger(*recorded):
    (batch,) = batches_of(("one", [FELL_DUE], 0))
    one = Ledger(STREAM, recorded)
    return [*one.take(batch), *one.end()], one


def test_entries_as_posted_are_right():
    findings, one = ledger(*RIGHT)
    assert findings == []
    assert one.balances == {("expense:production:fee", "KRW"): 5, ("liability:payable:writer", "KRW"): -5}


def test_an_entry_changed_added_or_taken_away_is_named_with_both_sides():
    (finding,), _ = ledger(RIGHT[0], entered(2, "liability:payable:writer", -6))
    assert (finding.record, "KRW -5" in finding.expected, "KRW -6" in finding.found) == (
        f"{STREAM} event 1",
        True,
        True,
    )
    (finding,), _ = ledger(RIGHT[0])
    assert finding.found == ""
    (finding,), _ = ledger(*RIGHT, entered(3, "asset:bank:mine", 1))
    assert finding.expected == ""
    (finding,), _ = ledger(*RIGHT, entered(1, "asset:bank:mine", 1, seq=9))
    assert finding.sentence == f"{STREAM}: entries name event 9, which is not in the journal"


def test_balances_that_the_events_do_not_make_are_named():
    found = list(balance_findings(STREAM, {("a", "KRW"): 5, ("b", "KRW"): 1}, [("a", "KRW", 6), ("c", "KRW", 2)]))
    assert [(f.record.split()[2], f.expected, f.found) for f in found] == [
        ("a", "KRW 5", "KRW 6"),
        ("c", "KRW 0", "KRW 2"),
        ("b", "KRW 1", ""),
    ]


def command(key="one", payload="x", first=1, last=1):
    return Commanded(key, payload, first, last)


def commands(*recorded):
    (batch,) = batches_of(("one", [FELL_DUE], 0))
    one = Commands(STREAM, iter(recorded), lambda each: payload_hashes("P", each))
    return [finding.sentence for finding in (*one.take(batch), *one.end())]


def test_a_recorded_payload_must_follow_from_the_commands_events():
    request = FallDue(key="one", by="system", production="P", on=DAY)
    right = command(payload=sha256(canonical(request)))
    assert commands(right) == []
    assert commands(command()) == [f"command one: has another payload than {STREAM} event 1 follows from"]
    assert commands() == [f"{STREAM} event 1: the commands table has no command one, which wrote it"]
    assert commands(right._replace(last_seq=2)) == [
        f"command one: differs from event 1 of {STREAM} in its key or its events"
    ]
    assert commands(right, command("two", first=2)) == [
        f"command two: is recorded, but no event of {STREAM} was written by it"
    ]


def test_every_field_of_a_history_that_was_given_up_is_bound_to_the_command_that_did_so():
    difference = {"workflow_id": "run/P/1", "run_id": "r1", "why": "ended", "reason": "a lost disk"}
    request = GiveUpHistory(key="give-up/run/P/1/r1", by="system", production="P", **difference)
    event = HistoryGivenUp(by="system", **difference)
    (batch,) = batches_of((request.key, [event], 0))
    assert payload_hashes("P", batch) == {sha256(canonical(request))}
    for name in difference:
        (other,) = batches_of((request.key, [event.model_copy(update={name: "another"})], 0))
        assert payload_hashes("P", other) != payload_hashes("P", batch)


def test_movements_without_a_booking_are_named():
    unmatched = MovementUnmatched(
        account="spc",
        message_id="M1",
        booked=Money(5, "KRW"),
        end_to_end_id=None,
        counterparty=None,
        bank_reference="R1",
        why="no expected receipt explains it",
    )
    booking = bookings([unmatched])["spc", "R1"]
    (finding,) = Bookings(STREAM).compared([("spc", booking)])
    assert finding.sentence == f"movement R1 on spc of {STREAM}: is on record, and no event books it"
