"""Versions are proposed, approved and put in force in the database, and the record proves it."""

from datetime import date

import pytest

from activities.views import ProductionRef
from adapters.db.queries.agreement import agreement_versions
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from domain.commands import AmendAgreement, ApproveAgreement, PassProposal, RefuseAgreement
from domain.errors import BadInput, NotFound, Refused, WrongRole
from tests.app.audit.replay.forging import forge
from tests.world import DRAMA, PRODUCTION

REF = ProductionRef(production=PRODUCTION)
URGENT = DRAMA.read_bytes().replace(
    b"amendments: {parties: [studio, broadcaster]}",
    b"amendments: {parties: [studio, broadcaster], provisional: {parties: [studio], business_days: 3}}",
    1,
)


def second(raw, on="2025-01-06", amount="JPY 19000000"):
    for old, new in (
        (b"version: 1\n", b"version: 2\n"),
        (b"effective_on: 2025-01-06", f"effective_on: {on}".encode()),
        (b"amount: JPY 18500000", f"amount: {amount}".encode()),
    ):
        raw = raw.replace(old, new, 1)
    return raw


def propose(world, raw, by="seoyeon", *, provisional=False):
    document = world.keep(raw)
    fields = {"by": by, "production": PRODUCTION, "document": document, "provisional": provisional}
    world.proposals.amend(AmendAgreement(key=f"amend/{document[:16]}/{by}", **fields))
    return document


def approve(world, document, by="kenta"):
    command = ApproveAgreement(
        key=f"approve-agreement/{PRODUCTION}/{document[:16]}/{by}", by=by, production=PRODUCTION, document=document
    )
    return world.proposals.approve_agreement(command)


def passed(world, document):
    command = PassProposal(
        key=f"proposal-day/{PRODUCTION}/{document[:16]}", by="system", production=PRODUCTION, document=document
    )
    return world.proposals.pass_proposal(command)


def standing(world):
    return world.productions.production_standing(REF)


def dubbing(world):
    return str(world.snapshots().payments[world.payment("DUB")].amount)


def shown(world):
    with world.store.reading() as records:
        return [(row.version, row.status) for row in agreement_versions(records.connection, PRODUCTION)]


async def faithful(world):
    assert world.snapshots() == world.refolded()
    with world.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    return [finding.full for finding in report.findings if "history" not in finding.full] == []


@pytest.fixture
def urgent(world):
    world.register(URGENT)
    return world


async def test_a_later_version_waits_for_its_day_and_is_in_force_on_it(urgent):
    document = propose(urgent, second(URGENT, on="2025-01-13"))
    approve(urgent, document)
    view = standing(urgent)
    assert (view.version, view.passed) == (1, ())
    assert view.proposals == (f"version 2 ({document[:12]}…) is approved and waits for its day",)
    assert view.seconds_left == (7 * 24 - 9) * 3_600
    assert not passed(urgent, document).changed
    urgent.clock.to(date(2025, 1, 13))
    assert standing(urgent).passed == (document,)
    passed(urgent, document)
    assert (standing(urgent).version, dubbing(urgent)) == (2, "JPY 19000000")
    assert await faithful(urgent)


async def test_a_provisional_version_falls_back_when_its_days_are_over(urgent):
    document = propose(urgent, second(URGENT), provisional=True)
    assert (standing(urgent).version, dubbing(urgent)) == (2, "JPY 19000000")
    assert standing(urgent).proposals == (
        f"version 2 ({document[:12]}…) is provisional and waits for broadcaster until 2025-01-09",
    )
    assert shown(urgent)[-1] == (2, "provisional until 2025-01-09")
    urgent.clock.to(date(2025, 1, 10))
    passed(urgent, document)
    assert (standing(urgent).version, dubbing(urgent)) == (1, "JPY 18500000")
    assert urgent.outbox("production-news") == [PRODUCTION, PRODUCTION]
    assert shown(urgent) == [(1, "approved"), (2, "provisional, lapsed"), (1, "restored")]
    assert await faithful(urgent)


async def test_a_provisional_version_that_all_approve_stays(urgent):
    document = propose(urgent, second(URGENT), provisional=True)
    approve(urgent, document)
    assert (standing(urgent).version, standing(urgent).proposals) == (2, ())
    assert shown(urgent) == [(1, "approved"), (2, "approved")]
    assert await faithful(urgent)


def test_a_refusal_is_recorded_and_changes_nothing(urgent):
    document = propose(urgent, second(URGENT))
    with pytest.raises(WrongRole):
        approve(urgent, document, by="naoko")
    assert urgent.events()[-1] == "command-refused"
    with pytest.raises(Refused, match="studio has approved it already"):
        approve(urgent, document, by="jiho")
    fields = {"by": "yui", "production": PRODUCTION, "document": document}
    urgent.proposals.refuse_agreement(RefuseAgreement(key="refuse", reason="zu teuer", **fields))
    assert standing(urgent).proposals == ()
    assert dubbing(urgent) == "JPY 18500000"


def test_what_is_not_kept_or_not_proposed_is_named(urgent):
    with pytest.raises(NotFound, match="No document"):
        approve(urgent, "0" * 64)
    with pytest.raises(NotFound, match="is proposed in LIGHTHOUSE"):
        approve(urgent, urgent.keep(second(URGENT)))
    with pytest.raises(BadInput, match="version"):
        propose(urgent, URGENT.replace(b"version: 1\n", b"version: 3\n", 1))


async def test_a_forged_approval_is_found_though_the_chain_was_made_anew(urgent, database):
    document = propose(urgent, second(URGENT))
    approve(urgent, document)
    forge(database, "agreement-approved", b'"party":"broadcaster"', b'"party":"writer"')
    with urgent.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    found = "\n".join(finding.full for finding in report.findings)
    assert "is by a party that is not asked" in found
    assert "is in force without the approval of parties that must" in found
