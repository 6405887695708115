"""What is said where conditions find no rest."""

from datetime import date
from fractions import Fraction

from domain.waterfall.compile import compile_network
from domain.waterfall.modes import contradiction
from tests.domain.waterfall.deal import version

SECTION = """
currency: USD
claims: [{id: costs, amount: USD 1000, cap: 30 % of gross}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 22 % of gross, until: costs is recouped}
      - id: back
        recoups: costs
        to: {share: in_order, among: [{to: investor, up_to: 20 % of gross}, {to: agent}]}
    residue: producer
"""


def test_a_contradiction_names_positions_and_conditions_and_the_day_and_says_what_to_change():
    one = version(SECTION, ["agent", "investor", "producer"])
    network = compile_network(one.waterfall, one.parties)
    valves = [valve for valve in network.valves() if valve.key in {"take:fee.0", "leaf:back.1"}]
    heights = {line: Fraction(0 if "in:gross" in dict(line.terms) else 1) for line in network.lines()}
    assert contradiction(network, valves, heights, date(2027, 3, 31), "gross") == (
        "What comes into gross on 2027-03-31 cannot be shared, since fee and back.1 wait for each other without end "
        "(fee until costs is recouped; costs is recouped; back.1 up to 20 % of gross): amend the agreement so that "
        "what one of them takes does not decide about another."
    )
