"""Pages of a list, by keyset: a page starts after the last row of the previous one.

A list has a total order. A cursor is the position of a row in that order, in base64.
"""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.errors import BadInput

Item = TypeVar("Item")

LIMIT = 100
"""Default number of rows of a page."""
MAX_LIMIT = 1_000
NO_DAY = sa.literal_column("DATE '9999-12-31'", sa.Date())
"""Sorts rows without a day last. It is a literal, so that the query can use the index."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Requests at most `limit` rows (None: all) after a page's `next_cursor`. `counted` asks for the total as well."""

    limit: int | None = LIMIT
    after: str | None = None
    counted: bool = False

    def __post_init__(self) -> None:
        if self.limit is not None and not 1 <= self.limit <= MAX_LIMIT:
            raise BadInput(f"A page has 1 to {MAX_LIMIT} rows, not {self.limit}.", limit=str(self.limit))


WHOLE = PageRequest(limit=None)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list. `next_cursor` is None on the last page. `total` counts all pages, if it was requested."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the list `name`: by `keys`, none of which is ever NULL, all ascending or all descending."""

    name: str
    keys: tuple[sa.ColumnElement[Any], ...]
    descending: bool = False


def paged(
    connection: Connection,
    query: sa.Select[Any],
    order: Order,
    make: Callable[[sa.Row[Any]], Item],
    request: PageRequest,
) -> Page[Item]:
    """Return a page of a query without an order of its own. `make` turns a row into an item.

    Raises:
        BadInput: the request's cursor is not one of this list.
    """
    place = sa.tuple_(*order.keys)
    chosen = query.add_columns(*(key.label(f"key_{number}") for number, key in enumerate(order.keys)))
    if request.after is not None:
        values = decoded(order, request.after)
        last = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(values, order.keys, strict=True)))
        chosen = chosen.where(place < last if order.descending else place > last)
    chosen = chosen.order_by(*(key.desc() if order.descending else key.asc() for key in order.keys))
    if request.limit is not None:
        chosen = chosen.limit(request.limit + 1)
    rows = connection.execute(chosen).all()
    more = request.limit is not None and len(rows) > request.limit
    shown = rows[: request.limit]
    cursor = encoded(order, shown[-1][-len(order.keys) :]) if more else None
    return Page(tuple(map(make, shown)), cursor, _total(connection, query, request, len(shown), more))


def _total(connection: Connection, query: sa.Select[Any], request: PageRequest, shown: int, more: bool) -> int | None:
    if not request.counted:
        return None
    if request.after is None and not more:
        return shown
    return int(connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


def encoded(order: Order, values: Iterable[Any]) -> str:
    """Return the cursor of a row, from the values of its order's keys."""
    content = [order.name, *(value.isoformat() if isinstance(value, date) else value for value in values)]
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(order: Order, cursor: str) -> list[Any]:
    """Return the values in a cursor of this order.

    Raises:
        BadInput: it is not such a cursor.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, *content = json.loads(raw)
        values = [_read(key, value) for key, value in zip(order.keys, content, strict=True)]
        if name == order.name and encoded(order, values) == cursor:
            return values
    except (ValueError, TypeError, RecursionError):
        pass
    raise BadInput(
        f"{cursor[:60]!r} is no cursor of this list: copy the one that came with the page before.", cursor=cursor[:60]
    )


def _read(key: sa.ColumnElement[Any], value: Any) -> Any:
    kind = key.type.python_type
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant has an offset")
        return instant
    if kind is date:
        return date.fromisoformat(value)
    if type(value) is not kind or "\0" in str(value):
        raise ValueError("a value of another kind")
    return value


def only(*wanted: tuple[sa.ColumnElement[Any], Any]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that columns equal wanted values. None sets no condition."""
    return [column == value for column, value in wanted if value is not None]


def between(column: sa.ColumnElement[Any], first: date | None, last: date | None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a day lies between `first` and `last`, inclusive. None is no bound."""
    return [
        *([column >= first] if first is not None else []),
        *([column <= last] if last is not None else []),
    ]
