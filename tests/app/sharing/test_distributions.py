"""Distributions as people ask for and read them, through the real Temporal server."""

from datetime import date

import pytest
from click.testing import CliRunner

from adapters.db.queries.distributions import DistributionFilter, distributions
from app.cli.distribution import distribution
from app.cli.printing import plain
from app.commands.client import CommandClient
from app.permissions import sight_of
from app.sharing.distributions import preview, shown
from app.worker.gateway import Gateway
from domain.commands import (
    ApproveDistribution,
    ComputeDistribution,
    ObjectToDistribution,
    ResolveObjection,
)
from domain.errors import BadInput, NotFound, WrongRole
from domain.reads import Resource
from tests.domain.sharing.waterfall.deal import receipt
from tests.world import PRODUCTION, UNSHARED, WATERFALL, eventually
from workflows.names import distribution_workflow

Q1 = "2025-Q1"


@pytest.fixture
def as_user(services):
    def of(user):
        return CommandClient(services, user)

    return of


@pytest.fixture
def world(services):
    """The drama has earned KRW 1,000 in the first quarter; it is 1 April."""
    made = services.world
    made.register(UNSHARED + WATERFALL)
    made.clock.to(date(2025, 4, 1))
    made.facts.append(receipt("2025-02-03", "KRW 1000"))
    return made


def read(world, how, *what):
    with world.store.reading() as records:
        return how(records, PRODUCTION, *what)


def listed(world):
    with world.store.reading() as records:
        return distributions(records.connection, DistributionFilter(PRODUCTION)).items


def found(world):
    return world.snapshots().distributions[Q1]


async def test_a_period_goes_from_opening_through_an_objection_to_its_payouts(world, as_user, services):
    assert (await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)).status == "computed"
    dispute = await as_user("jiho").send(
        ObjectToDistribution, production=PRODUCTION, period=Q1, revision=1, positions=("fee",), reason="the rate"
    )
    assert dispute.disputing == ("studio",)
    world.clock.to(date(2025, 4, 16))
    # The business clock jumped: a worker that starts now looks at it.
    await Gateway(services).starts.everything_unfinished()
    await eventually(lambda: found(world).status == "ordered")
    assert str(found(world).ordered["studio"]) == "KRW 510"
    assert (await as_user("jiho").send(ResolveObjection, production=PRODUCTION, period=Q1, reason="agreed")).over
    handle = services.client.get_workflow_handle(distribution_workflow(PRODUCTION, Q1))
    assert (await handle.result())["status"] == "ordered"
    assert str(found(world).ordered["studio"]) == "KRW 610"
    assert world.wrong() == []


async def test_answers_that_are_not_ones_own_to_give_are_refused_by_name(world, as_user):
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    with pytest.raises(WrongRole):
        await as_user("kenta").send(ApproveDistribution, production=PRODUCTION, period=Q1, revision=1)
    with pytest.raises(BadInput, match="no position 'script'"):
        await as_user("jiho").send(
            ObjectToDistribution, production=PRODUCTION, period=Q1, revision=1, positions=("script",), reason="mine"
        )
    with pytest.raises(NotFound, match="There is no distribution 2024-Q4"):
        await as_user("jiho").send(ApproveDistribution, production=PRODUCTION, period="2024-Q4", revision=1)
    with pytest.raises(BadInput, match="no period"):
        await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period="spring")


async def test_who_approved_objected_and_approves_again_has_approved(world, as_user):
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    jiho = as_user("jiho")
    await jiho.send(ApproveDistribution, production=PRODUCTION, period=Q1, revision=1)
    await jiho.send(ObjectToDistribution, production=PRODUCTION, period=Q1, revision=1, positions=(), reason="the rate")
    view = await jiho.send(ApproveDistribution, production=PRODUCTION, period=Q1, revision=1)
    assert (view.disputing, view.silent) == ((), ("spc", "writer"))


async def test_after_its_history_was_lost_an_open_distribution_goes_on_and_a_finished_one_does_not(
    world, as_user, services
):
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    handle = services.client.get_workflow_handle(distribution_workflow(PRODUCTION, Q1))
    await handle.terminate("lost")
    world.clock.to(date(2025, 4, 16))
    gateway = Gateway(services)
    assert [ref.period for ref in gateway.starts.open_distributions()] == [Q1]
    await gateway.starts.everything_unfinished()
    await eventually(lambda: found(world).status == "ordered")
    assert gateway.starts.open_distributions() == []


async def test_what_is_shown_is_what_was_previewed(world, as_user, services):
    before, lines = preview(services.distributions, PRODUCTION, Q1)
    assert listed(world) == ()
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    head, same = read(world, shown, Q1)
    assert same == lines
    assert {"party": "studio", "position": "fee", "currency": "KRW", "to_date": "100", "exact": "100"} in lines
    assert head["to_date"] == before["to_date"] == {"spc": "KRW 340", "studio": "KRW 610", "writer": "KRW 50"}
    assert head["reserves"] == before["reserves"] == {}
    assert head["waiting_for"] == ["spc", "studio", "writer"]
    (row,) = listed(world)
    assert plain(row).items() <= head.items()


async def test_a_preview_for_a_party_has_its_own_shares_and_no_more(world, services):
    with world.store.reading() as records:
        sight = sight_of(world.handler, records, PRODUCTION, "jiho")(Resource.DISTRIBUTIONS)
    head, lines = preview(services.distributions, PRODUCTION, Q1, sight)
    assert {line["party"] for line in lines} == {"studio"}
    assert head["to_date"] == {"studio": "KRW 610"}
    assert "trouble" not in head


async def test_a_party_is_shown_its_own_shares_and_answers_and_the_payer_all(world, as_user):
    await as_user("dohyun").send(ComputeDistribution, production=PRODUCTION, period=Q1)
    for user, reason in (("jiho", "the rate"), ("hyunwoo", "the script")):
        await as_user(user).send(
            ObjectToDistribution, production=PRODUCTION, period=Q1, revision=1, positions=(), reason=reason
        )

    def seen(user):
        with world.store.reading() as records:
            sight = sight_of(world.handler, records, PRODUCTION, user)(Resource.DISTRIBUTIONS)
            return shown(records, PRODUCTION, Q1, sight)

    whole = read(world, shown, Q1)
    assert seen("dohyun") == seen("auditor") == whole
    head, lines = seen("hyunwoo")
    assert lines == [line for line in whole[1] if line["party"] == "writer"] != []
    assert head["to_date"] == {"writer": "KRW 50"}
    assert head["objections"] == {"writer": "script: the script"}
    assert (head["waiting_for"], head["disputed_by"]) == ([], ["writer"])
    with pytest.raises(NotFound, match="has nothing of broadcaster"):
        seen("kenta")


def test_a_reason_is_asked_for_before_any_server():
    result = CliRunner().invoke(distribution, ["object", PRODUCTION, Q1, "--as", "jiho"])
    assert result.exit_code == 2
    assert "--reason" in result.output
