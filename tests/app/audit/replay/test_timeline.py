"""Where a run stood is noted after whatever changes its payments, what people say of movements included."""

from datetime import UTC, datetime

from app.audit.replay.timeline import Timeline
from domain.audit.refold import CommandBatch, DecodedFact
from domain.ledger.journal import Fact
from tests.domain import builders as b
from tests.domain.bank.movement_books import MovementBooks


def batch(seq, event):
    at = datetime(2026, 4, 1, tzinfo=UTC)
    fact = Fact("production/HANA", seq, event.type, b"", b.TODAY, at, "sora", f"k{seq}", b"", b"")
    return CommandBatch((DecodedFact(fact, event),), fact, seq)


def test_a_payment_that_a_person_settles_and_opens_again_shows_in_its_run():
    state, run = b.at_the_bank()
    books = MovementBooks(state)
    books.booked("M", b.krw(-120_000_000))
    timeline = Timeline(lambda _: b.agreement())
    (settled,) = books.allocate("M", "payment", "HANA.P1")
    timeline(books.state, batch(1, settled))
    (undone,) = books.undo("M")
    timeline(books.state, batch(2, undone))
    assert [(one.seq, one.view["open"]) for one in timeline.stood["run", run]] == [(1, 1), (2, 2)]
