"""At a moving limit the first takes all it may, and the next takes what is left, however receipts are cut."""

from fractions import Fraction

import pytest

from domain.sharing.waterfall.flow import ON, Spread
from domain.sharing.waterfall.limits import Tie, Unstable
from domain.sharing.waterfall.linear import Atom, Linear
from domain.sharing.waterfall.network import Take
from tests.domain.sharing.waterfall.deal import receipt, share

UNDER_ONE_CAP = """
currency: USD
claims: [{id: costs, amount: USD 33, cap: 30 % of gross}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: USD 21}
      - {id: first, to: investor, take: what remains, recoups: costs, up_to: 20 % of gross}
    residue: rest
  - id: rest
    positions:
      - {id: points, to: director, take: 43 % of what remains, up_to: USD 5}
      - {id: later, to: lender, take: USD 16, recoups: costs}
    residue: producer
"""


@pytest.mark.parametrize("amounts", [("54",), ("30", "24"), ("30", "2", "3", "19"), ("25", "5", "5", "10", "9")])
def test_of_two_under_one_moving_cap_the_first_has_its_own_limit_however_receipts_are_cut(amounts):
    rows = [receipt(f"2025-0{n}-03", f"USD {amount}") for n, amount in enumerate(amounts, start=1)]
    found = share(UNDER_ONE_CAP, "agent investor lender director producer", *rows)
    # of 54 in all: 20 % are the first's own limit, 30 % are the cap of both
    assert (found.parties["investor"], found.parties["lender"]) == ("54/5", "27/5")


SHARING = """
currency: USD
claims: [{{id: costs, amount: USD 1000, cap: 30 % of gross}}]
pools:
  - id: gross
    receives: everything
    positions:
{positions}
    residue: rest
  - id: rest
    positions:
      - {{id: later, to: lender, take: {later}, recoups: costs}}
    residue: producer
"""
ONE, MANY = (("100",), ("50", "30", "20"))


def shared(positions, later, amounts):
    """Each party's part of a hundred, with positions before one that recoups costs of at most 30 % of the gross."""
    lines = "\n".join(f"      - {{{position}}}" for position in positions)
    section = SHARING.format(positions=lines, later=later)
    rows = [receipt(f"2025-0{n}-03", f"USD {amount}") for n, amount in enumerate(amounts, start=1)]
    found = share(section, "first second lender producer", *rows).parties
    return tuple(found[party] for party in ("first", "second", "lender"))


@pytest.mark.parametrize("amounts", [ONE, MANY])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("20 %", ("20", "0", "10")), ("30 %", ("30", "0", "0")), ("50 %", ("30", "0", "0")), ("all", ("30", "0", "0"))],
)
def test_who_comes_first_under_a_moving_cap_loses_nothing_by_wanting_more(wanted, expected, amounts):
    first = f"id: one, to: first, take: {wanted} of gross, recoups: costs"
    assert shared([first], "25 % of rest", amounts) == expected


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_who_takes_once_costs_are_recouped_leaves_just_what_recoups_them_as_they_grow(amounts):
    once = "id: one, to: first, take: what remains, once: costs is recouped"
    assert shared([once], "what remains", amounts) == ("70", "0", "30")
    assert shared([once], "50 % of rest", amounts) == ("40", "0", "30")  # half of the other 60 are the 30
    assert shared([once], "50 % of gross", amounts) == ("70", "0", "30")  # of which no more than 30 are left
    assert shared([once], "20 % of rest", amounts) == ("0", "0", "20")  # too little: they are never recouped


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_until_and_once_costs_are_recouped_go_together_where_the_costs_grow(amounts):
    until = "id: one, to: first, take: 20 % of gross, until: costs is recouped, recoups: costs"
    once = "id: two, to: second, take: 60 % of what remains, once: costs is recouped"
    # 20 are the first's; the 10 that are missing are a quarter of 40, so 40 of the 80 are the second's
    assert shared([until, once], "25 % of rest", amounts) == ("20", "40", "10")


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_a_part_that_is_never_exceeded_is_reached_all_the_same(amounts):
    part = "id: one, to: first, take: 50 % of gross, until: first reaches 20 % of gross"
    for phrase, second in (("reaches", "80"), ("exceeds", "0")):
        rest = f"id: two, to: second, take: what remains, once: first {phrase} 20 % of gross"
        assert shared([part, rest], "1 % of rest", amounts)[:2] == ("20", second)


SWITCHING = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions:
      - {id: steps, to: lender, take: what remains, then: [{once: first reaches 150 % of rest, take: 13 % of gross}]}
      - {id: limited, to: second, take: what remains, up_to: 20 % of gross}
    residue: rest
  - {id: rest, residue: first}
"""


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_a_limit_behind_a_step_that_switches_back_and_forth_is_kept(amounts):
    rows = [receipt(f"2025-0{n}-03", f"USD {amount}") for n, amount in enumerate(amounts, start=1)]
    found = share(SWITCHING, "first second lender producer", *rows).parties
    assert found == {"first": "0", "second": "20", "lender": "80", "producer": "0"}


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_what_has_been_exceeded_stays_so_when_what_then_begins_ends_its_growth(amounts):
    begins = "id: one, to: first, take: 33 % of gross, once: second exceeds USD 3, recoups: costs"
    grows = "id: two, to: second, take: 33 % of gross, recoups: costs"
    # 3 are 30 % of the first 10; of the other 90 the first has the 30 %, and nothing is left under the cap
    assert shared([begins, grows], "1 % of rest", amounts) == ("27", "3", "0")


CROSSED = """
currency: USD
pools:
  - id: gross
    receives: everything
    positions: [{id: one, to: first, take: what remains, until: lender reaches 150 % of second}]
    residue: rest
  - id: rest
    positions: [{id: two, to: second, take: what remains, up_to: 20 % of rest}]
    residue: producer
"""


@pytest.mark.parametrize("amounts", [ONE, MANY])
def test_a_condition_that_the_first_unit_changes_for_good_counts_as_changed(amounts):
    rows = [receipt(f"2025-0{n}-03", f"USD {amount}") for n, amount in enumerate(amounts, start=1)]
    found = share(CROSSED, "first second lender producer", *rows).parties
    # nobody has anything, so the lender's nothing is enough; the least of the second's makes it too little for good
    assert found == {"first": "100", "second": "0", "lender": "0", "producer": "0"}


def test_valves_that_never_come_to_rest_are_named():
    line = Linear.of("to:a")
    valve = Take("take:x.0", "what remains", Atom(line.times(Fraction(-1)), closed=False), Fraction(1), None)

    def leaping(modes):
        """No flow does: a line that leaps over zero, so that no rate keeps it there."""
        much = modes["take:x.0"] == ON or (
            isinstance(modes["take:x.0"], Fraction) and modes["take:x.0"] > Fraction(1, 2)
        )
        return Spread({"to:a": Fraction(1 if much else -1)}, [], {"take:x.0": Fraction(1)})

    with pytest.raises(Unstable) as caught:
        Tie([valve], {line: Fraction(0)}, leaping).settle({"take:x.0": ON})
    assert caught.value.valves == (valve,)
