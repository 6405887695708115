"""The verifier's own reading of random lives comes to what the domain's does, row by row."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.db import rows
from adapters.db.dealings import credit_row
from adapters.db.distribution_rows import distribution_row
from app.audit.evidence.verifier.books import Books
from app.audit.evidence.verifier.postings import postings
from domain.events import AgreementAmended, AgreementProposed, AgreementRegistered
from domain.ledger import entries
from domain.ledger.journal import canonical
from tests.domain import builders as b
from tests.domain import test_state
from tests.domain.bank.movement_books import BOOKED, STEPS, booked, stepped
from tests.domain.payees import test_screening
from tests.domain.payments import test_doubt_lives, test_holds


def proposed(event, amends):
    """Return the proposal of a version of the lives' agreement, which needs nobody's approval."""
    return AgreementProposed(
        production="HANA",
        title=event.title,
        version=event.version,
        document=event.document,
        amends=amends,
        by="sora",
        party="spc",
        needs=(),
        open_until=b.TODAY,
        provisional=False,
    )


class Lives(test_state.Lives):
    """The same lives as the domain's own test lives, each read twice at its end."""

    def teardown(self):
        state, books = self.life.state, Books("HANA")
        in_force = None
        for event, on in self.life.journal:
            if isinstance(event, AgreementRegistered | AgreementAmended):
                books.take(json.loads(canonical(proposed(event, in_force))), on.isoformat())
                in_force = event.document
            told = json.loads(canonical(event))
            books.take(told, on.isoformat())
            own = [(one.account, one.amount.currency, one.amount.minor, one.about) for one in entries.postings(event)]
            assert postings(told) == own
        for table, made in (
            ("payment", {name: rows.payment_row("HANA", one) for name, one in state.payments.items()}),
            ("receipt", {name: rows.receipt_row("HANA", one) for name, one in state.receipts.items()}),
            ("run", {name: rows.run_row("HANA", one) for name, one in state.runs.items()}),
            ("milestone", {name: rows.milestone_row("HANA", one) for name, one in state.milestones.items()}),
            (
                "distribution",
                {name: distribution_row("HANA", one) for name, one in state.distributions.items()},
            ),
            ("credit", {name: credit_row("HANA", one) for name, one in state.credits.items()}),
        ):
            assert dict(books.rows[table]) == made, table


class DoubtLives(test_doubt_lives.Lives):
    """Lives full of doubt."""

    def teardown(self):
        books, owed = Books("HANA"), b.owing().payments.values()
        books.rows["payment"] = {one.id: rows.payment_row("HANA", one) for one in owed}
        for told in self.journal:
            books.take(told, "2026-04-01")
        payments = {name: rows.payment_row("HANA", one) for name, one in self.state.payments.items()}
        assert dict(books.rows["payment"]) == payments


@settings(max_examples=60)
@given(BOOKED, st.lists(STEPS, max_size=12))
def test_what_people_say_of_movements_is_read_alike(amounts, steps):
    books, owed = booked(amounts), b.at_the_bank()[0]
    for name, what in steps:
        stepped(books, name, what)
    read = Books("HANA")
    read.rows["payment"] = {name: rows.payment_row("HANA", one) for name, one in owed.payments.items()}
    read.rows["receipt"] = {name: rows.receipt_row("HANA", one) for name, one in owed.receipts.items()}
    for event in books.events:
        told = json.loads(canonical(event))
        read.take(told, "2026-04-01")
        own = [(one.account, one.amount.currency, one.amount.minor, one.about) for one in entries.postings(event)]
        assert postings(told) == own
    state = books.state
    assert dict(read.rows["payment"]) == {name: rows.payment_row("HANA", one) for name, one in state.payments.items()}
    assert dict(read.rows["receipt"]) == {name: rows.receipt_row("HANA", one) for name, one in state.receipts.items()}
    assert dict(read.rows["credit"]) == {name: credit_row("HANA", one) for name, one in state.credits.items()}


TestDoubtLives = DoubtLives.TestCase
TestDoubtLives.settings = settings(max_examples=40, stateful_step_count=25, deadline=None, derandomize=True)
TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)


def test_what_is_on_record_about_payees_is_read_alike():
    state, books = b.owing(), Books("HANA")
    books.rows["production"]["HANA"] = rows.production_row(state.production)
    books.rows["payment"] = {name: rows.payment_row("HANA", one) for name, one in state.payments.items()}
    for event in [*test_holds.EVENTS, *test_screening.EVENTS]:
        books.take(json.loads(canonical(event)), b.TODAY.isoformat())
        state = b.after(state, [event])
        for held in test_holds.reviewed(state):
            books.take(json.loads(canonical(held)), b.TODAY.isoformat())
            state = b.after(state, [held])
        assert books.rows["production"]["HANA"] == rows.production_row(state.production)
        payments = {name: rows.payment_row("HANA", one) for name, one in state.payments.items()}
        assert dict(books.rows["payment"]) == payments
