"""Conditions of queries that more than one of them needs."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa


def any_of(column: sa.ColumnElement[Any], values: Collection[Any]) -> sa.ColumnElement[bool]:
    """Whether a column has any of some values, which travel as one parameter."""
    array = sa.ARRAY(column.type)
    return column == sa.any_(sa.cast(sa.literal(list(values), array), array))
