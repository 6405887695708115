"""Reads people from the snapshots of the house's stream, and makes their rows."""

from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import Cursor

from adapters.db.arrays import Texts
from domain.identity.people import People, PeopleChange
from domain.identity.records import ProposedChange, UserRecord

SHARE = "SELECT pg_advisory_xact_lock_shared(7517)"
"""Taken by a command of a person before its stream: the people stay as they are until it commits."""
HOLD = "SELECT pg_advisory_xact_lock(7517)"
"""Taken by a change of people: it waits for the commands under way, and commands after it see it."""

_CONCERNED = """
WITH substituted AS (
        SELECT status, about, body FROM people_change WHERE status = 'confirmed' AND delegate = ANY(%(n)s)
    ),
    named AS (SELECT unnest(%(n)s) AS id UNION SELECT about FROM substituted)
SELECT
    (SELECT jsonb_agg(u.body) FROM user_account u WHERE u.person IN
        (SELECT a.person FROM user_account a JOIN named USING (id))),
    (SELECT jsonb_agg(jsonb_build_array(c.status, c.body)) FROM (
        SELECT status, body FROM substituted
        UNION ALL SELECT status, body FROM people_change WHERE status = 'proposed' AND about IN (SELECT id FROM named)
    ) c)
"""
"""The users, all names of their persons, whom they may stand in for, and what is proposed about any of them."""
_EVERYBODY = """
SELECT
    (SELECT jsonb_agg(u.body ORDER BY u.id) FROM user_account u),
    (SELECT jsonb_agg(jsonb_build_array(c.status, c.body) ORDER BY c.number) FROM people_change c)
"""


def ask(driver: psycopg.Connection[Any], names: Collection[str] | None) -> Cursor[Any]:
    """Ask for the people whom commands of these users concern; for everybody if None."""
    if names is None:
        return driver.execute(_EVERYBODY)
    return driver.execute(_CONCERNED, {"n": Texts(names)})


def any_user(driver: psycopg.Connection[Any]) -> bool:
    """Whether anybody is on record."""
    return driver.execute("SELECT FROM user_account LIMIT 1").fetchone() is not None


def answer(asked: Cursor[Any]) -> People:
    """Read the answer to `ask`."""
    users, changes = asked.fetchone() or (None, None)
    people = People()
    for body in users or ():
        user = UserRecord.model_validate(body)
        people.users[user.user] = user
    for status, body in changes or ():
        proposed = ProposedChange.model_validate(body)
        people.changes[proposed.change] = PeopleChange(proposed, status)
    return people


def user_row(user: UserRecord) -> dict[str, Any]:
    """A row of `user_account`."""
    return {"id": user.user, "person": user.person, "body": user.model_dump(mode="json")}


def change_row(change: PeopleChange) -> dict[str, Any]:
    """A row of `people_change`."""
    made = change.proposed.delegation
    return {
        "number": change.proposed.change,
        "about": change.about,
        "delegate": made.delegate if made is not None and change.proposed.ends is None else None,
        "status": change.status,
        "body": change.proposed.model_dump(mode="json"),
    }
