"""What a quote carries for the records, and what its sentence says."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.errors import BadInput
from domain.tax.in_force import RulesInForce
from domain.tax.overrides import TaxOverrides, chosen_readings, overridden
from domain.tax.payment import FormOnFile, TaxRate
from domain.tax.quote import quote
from domain.tax.readings import Readings
from domain.tax.rules import TaxRule
from domain.values.money import Money
from tests.domain.tax.tables import ON_FILE, TABLES, payment, quoted


def test_the_rule_is_named_with_version_digest_and_law():
    rule = quoted("KR", "JP", "company", "copyright-licence", "KRW 594000", form=ON_FILE).rule
    assert (rule.id, rule.table, rule.version) == ("kr-jp-royalty", "KR", TABLES["KR"].version)
    assert len(rule.digest) == 64
    assert "제12조" in rule.law


def test_the_digest_changes_with_anything_that_the_figures_come_from():
    about = ("JP", "individual", "artist-fee", "KRW 20000000")
    table = TABLES["KR"]
    other_rounding = table.model_copy(update={"rounding": table.rounding.model_copy(update={"unit": 1})})
    digests = {
        quote(RulesInForce(table), payment(*about)).rule.digest,
        quote(RulesInForce(table, Readings(kr_included_split="total")), payment(*about)).rule.digest,
        quote(RulesInForce(other_rounding), payment(*about)).rule.digest,
        quote(RulesInForce(table.model_copy(update={"local_percent": Decimal(5)})), payment(*about)).rule.digest,
    }
    assert len(digests) == 4


def test_the_digest_of_a_rule_stays_what_records_say():
    rule = TaxRule(
        id="kr-x-royalty", payees=("JP",), kinds=("company",), income=("copyright-licence",),
        first_day=date(2026, 1, 1), national="10", local="included", basis="a treaty", law="a law",
    )  # fmt: skip
    law = RulesInForce(TABLES["KR"].model_copy(update={"rules": (rule,)}))
    assert (
        law.applied(rule, date(2026, 9, 15)).digest
        == "83776ab3329f549067bf31a5964e8042b312a96fa59f3ab5bddab8a9158a325b"
    )


def test_the_digest_does_not_depend_on_the_payment():
    digests = {
        quoted("KR", "JP", "company", "copyright-licence", amount, form=ON_FILE).rule.digest
        for amount in ("KRW 1", "KRW 594000")
    }
    assert len(digests) == 1


def test_components_of_the_japanese_tax_change_in_2027_and_their_sum_does_not():
    about = ("JP", "KR", "company", "copyright-licence", "JPY 5000000")
    before, after = quoted(*about, paid_on=date(2026, 12, 20)), quoted(*about, paid_on=date(2027, 1, 20))
    assert before.withheld == after.withheld == Money(1_021_000, "JPY")
    assert {name: part.minor for name, part in before.components.items()} == {
        "income": 1_000_000,
        "reconstruction": 21_000,
    }
    assert {name: part.minor for name, part in after.components.items()} == {
        "income": 1_000_000,
        "reconstruction": 11_000,
        "defence": 10_000,
    }


def test_a_rate_is_part_of_the_answer_with_its_origin():
    rate = TaxRate(base="USD", quote="JPY", rate="108.53", kind="ttb", on=date(2026, 9, 15), source="main bank")
    found = quoted("JP", "KR", "company", "copyright-licence", "USD 4000.00", form=ON_FILE, rates=(rate,))
    assert found.rate == rate
    assert found.why.endswith("base at USD/JPY 108.53 (TTB, main bank, 2026-09-15)")


def test_a_rate_may_be_written_in_the_other_direction():
    rate = TaxRate(base="JPY", quote="USD", rate="0.008", kind="ttb")
    found = quoted("JP", "KR", "company", "copyright-licence", "USD 4000.00", form=ON_FILE, rates=(rate,))
    assert found.gross == Money(500_000, "JPY")


def test_a_rate_of_no_said_kind_is_taken_as_the_rules_own_and_the_sentence_says_so():
    rate = TaxRate(base="USD", quote="JPY", rate="108.53")
    why = quoted("JP", "KR", "company", "copyright-licence", "USD 4000.00", rates=(rate,)).why
    assert "taken as the TTB of the payer's main bank" in why


def test_three_readings_of_net_are_three_payments():
    """At the rates of 2012, 10 % and 5 %: the fee, the fee less tax, all that is transferred."""
    law = RulesInForce(TABLES["JP"].model_copy(update={"surtaxes": ()}))
    net = {"country": "JP", "kind": "individual", "income": "services", "amount": "JPY 5000"}
    fee = quote(law, payment(**net))
    less_tax = quote(law, payment(**net, net=True))
    transfer = quote(law, payment(**net, net=True), vat_percent=Fraction(5))
    assert (fee.gross.minor, fee.withheld.minor, fee.net.minor + 250) == (5000, 500, 4750)
    assert (less_tax.gross.minor, less_tax.withheld.minor, less_tax.net.minor) == (5555, 555, 5000)
    assert (transfer.gross.minor, transfer.withheld.minor, transfer.net.minor + 263) == (5263, 526, 5000)


def test_a_year_that_exceeds_the_threshold_is_caught_up_with_what_was_withheld():
    rates = (TaxRate(base="USD", quote="JPY", rate="150"),)
    found = quoted(
        "JP", "KR", "individual", "artist-fee", "JPY 1000000",
        form=ON_FILE, rates=rates, year_to_date=Money(2_000_000, "JPY"), withheld_to_date=Money(408_400, "JPY"),
    )  # fmt: skip
    assert found.withheld == Money(204_200, "JPY")


def test_a_payment_that_cannot_bear_the_tax_of_the_year_is_held():
    rates = (TaxRate(base="USD", quote="JPY", rate="150"),)
    found = quoted(
        "JP", "KR", "individual", "artist-fee", "JPY 10000",
        form=ON_FILE, rates=rates, year_to_date=Money(1_495_000, "JPY"),
    )  # fmt: skip
    assert found.is_held
    assert "more than the payment" in found.why


def test_a_net_amount_bears_the_tax_of_the_year_by_a_larger_gross_one():
    rates = (TaxRate(base="USD", quote="JPY", rate="150"),)
    about = {"form": ON_FILE, "rates": rates, "year_to_date": Money(1_495_000, "JPY")}
    found = quoted("JP", "KR", "individual", "artist-fee", "JPY 300000", net=True, **about)
    assert found.net == Money(300_000, "JPY")
    assert quoted("JP", "KR", "individual", "artist-fee", str(found.gross), **about).net == found.net


def test_a_form_that_was_filed_counts_as_received():
    filed = FormOnFile(filed_on=date(2026, 8, 1))
    assert quoted("KR", "JP", "company", "copyright-licence", "KRW 1000000", form=filed).rule.id == "kr-jp-royalty"


def test_a_negative_amount_is_refused():
    with pytest.raises(BadInput, match="returned payment"):
        payment("JP", "company", "services", "KRW -1")


def test_the_last_of_several_overrides_wins():
    first = TaxOverrides(
        sluice_tax=1, country="KR", reason="one", readings=Readings(kr_included_split="total", kr_base_rate="basic")
    )
    last = TaxOverrides(sluice_tax=1, country="KR", reason="two", readings=Readings(kr_base_rate="actual"))
    chosen = chosen_readings([first, last])
    assert (chosen.kr_included_split, chosen.kr_base_rate) == ("total", "actual")


def test_an_override_that_names_an_unknown_form_is_refused():
    rule = TABLES["KR"].rules[0].model_copy(update={"id": "kr-other", "form": "paper"})
    with pytest.raises(ValueError, match="forms that the table lacks: paper"):
        overridden(TABLES["KR"], [TaxOverrides(sluice_tax=1, country="KR", reason="why", rules=(rule,))])
