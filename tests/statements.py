"""A drama that earns in three currencies, distributed to the point where its statements are issued."""

from datetime import date

from activities.distributions import DistributionActivities
from activities.views import DistributionRef
from adapters.db.facts import facts_of
from adapters.db.queries.statements import StatementFilter, statements
from domain.commands import ComputeDistribution, ObjectToDistribution, OrderPayouts, PostDistribution
from domain.sharing.statements import Statement, read_statement
from tests import revenue
from tests.world import PRODUCTION, UNSHARED, World

EARNING = """
receipt_fx:
  - {base: USD, at: receipt_date, source: ECB}
  - {base: CNY, at: bank_rate}
waterfall:
  currency: KRW
  claims:
    - {id: p-and-a, title: P&A비, costs: p-and-a}
  pools:
    - id: gross
      title: 총매출
      receives: everything
      positions:
        - {id: fee, title: 배급수수료, to: studio, take: 10 % of gross}
        - {id: returns, title: 반품 준비금, to: spc, take: 5 % of gross,
           held_for: {periods: 1, of: quarter, then: returned}}
        - {id: costs, to: spc, recoups: p-and-a}
        - {id: script, to: writer, take: 5 % of what remains}
      residue: net
    - id: returned
      residue: studio
    - id: net
      title: 순이익
      residue: {share: by_commitment, among: [{to: studio, weight: "3"}, {to: spc, weight: "2"}]}
  minimum_payouts: [{to: writer, amount: KRW 1000000}]
"""
Q1, Q2 = "2025-Q1", "2025-Q2"


def register(world: World) -> None:
    """Put it in force, with rates for the first half of 2025; it is 1 April."""
    world.register(UNSHARED + EARNING.encode())
    revenue.publish(world, date(2025, 1, 1), date(2025, 6, 30))
    world.clock.to(date(2025, 4, 1))
    world.distributions = DistributionActivities(world.handler, facts_of)


def first_quarter(world: World, folder) -> None:
    """What came in: won, dollars at the day's rate, and yuan at the bank's; and what was spent."""
    rows = (
        "2025-01-31,KRW 9000000,tidewater,KR,svod,first,",
        "2025-02-14,USD 1000.00,tidewater,US,svod,first,",
        "2025-03-14,CNY 500.00,tidewater,CN,svod,first,190.5",
    )
    revenue.take(world, revenue.csv_file(folder, rows, f"{revenue.HEADER},rate"))
    costs = revenue.csv_file(folder, ("2025-01-15,KRW 2000000,p-and-a",), "date,amount,name", "c.csv")
    revenue.take(world, costs, kind="cost")


def distribute(world: World, period: str, objects: tuple[str, ...] = ()) -> None:
    """From computing a period to ordering its payouts; with `objects`, the studio disputes these positions."""
    given = {"by": "system", "production": PRODUCTION, "period": period}
    world.distributions.compute_distribution(ComputeDistribution(key=f"compute/{period}", **given))
    if objects:
        request = {**given, "by": "jiho", "revision": 1, "positions": objects, "reason": "요율이 다릅니다."}
        world.distributions.object_to_distribution(ObjectToDistribution(key=f"object/{period}", **request))
    ref = DistributionRef(production=PRODUCTION, period=period)
    world.clock.to(world.distributions.distribution_standing(ref).answer_by)
    world.clock.forward(days=1)
    world.distributions.post_distribution(PostDistribution(key=f"post/{period}", **given))
    world.distributions.order_payouts(OrderPayouts(key=f"order/{period}", **given))


def told(world: World, period: str) -> dict[str, Statement]:
    """The statements of a period as they are kept, by party."""
    found = {}
    with world.store.reading() as records:
        for row in statements(records.connection, StatementFilter(PRODUCTION, period)).items:
            content = records.document(row.sha256)
            found[row.party] = read_statement(content)
    return found
