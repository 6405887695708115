"""A production with records of every kind, for tests of an auditor's exports."""

import json
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from activities.distributions import DistributionActivities
from adapters.db import histories
from adapters.db.facts import facts_of
from adapters.db.store import Context
from adapters.db.streams import stream_of
from domain.commands import (
    ApproveDistribution,
    ArchiveHistory,
    ComputeDistribution,
    HoldPayment,
    OrderPayouts,
    PostDistribution,
)
from domain.events import HistoryArchived
from domain.ledger.journal import sha256
from domain.state import State
from tests import revenue
from tests.world import PRODUCTION, UNSHARED, World

STREAM = stream_of(PRODUCTION)
PERIOD = "2025-Q1"
WATERFALL = revenue.SHARED.replace(
    "residue: studio", 'residue: {share: by_commitment, among: [{to: studio, weight: "3"}, {to: spc, weight: "2"}]}'
)


def lived(world: World, folder) -> World:
    """Play a milestone, settled runs, an import, a paid distribution and an archived history."""
    world.register(UNSHARED + WATERFALL.encode())
    revenue.publish(world, date(2025, 1, 1), date(2025, 3, 31))
    world.clock.to(date(2025, 2, 14))
    world.send()
    world.take()
    world.accept("closing")
    world.clock.to(date(2025, 4, 1))
    world.distributions = DistributionActivities(world.handler, facts_of)
    rows = ["2025-01-31,KRW 1000,tidewater,KR,svod,first,500", "2025-03-03,USD 12.34,tidewater,JP,avod,second,7"]
    revenue.take(world, revenue.csv_file(folder, rows, f"{revenue.HEADER},viewers"))
    distribute(world)
    world.send()
    world.take()
    archive(world)
    return world


def distribute(world: World) -> None:
    def request(kind, by="system", **more):
        return kind(key=f"{kind.__name__}/{PERIOD}/{by}", by=by, production=PRODUCTION, period=PERIOD, **more)

    world.distributions.compute_distribution(request(ComputeDistribution, "dohyun"))
    world.distributions.approve_distribution(request(ApproveDistribution, "jiho", revision=1))
    world.clock.to(world.distributions.distribution_standing(_ref()).answer_by)
    world.clock.forward(days=1)
    world.distributions.post_distribution(request(PostDistribution))
    world.distributions.order_payouts(request(OrderPayouts))
    world.clock.to(world.snapshots().payments[f"{PRODUCTION}.D/1"].due_on)


def _ref():
    from activities.views import DistributionRef

    return DistributionRef(production=PRODUCTION, period=PERIOD)


def archive(world: World) -> None:
    """Archive the history that the first run's workflow would have left."""
    run = next(iter(sorted(world.snapshots().runs)))
    content = (Path(__file__).parent / "replay" / "histories" / "run-settled.json").read_bytes()
    event = HistoryArchived(
        workflow_id=f"run/{run}",
        run_id="0197-r",
        workflow_type="PaymentRun",
        status="completed",
        events=len(json.loads(content)["events"]),
        build_id="b1",
        sha256=sha256(content),
    )

    def _within(transaction):
        histories.keep(transaction, PRODUCTION, event, content)
        return State(), [event]

    command = ArchiveHistory(key=f"archive/run/{run}/0197-r", by="system", production=PRODUCTION, history=event)
    world.store.carry_out(command, Context(world.clock.now().date(), "system"), _within)


def hold(world: World, payment: str, key: str = "hold") -> None:
    world.productions.hold(HoldPayment(key=key, by="eunwoo", production=PRODUCTION, payment=payment, reason="tax form"))


def now(engine) -> str:
    """Return the database's time as text."""
    with engine.connect() as connection:
        return connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one().isoformat()
