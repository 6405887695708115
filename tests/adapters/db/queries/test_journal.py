"""Events of the journal, newest first, and whole streams."""

from datetime import date, timedelta

from adapters.db.queries import chain
from adapters.db.queries.journal import EventFilter, newest_events
from adapters.db.queries.paging import PageRequest
from adapters.db.streams import HOUSE
from tests.world import PRODUCTION, SEOUL


def test_the_newest_events_come_first_and_by_what_they_name(told, connection):
    newest = newest_events(connection, EventFilter(PRODUCTION), PageRequest(3))
    assert [event.type for event in newest.items[:2]] == ["bookings-reported", "payments-settled"]
    older = newest_events(connection, EventFilter(PRODUCTION), PageRequest(3, newest.next_cursor))
    numbers = [event.seq for event in (*newest.items, *older.items)]
    assert numbers == list(range(numbers[0], numbers[0] - 6, -1))
    about = newest_events(connection, EventFilter(PRODUCTION, about=told.payment("WR-A"))).items
    assert {"payments-scheduled", "payments-fell-due", "payments-settled"} <= {event.type for event in about}


def test_events_can_be_asked_for_by_type_actor_and_day(connection):
    def types(**chosen):
        return {event.type for event in newest_events(connection, EventFilter(PRODUCTION, **chosen)).items}

    assert types(type="milestone-accepted") == {"milestone-accepted"}
    assert types(actor="jiho") >= {"milestone-approved"}
    assert "agreement-registered" not in types(since=date(2025, 2, 3))
    assert types(until=date(2025, 1, 5)) == set()


def test_streams_are_named(connection):
    assert chain.streams(connection) == [f"production/{PRODUCTION}", HOUSE]


def test_a_fact_counts_on_the_business_day_and_is_recorded_by_the_databases_clock(told, connection):
    (fact,) = (f for f in chain.facts(connection, f"production/{PRODUCTION}") if f.type == "milestone-accepted")
    assert fact.effective_on == date(2025, 2, 3)
    assert fact.recorded_at > told.before.astimezone(SEOUL) - timedelta(minutes=1)
