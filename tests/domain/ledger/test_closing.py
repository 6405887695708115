"""Books are closed for days that are over, and are never opened again."""

from datetime import date, timedelta

import pytest

from domain.agreement.productions import Production
from domain.commands import CloseBooks
from domain.errors import BadInput, Refused, WrongRole
from domain.events import AgreementAmended, BooksClosed
from domain.identity import Person, Role
from domain.ledger.closing import close, require_open
from domain.state import State, fold
from tests.domain import builders as b

MARCH = date(2025, 3, 31)
TODAY = MARCH + timedelta(days=3)
OPEN = Production("HANA", "Hana", 1, b.DOCUMENT)
CLOSED = Production("HANA", "Hana", 1, b.DOCUMENT, MARCH)
AGREEMENT = b.agreement()
OWNER = AGREEMENT.accounts[0].owner
TREASURER = Person(user="sora", party=OWNER, roles=frozenset({Role.TREASURER}))


def command(until=MARCH):
    return CloseBooks(key="k", by="sora", production="HANA", until=until, reason="reconciled")


def test_a_treasurer_closes_a_period_that_is_over():
    assert close(OPEN, AGREEMENT, command(), TREASURER, TODAY) == [BooksClosed(until=MARCH, reason="reconciled")]


def test_the_same_day_again_changes_nothing():
    assert close(CLOSED, AGREEMENT, command(), TREASURER, TODAY) == []


@pytest.mark.parametrize("until", [TODAY, TODAY + timedelta(days=1)])
def test_a_day_that_is_not_over_is_not_closed(until):
    with pytest.raises(BadInput, match="is not over"):
        close(OPEN, AGREEMENT, command(until), TREASURER, TODAY)


def test_closed_books_are_not_opened_again():
    with pytest.raises(BadInput, match="closed until 2025-03-31 already"):
        close(CLOSED, AGREEMENT, command(MARCH - timedelta(days=1)), TREASURER, TODAY)


def test_only_a_treasurer_of_an_account_owner_closes_books():
    other = Person(user="kai", party="nobody", roles=frozenset({Role.TREASURER}))
    with pytest.raises(WrongRole):
        close(OPEN, AGREEMENT, command(), other, TODAY)


def test_nothing_counts_from_a_closed_day():
    require_open(CLOSED, TODAY)
    require_open(OPEN, MARCH)
    with pytest.raises(Refused, match="closed until 2025-03-31, so nothing may count from 2025-03-31"):
        require_open(CLOSED, MARCH)


def test_an_amendment_keeps_the_books_closed():
    amended = AgreementAmended(production="HANA", title="Hana", version=2, document=b.DOCUMENT)
    state = fold(State(OPEN), [(BooksClosed(until=MARCH), TODAY), (amended, TODAY)])
    assert state.production.books_closed_until == MARCH
