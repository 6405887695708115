"""Proof by mutation: whatever a superuser changes in a recorded production, the audit names the record.

`SLUICE_SEED` draws others, `SLUICE_MUTATIONS` makes it longer; a miss tells its seed.
"""
# ruff: noqa: S311 - mutations are no secrets

import functools
import os
import random
import re

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from adapters.agreement.cache import Agreements
from adapters.db.streams import HOUSE
from app.audit.replay.audit import Eyes, audited
from app.audit.replay.scope import Scope
from app.audit.replay.steps import steps_of
from tests.app.audit.replay.forging import Forger
from tests.app.audit.replay.remembering import Remembering
from tests.app.audit.replay.tampering import TABLES, Tamperer
from tests.world import PRODUCTION

pytestmark = pytest.mark.timeout(900)
SEED = int(os.environ.get("SLUICE_SEED") or 20261124)
MUTATIONS = int(os.environ.get("SLUICE_MUTATIONS") or 300)


@pytest.fixture(scope="module")
def superuser(recorded):
    """A transaction with every trigger and check off, which is rolled back in the end."""
    engine = create_engine(recorded.owner_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as transaction:
        for table in (*TABLES, "outbox", "fact_row"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        checks = connection.execute(
            sa.text(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE contype IN ('c', 'f') AND conrelid <> 0"
            )
        )
        for table, name in checks.all():
            connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def eyes():
    return Eyes(Agreements(), Remembering(), functools.cache(steps_of))


async def named(connection, eyes, tampered=None):
    """What an audit says now; of rates, documents and the house only where those were changed."""
    of_the_house = tampered is not None and HOUSE in tampered.names
    everything = tampered is None or of_the_house or tampered.what.startswith(("rate", "document"))
    report = await audited(connection, Scope() if everything else Scope(PRODUCTION), eyes=eyes)
    return [finding.sentence for finding in report.findings]


def found(change, sentences):
    names = [re.compile(re.escape(name) + r"(?!\d)") for name in change.names]
    return any(name.search(sentence) for name in names for sentence in sentences)


async def check_named(superuser, eyes, mutations, change):
    """Change something, audit, undo; what was missed."""
    driver = superuser.connection.driver_connection
    assert await named(superuser, eyes) == []
    missed, done = [], 0
    while done < mutations:
        driver.execute("SAVEPOINT untouched")
        try:
            changed = change()
        except psycopg.Error:  # that key is taken, or the value is none of its type
            changed = None
        else:
            if changed is not None:
                done += 1
                sentences = await named(superuser, eyes, changed)
                if not found(changed, sentences):
                    missed.append((changed.what, changed.names, sentences))
        driver.execute("ROLLBACK TO untouched")
    told = "\n\n".join(map(str, missed))
    assert not missed, f"SLUICE_SEED={SEED}: {len(missed)} of {done} missed:\n{told}"


async def test_a_changed_field_is_named_wherever_it_is(superuser, eyes):
    tamperer = Tamperer(superuser, random.Random(SEED))
    await check_named(superuser, eyes, MUTATIONS, tamperer.change)


async def test_a_changed_event_is_named_though_the_chain_was_made_anew(superuser, eyes):
    forger = Forger(superuser, random.Random(SEED))
    await check_named(superuser, eyes, MUTATIONS // 3, forger.event)


async def test_a_changed_history_is_named_though_every_hash_was_made_anew(superuser, eyes):
    forger = Forger(superuser, random.Random(SEED))
    await check_named(superuser, eyes, MUTATIONS // 3, forger.history)
