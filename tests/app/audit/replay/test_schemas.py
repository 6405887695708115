"""A production recorded before events, commands and statements changed, audited and gone on with after."""

import uuid
from datetime import date

import pytest
import sqlalchemy as sa

from activities.views import DistributionRef
from adapters.agreement.cache import Agreements
from adapters.bank.folder import folder_of
from adapters.command_handler import CommandHandler
from adapters.db import audit
from adapters.db.facts import facts_of
from adapters.db.store import Store
from adapters.sandbox_bank import admin
from adapters.sharing.statements import Format, Language
from app.audit.replay.audit import Eyes, audited
from app.audit.replay.histories import HistoryCheck
from app.audit.replay.scope import Scope
from app.audit.replay.steps import HistoryStep, HistorySteps
from app.audit.replay.timeline import Timeline
from app.sharing.statements import as_file, statement_of
from domain.commands import (
    ComputeDistribution,
    ObjectToDistribution,
    OrderPayouts,
    PostDistribution,
    ResolveObjection,
)
from domain.errors import IdempotencyConflict
from domain.ledger.journal import sha256
from domain.schemas import SCHEMAS, Schemas, derived, given, renamed
from domain.sharing.statements import Statement, read_statement
from domain.values.money import Money
from tests import revenue
from tests.app.audit.replay.forging import forge
from tests.statements import EARNING, Q1, Q2, distribute, first_quarter
from tests.world import PRODUCTION, UNSHARED, World

STEPS = {
    "MilestoneApproved": (renamed("approver", "party"),),
    "MovementUnmatched": (derived("counterparty", None),),
    "PaymentsScheduled": (renamed("lines", "payments"),),
    "ObjectToDistribution": (given("positions", []),),
    "ResolveObjection": (given("reason", "agreed"),),
    "Statement": (derived("fx", []), renamed("hold", "holds")),
}
AFTER = Schemas(STEPS)
"""The release of today: its models are the second version of these, of statements the third."""


class Before(Schemas):
    """The release before: it writes the first version of everything."""

    def canonical(self, record, version=None):
        return super().canonical(record, version or 1)


BEFORE = Before(STEPS)
OBJECT = ObjectToDistribution(
    key=f"object/{Q1}", by="jiho", production=PRODUCTION, period=Q1, revision=1, reason="요율이 다릅니다."
)


def released(world, schemas):
    """Deploy a release that reads and writes these schemas."""
    old = world.handler
    world.store = Store(world.store.engine, schemas)
    world.handler = CommandHandler(world.store, Agreements(), world.clock, old.first_users, old.answer_within_s)
    for name in ("productions", "proposals", "milestones", "runs", "bank"):
        setattr(world, name, type(getattr(world, name))(world.handler))
    world.distributions = type(world.distributions)(world.handler, facts_of)


@pytest.fixture
def recorded(database, tmp_path):
    """A milestone, a stranger's money, a disputed and stated quarter, all recorded by the release before."""
    world = World(database.app_url, tmp_path)
    released(world, BEFORE)
    world.register(UNSHARED + EARNING.encode())
    revenue.publish(world, date(2025, 1, 1), date(2025, 6, 30))
    world.accept("closing")
    account = folder_of(PRODUCTION, "spc-krw")
    admin.credit(
        world.their_bank.books, account, Money.parse("KRW 77"), "A stranger", uuid.uuid4().hex, date(2025, 1, 8)
    )
    world.take()
    world.clock.to(date(2025, 4, 1))
    first_quarter(world, tmp_path)
    dispute(world)
    yield world
    world.close()


def dispute(world):
    """Distribute the first quarter; the studio disputes all of its positions, and names none."""
    given = {"by": "system", "production": PRODUCTION, "period": Q1}
    world.distributions.compute_distribution(ComputeDistribution(key=f"compute/{Q1}", **given))
    world.distributions.object_to_distribution(OBJECT)
    standing = world.distributions.distribution_standing(DistributionRef(production=PRODUCTION, period=Q1))
    world.clock.to(standing.answer_by)
    world.clock.forward(days=1)
    world.distributions.post_distribution(PostDistribution(key=f"post/{Q1}", **given))
    world.distributions.order_payouts(OrderPayouts(key=f"order/{Q1}", **given))


def resolve(world, key="resolve", reason="agreed"):
    command = ResolveObjection(key=key, by="jiho", production=PRODUCTION, period=Q1, reason=reason)
    return world.distributions.resolve_objection(command)


async def findings(world, schemas=AFTER):
    with world.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION), eyes=Eyes(schemas=schemas))
    return [finding.full for finding in report.findings]


def bodies(world):
    with world.store.reading() as records:
        rows = records.connection.exec_driver_sql("SELECT body FROM journal_event ORDER BY seq")
        return list(rows.scalars())


def issued(world, party="studio", period=Q1):
    with world.store.reading() as records:
        return statement_of(world.handler, records, PRODUCTION, party, period)


async def test_what_was_recorded_before_is_faithful_after(recorded):
    written = "\n".join(bodies(recorded))
    assert all(word in written for word in ('"approver":', '"lines":'))
    assert '"v":' not in written
    assert not any('"counterparty"' in body for body in bodies(recorded) if '"type":"movement-unmatched"' in body)
    assert await findings(recorded, SCHEMAS) != [], "without the steps these records cannot be read"
    assert await findings(recorded) == []


async def test_the_production_goes_on_in_the_new_versions_and_all_of_it_is_faithful(recorded, tmp_path):
    released(recorded, AFTER)
    resolve(recorded)
    revenue.take(recorded, revenue.csv_file(tmp_path, ("2025-05-05,USD 100.00,tidewater,US,svod,first",)), "S2")
    recorded.clock.to(date(2025, 7, 1))
    distribute(recorded, Q2)
    assert any('"v":2' in body for body in bodies(recorded))
    assert issued(recorded, period=Q2).statement.fx
    assert await findings(recorded) == []


def test_a_statement_is_read_by_todays_model_and_its_document_stays_what_was_issued(recorded):
    released(recorded, AFTER)
    found = issued(recorded)
    assert isinstance(found.statement, Statement)
    assert (found.statement.fx, found.statement.holds[0].reason) == ((), OBJECT.reason)
    assert b'"hold":' in found.document
    assert as_file(found, Language.KOREAN, Format.JSON)[1] == found.document
    first = as_file(found, Language.KOREAN, Format.PDF)[1]
    assert as_file(issued(recorded), Language.KOREAN, Format.PDF)[1] == first
    with pytest.raises(ValueError, match="hold"):
        read_statement(found.document, SCHEMAS)


def test_a_wish_of_before_is_answered_as_before_and_another_under_its_key_is_refused(recorded):
    resolve(recorded)
    released(recorded, AFTER)
    resolve(recorded)
    with pytest.raises(IdempotencyConflict):
        resolve(recorded, reason="agreed after all")


def owner(database, *statements):
    engine = sa.create_engine(database.owner_url)
    with engine.begin() as connection:
        for table in ("journal_event", "command", "document"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, parameters in statements:
            connection.execute(sa.text(statement), parameters)
    engine.dispose()


async def test_a_command_that_is_remembered_otherwise_is_found(recorded, database):
    resolve(recorded)
    other = ResolveObjection(key="resolve", by="jiho", production=PRODUCTION, period=Q1, reason="never agreed")
    forged = sha256(AFTER.canonical(other))
    owner(database, ("UPDATE command SET payload = :p WHERE key = 'resolve'", {"p": forged}))
    assert any("command resolve: has another payload" in one for one in await findings(recorded))


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("milestone-approved", b'"approver":"studio"', b'"approver":"writer"', "is by a party that is not asked"),
        ("milestone-approved", b'"round":1', b'"round":1,"v":2', "cannot be read"),
        ("movement-unmatched", b"no expected", b"an expected", "does not say what document"),
        ("payments-scheduled", b'"payee":"', b'"payee":"x', "promises"),
    ],
)
async def test_a_wrong_value_in_what_was_recorded_before_is_found_though_the_chain_was_made_anew(
    recorded, database, kind, old, new, said
):
    forge(database, kind, old, new)
    found = await findings(recorded)
    assert any(said in one for one in found), found


async def test_another_statement_in_the_place_of_the_one_that_was_issued_is_found(recorded, database):
    released(recorded, AFTER)
    document = issued(recorded).document
    other = document.replace(b"KRW 5002656", b"KRW 5002657")
    before, after = sha256(document), sha256(other)
    parameters = {"c": other, "d": after}
    owner(database, ("INSERT INTO document (sha256, name, content) VALUES (:d, 'x', :c)", parameters))
    forge(database, "statements-issued", before.encode(), after.encode())
    said = f"the statement of studio for {Q1} is not what the journal makes it"
    found = await findings(recorded)
    assert any(said in one and f"expected {before}" in one for one in found), found


@pytest.mark.parametrize(("asked", "agree"), [("agreed", True), ("never agreed", False)])
def test_a_history_that_asks_for_a_wish_of_before_agrees_with_what_is_remembered_of_it(recorded, asked, agree):
    resolve(recorded)
    argument = {"key": "resolve", "by": "jiho", "production": PRODUCTION, "period": Q1, "reason": asked}
    told = HistorySteps("Other", {}, (HistoryStep(5, "resolve_objection", argument),), "COMPLETED", 9, refused=False)
    with recorded.store.reading() as records:
        witness = HistoryCheck(
            "history x",
            PRODUCTION,
            lambda key: audit.wrote(records.connection, f"production/{PRODUCTION}", key, AFTER),
            lambda _: frozenset(),
            Timeline(lambda _: None),  # type: ignore[return-value]
            AFTER,
        )
        found = [one.sentence for one in witness.differences(told, "x")]
    assert (found == []) is agree
