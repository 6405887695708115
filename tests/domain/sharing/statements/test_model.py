from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from domain.ledger.journal import canonical
from domain.sharing.statements import (
    Amount,
    Figures,
    Inflow,
    LineKind,
    Recoupment,
    Taking,
    read_statement,
    ties,
    view_for,
)
from domain.values.money import Money
from tests.domain.statement_samples import below_minimum, large, settlement, small


@pytest.mark.parametrize("build", [small, below_minimum, large])
def test_a_statement_ties_and_comes_back_from_its_bytes_as_it_was(build):
    statement = build()
    assert ties(statement) == ()
    again = read_statement(canonical(statement))
    assert again == statement
    assert canonical(again) == canonical(statement)


def test_an_exact_amount_has_one_spelling():
    assert Amount.of_minor(Fraction(100, 3), "USD") == Amount(exact="1/3", decimal="0.3333333333")
    assert Amount.of_minor(5, "JPY").decimal == "5"
    assert Amount.of(Fraction(-5, 4)).decimal == "-1.25"
    assert Amount.of(Fraction(-1, 10**12)).decimal == "0"
    for exact, decimal in (("2/4", "0.5"), ("1/2", "0.50"), ("1/2", "0.4"), ("-0", "0")):
        with pytest.raises(ValidationError):
            Amount(exact=exact, decimal=decimal)


def test_amounts_of_any_size_keep_every_digit():
    long = 10**40 + Fraction(1, 3)
    assert Amount.of(long).value == long
    assert Amount.of(long).decimal == "1" + "0" * 40 + ".3333333333"


def test_a_reference_is_what_people_quote():
    assert small().reference == "DRAMA1/2027-Q1/MORI"


def test_recoupment_says_how_far_it_is():
    assert str(Recoupment.of("mg", "", Fraction(3), Fraction(1)).percent) == "33.33"
    assert str(Recoupment.of("mg", "", Fraction(3), Fraction(3)).percent) == "100.00"
    assert Recoupment.of("mg", "", Fraction(0), Fraction(0)).percent is None


@pytest.mark.parametrize("field", ["paid_before", "reserved", "held", "payable", "carried_forward", "withheld", "due"])
def test_a_settlement_that_is_off_by_one_unit_does_not_tie(field):
    whole = large()
    amount = getattr(whole.settlement, field)
    changed = whole.settlement.model_copy(update={field: amount + Money(1, amount.currency)})
    assert ties(whole.model_copy(update={"settlement": changed}))


@pytest.mark.parametrize(
    ("paid_before", "minimum", "carried", "due"),
    [
        (5143, None, 0, 7714),
        (5143, 7714, 0, 7714),
        (5143, 7715, 7714, 0),
        (13_000, None, -143, 0),
        (12_857, None, 0, 0),
    ],
)
def test_less_than_the_minimum_or_nothing_is_carried_forward(paid_before, minimum, carried, due):
    end = settlement("USD", Fraction(900, 7), paid_before=paid_before, minimum=minimum)
    assert (end.carried_forward, end.due) == (Money(carried, "USD"), Money(due, "USD"))
    assert end.exact.value + end.rounding.value == Fraction(end.entitlement.decimal)


def test_what_does_not_tie_is_named():
    whole = small()
    pool = whole.pools[0]
    line = pool.own[0]
    figures = line.figures.model_copy(update={"period": Amount.of(1)})
    lines = (line.model_copy(update={"figures": figures}),)
    broken = whole.model_copy(update={"pools": (pool.model_copy(update={"own": lines}),)})
    assert ties(broken) == (
        "Position mori in net: opening 51.4285714286 and period 1 do not make 128.5714285714 to date.",
        "Pool net, period: 600 entered, and its lines make 3667/7.",
    )


def test_a_line_that_is_left_out_does_not_tie():
    whole = large()
    found = ties(whole.model_copy(update={"adjustments": whole.adjustments[1:]}))
    assert len(found) == 1
    assert "the settlement starts from" in found[0]


def test_a_claim_and_a_reserve_that_do_not_add_up_are_named():
    whole = large()
    claim = whole.recoupments[0].model_copy(update={"outstanding": Amount.of(1)})
    reserve = whole.reserves[0].model_copy(update={"released": Money(0, "KRW")})
    found = ties(whole.model_copy(update={"recoupments": (claim,), "reserves": (reserve,)}))
    assert found == (
        "Claim advance: recouped and outstanding do not make 3000000000.",
        "Reserve returns: opening, withheld and released do not make KRW 125000000.",
    )


def test_money_of_another_currency_is_named_before_anything_is_added():
    whole = small()
    changed = whole.settlement.model_copy(update={"reserved": Money(0, "JPY")})
    assert ties(whole.model_copy(update={"settlement": changed})) == (
        "JPY 0 is not in USD, the currency of the statement.",
    )


def test_more_paid_than_due_is_named():
    whole = small()
    changed = whole.settlement.model_copy(update={"paid": Money(7715, "USD")})
    assert ties(whole.model_copy(update={"settlement": changed})) == (
        "USD 77.15 was paid, more than the USD 77.14 that is due.",
    )


INFLOWS = [
    Inflow("gross", "Gross", Fraction(50), Fraction(100)),
    Inflow("net", "Net", Fraction(30), Fraction(60)),
]
TAKINGS = [
    Taking("gross", "fee", "Fee", LineKind.FEE, "AGENT", Fraction(5), Fraction(10)),
    Taking("gross", "levy", "Levy", LineKind.OFF_THE_TOP, "FUND", Fraction(15), Fraction(30)),
    Taking("gross", "rest", "", LineKind.PASSED_ON, None, Fraction(30), Fraction(60)),
    Taking("net", "a", "A's", LineKind.SHARE, "A", Fraction(10), Fraction(20)),
    Taking("net", "b", "B's", LineKind.SHARE, "B", Fraction(10), Fraction(20)),
    Taking("net", "c", "C's", LineKind.SHARE, "C", Fraction(5), Fraction(10)),
]


def test_a_party_sees_only_the_pools_that_it_takes_from():
    assert [pool.id for pool in view_for("A", INFLOWS, TAKINGS)] == ["net"]
    assert [pool.id for pool in view_for("AGENT", INFLOWS, TAKINGS)] == ["gross"]
    assert view_for("NOBODY", INFLOWS, TAKINGS) == ()


def test_others_are_summed_by_kind_and_not_named():
    (pool,) = view_for("A", INFLOWS, TAKINGS)
    assert [line.position for line in pool.own] == ["a"]
    assert [(others.kind, others.figures) for others in pool.others] == [
        (LineKind.SHARE, Figures.of(15, 30)),
        (LineKind.PASSED_ON, Figures.of(5, 10)),
    ]
    written = pool.model_dump_json()
    assert not any(theirs in written for theirs in ("B's", "C's", '"B"', '"C"', '"b"', '"c"'))


def test_a_pool_that_gives_all_it_has_passes_nothing_on_twice():
    (pool,) = view_for("AGENT", INFLOWS, TAKINGS)
    assert [(others.kind, others.figures.to_date.decimal) for others in pool.others] == [
        (LineKind.OFF_THE_TOP, "30"),
        (LineKind.PASSED_ON, "60"),
    ]


def test_known_at_is_kept_in_utc():
    signature = small().signature
    korean = type(signature).model_validate({**signature.model_dump(), "known_at": "2027-05-14T15:30:05.123456+09:00"})
    assert korean.model_dump_json() == signature.model_dump_json()
    assert signature.as_of == date(2027, 3, 31)
