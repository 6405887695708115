"""A distribution that cannot be paid out says so, and what mends it wakes it: on real servers."""

from datetime import date

import pytest

from app.commands.client import CommandClient
from app.health.doctor import examine
from app.worker.gateway import Gateway
from domain.commands import ApproveDistribution, ComputeDistribution
from domain.health import AilmentKind
from tests.domain.sharing.waterfall.deal import receipt
from tests.world import PRODUCTION, WITH_ACCOUNT, WITHOUT_ACCOUNT, eventually

Q1 = "2025-Q1"
WHY = (
    "author is to be paid KRW 50 and has no account in KRW, nor one in a currency that `fx` has a rule for: add one to "
    "the agreement"
)


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
