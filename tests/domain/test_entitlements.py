"""What a distribution says of a run of the waterfall."""

from datetime import date
from fractions import Fraction

from domain.entitlements import computed, fingerprint, shares_of
from domain.waterfall.run import ENGINE, run
from tests.domain import builders as b
from tests.domain.waterfall.deal import fact, facts, receipt, version

SECTION = """
currency: KRW
claims: [{id: mg, advance: mg}]
pools:
  - id: gross
    receives: everything
    positions:
      - {id: fee, to: agent, take: 1/3 of gross}
      - {id: points, to: {share: equal_until_filled, among: [{to: star}, {to: han}]}, take: 10 % of what remains}
    residue: net
  - id: net
    residue: {share: by_commitment, among: [{to: han, weight: "2"}, {to: mori, weight: "1"}]}
charges: [{id: bonus, of: han, to: star, amount: KRW 50}]
"""
ONE = version(SECTION, ["agent", "star", "han", "mori", "bank"])
END = date(2027, 3, 31)


def result(*more):
    return run([ONE], facts(receipt("2027-01-05", "KRW 1000"), *more), END)


def event(found, known=()):
    return computed(found, ONE, "2027-Q1", 3, known, b.TODAY, b.TODAY)


def test_shares_are_by_position_and_together_what_each_party_has_come_to():
    found = result()
    shares = shares_of(found, ONE)
    assert shares[("agent", "fee")] == Fraction(1000, 3)
    assert shares[("star", "points")] == shares[("han", "points")] == Fraction(100, 3)
    assert shares[("mori", "net.residue")] == 200
    assert (shares[("star", "(other)")], shares[("han", "(other)")]) == (50, -50)
    for party, entitled in found.parties.items():
        assert sum(exact for (whose, _), exact in shares.items() if whose == party) == entitled


def test_amounts_to_date_lose_no_minor_unit_and_leave_out_whom_it_does_not_concern():
    made = event(result())
    assert sum(one.amount.minor for one in made.to_date) == 1000
    assert {one.party for one in made.to_date} == {"agent", "star", "han", "mori"}
    assert (made.engine, made.version, made.until, made.period) == (ENGINE, 3, END, "2027-Q1")


def test_who_was_owed_something_before_is_concerned_even_by_nothing():
    made = event(result(), known={"bank"})
    assert {one.party: one.amount.minor for one in made.to_date}["bank"] == 0


def test_the_fingerprint_is_of_what_was_found_not_of_what_was_paid():
    assert fingerprint(result()) == fingerprint(result())
    assert fingerprint(result(fact("payment", "2027-03-01", "mori", "KRW 10"))) == fingerprint(result())
    assert fingerprint(result(receipt("2027-03-01", "KRW 1"))) != fingerprint(result())
