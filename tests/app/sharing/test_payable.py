"""A distribution that cannot be paid out says so, and what mends it wakes it: on real servers."""

from datetime import date

import pytest

from activities.views import ProductionRef
from app.commands.client import CommandClient
from app.health.doctor import examine
from app.worker.gateway import Gateway
from domain.commands import ApproveDistribution, ComputeDistribution
from domain.health import AilmentKind
from tests.domain.sharing.waterfall.deal import fact, receipt
from tests.revenue import publish
from tests.world import PRODUCTION, SETTLEMENT, UNSHARED, WATERFALL, WITH_ACCOUNT, WITHOUT_ACCOUNT, eventually

Q1 = "2025-Q1"
WHY = (
    "author is to be paid KRW 50 and has no account in KRW, nor one in a currency that `fx` has a rule for: add one to "
    "the agreement"
)

ABROAD = UNSHARED + WATERFALL.replace(b"to: writer, take", b"to: vfx, take")
"""A share goes to an account in dollars."""


@pytest.fixture
def written(tmp_path):
    def write(raw):
        file = tmp_path / "agreement.yaml"
        file.write_bytes(raw)
        return file

    return write


async def unpayable(services):
    found = (await examine(services)).ailments
    return [(one.what, one.why) for one in found if one.kind is AilmentKind.UNPAYABLE]


async def test_who_answers_and_the_doctor_are_told_of_a_payee_without_an_account_and_an_amendment_wakes_it(
    services, written
):
    world = services.world
    await CommandClient(services, "seoyeon").register(written(WITHOUT_ACCOUNT))
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 1000"))
    about = {"production": PRODUCTION, "period": Q1}
    opened = await CommandClient(services, "dohyun").send(ComputeDistribution, **about)
    assert opened.trouble == (f"{WHY}.",)
    answer = await CommandClient(services, "jiho").send(ApproveDistribution, **about, revision=1)
    assert answer.trouble == (f"{WHY}.",)
    world.clock.forward(days=30)
    await services.client.get_workflow_handle(f"distribution/{PRODUCTION}/{Q1}").signal("look_again")
    await eventually(lambda: world.snapshots().distributions[Q1].status == "posted")
    assert await unpayable(services) == [(f"{PRODUCTION} {Q1}", WHY)]
    await CommandClient(services, "seoyeon").amend(written(WITH_ACCOUNT))
    await Gateway(services).step()
    await eventually(lambda: world.snapshots().distributions[Q1].status == "ordered")
    assert await unpayable(services) == []


KNOWN_COST = (
    (UNSHARED + WATERFALL + SETTLEMENT)
    .replace(b"\nversion: 1\n", b"\nversion: 2\n")
    .replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2025-01-07\n")
    .replace(
        b"waterfall:\n  currency: KRW\n",
        b"waterfall:\n  currency: KRW\n  applies: retroactively\n  claims: [{id: spent, costs: p-and-a}]\n",
    )
    .replace(b"        - {id: script,", b"        - {id: costs, to: spc, recoups: spent}\n        - {id: script,")
)


async def test_a_period_that_cannot_be_computed_is_told_and_an_amendment_opens_it_at_once(services, written):
    world = services.world
    await CommandClient(services, "seoyeon").register(written(UNSHARED + WATERFALL + SETTLEMENT))
    world.clock.to(date(2025, 4, 1))
    world.facts += [receipt("2025-02-03", "KRW 1000"), fact("date", "2025-01-20", "first-broadcast")]
    world.facts.append(fact("cost", "2025-02-01", "p-and-a", "KRW 100"))
    stuck = services.distributions.stuck(ProductionRef(production=PRODUCTION))
    assert list(stuck) == ["2025-02-19", Q1]
    assert stuck[Q1] == "the waterfall knows no cost 'p-and-a': it knows none."
    found = [one for one in (await examine(services)).ailments if one.kind is AilmentKind.UNCOMPUTABLE]
    assert [one.what for one in found] == [f"{PRODUCTION} 2025-02-19", f"{PRODUCTION} {Q1}"]
    assert "cannot be computed: the waterfall knows no cost 'p-and-a'" in found[0].why
    await CommandClient(services, "seoyeon").amend(written(KNOWN_COST))
    await Gateway(services).step()
    await eventually(lambda: Q1 in world.snapshots().distributions)
    assert services.distributions.stuck(ProductionRef(production=PRODUCTION)) == {}


async def test_a_payout_that_waits_for_a_rate_goes_on_as_soon_as_that_is_imported(services, written):
    world = services.world
    await CommandClient(services, "seoyeon").register(written(ABROAD))
    world.clock.to(date(2025, 4, 1))
    world.facts.append(receipt("2025-02-03", "KRW 40000000"))
    about = {"production": PRODUCTION, "period": Q1}
    await CommandClient(services, "dohyun").send(ComputeDistribution, **about)
    world.clock.forward(days=30)
    handle = services.client.get_workflow_handle(f"distribution/{PRODUCTION}/{Q1}")
    await handle.signal("look_again")
    await eventually(lambda: world.snapshots().distributions[Q1].status == "posted")
    publish(world, date(2025, 1, 1), date(2025, 6, 30))
    await Gateway(services).step()
    await eventually(lambda: world.snapshots().distributions[Q1].status == "ordered")
