"""Receipts that enter a pool for want of a word are told, with how many there are and what they come to."""

from domain.sharing.waterfall.model import Waterfall
from domain.sharing.waterfall.network import ReceiptKind
from domain.sharing.waterfall.unplaced import KindTotal, unplaced
from domain.values.money import Money


def waterfall(*receives) -> Waterfall:
    pools = [{"id": f"p{n}", "receives": each, "residue": "spc"} for n, each in enumerate(receives)]
    return Waterfall.model_validate({"currency": "KRW", "pools": [*pools]})


def total(rows, amount, territory="", media="", payer="cine"):
    money = Money.parse(amount)
    return KindTotal(ReceiptKind((money.currency, payer, territory, media, "")), rows, money)


BY_TERRITORY = waterfall({"territory": ["KR"]}, "everything else")


def test_a_blank_in_a_field_that_a_pool_reads_is_told_by_pool_and_currency():
    totals = [
        total(5, "KRW 1000", "KR"),
        total(7, "KRW 15000000"),
        total(5, "KRW 25000000", payer="other"),
        total(1, "USD 1234.50"),
        total(3, "KRW 7", "JP"),
    ]
    assert unplaced(BY_TERRITORY, totals) == [
        "12 rows, KRW 40,000,000, go to p1 because territory is empty",
        "1 row, USD 1,234.50, goes to p1 because territory is empty",
    ]


def test_a_blank_that_no_pool_reads_is_nobody_s_concern():
    assert unplaced(waterfall("everything"), [total(5, "KRW 1000")]) == []
    assert unplaced(BY_TERRITORY, [total(5, "KRW 1000", "KR", media="")]) == []


def test_a_word_that_is_written_almost_as_the_agreement_does_is_told():
    totals = [total(2, "KRW 5", "kr"), total(1, "KRW 6", "\uff2b\uff32"), total(1, "KRW 7", "K R")]
    assert unplaced(BY_TERRITORY, totals) == [
        "1 row, KRW 7, goes to p1 because territory is 'K R', and the agreement has 'KR'",
        "2 rows, KRW 5, go to p1 because territory is 'kr', and the agreement has 'KR'",
        "1 row, KRW 6, goes to p1 because territory is '\uff2b\uff32', and the agreement has 'KR'",
    ]


def test_every_field_that_is_missing_is_named():
    both = waterfall({"territory": ["KR"], "media": ["vod"]}, "everything else")
    assert unplaced(both, [total(2, "KRW 5")]) == [
        "2 rows, KRW 5, go to p1 because territory is empty and media is empty"
    ]
