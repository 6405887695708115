"""Cursors are taken only as they were given."""

import base64
import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from adapters.db.queries.paging import MAX_LIMIT, Order, PageRequest, decoded, encoded
from domain.errors import BadInput

KEYS = (
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("on", sa.Date()),
    sa.column("seq", sa.BigInteger()),
    sa.column("id", sa.Text()),
)
ORDER = Order("things", KEYS)
VALUES = [datetime(2027, 3, 31, 9, 0, 0, 123456, UTC), date(2027, 3, 31), 17, "제작-1"]


def written(*told):
    return base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).decode()


def test_a_cursor_comes_back_as_the_values_that_it_was_made_from():
    assert decoded(ORDER, encoded(ORDER, VALUES)) == VALUES


INSTANT, DAY = VALUES[0].isoformat(), "2027-03-31"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ÄÖÜ",
        encoded(ORDER, VALUES)[:-1],
        encoded(ORDER, VALUES) + "=",
        encoded(Order("others", KEYS), VALUES),
        written("things"),
        written("things", INSTANT, DAY, 17),
        written("things", INSTANT, DAY, "17", "a"),
        written("things", INSTANT, DAY, True, "a"),
        written("things", INSTANT, DAY, 17, None),
        written("things", INSTANT, DAY, 17, "a\0"),
        written("things", INSTANT, "soon", 17, "a"),
        written("things", "2027-03-31T09:00:00", DAY, 17, "a"),
        written("things", 5, DAY, 17, "a"),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_what_is_no_cursor_of_the_list_is_bad_input_in_one_sentence(cursor):
    with pytest.raises(BadInput, match="is no cursor of this list") as refused:
        decoded(ORDER, cursor)
    assert len(refused.value.sentence.splitlines()) == 1


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_page_has_a_bound(limit):
    with pytest.raises(BadInput, match="A page has 1 to"):
        PageRequest(limit)
