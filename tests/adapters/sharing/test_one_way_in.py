"""One file means the same where it is imported and where it is run: the same rows and sums, or the same findings."""

import csv
import re
import unicodedata
from collections import defaultdict
from contextlib import ExitStack
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.agreement.documents import BadDocument
from adapters.sharing.facts import LATEST, Units, read_facts
from adapters.sharing.sheets.mapping import Mapping
from adapters.sharing.sheets.rows import checked
from domain.events import StatementKind
from tests.adapters.sharing.sheets.books import book

METRICS = ("admissions",)
UNITS = Units("KRW", {"USD": Decimal(1300), "KWD": Decimal(4500)}, METRICS)
FACTOR = {"KRW": Fraction(1), "USD": Fraction(13), "KWD": Fraction(9, 2), "": Fraction(1)}
NFD = unicodedata.normalize("NFD", "극장")

GOOD = {
    "date": ("2026-03-05", " 2026-03-06 ", "2026-01-31"),
    "amount": ("KRW 1000", "KRW 2000 ", "USD 12.50", "USD (1)", "KRW -7", "KWD 1.250", "USD 3"),
    "payer": ("", "극장", NFD, " 극장"),
    "territory": ("KR", "KR ", "kr", "\uff2b\uff32", ""),
    "media": ("", "svod"),
    "id": ("", "R1", "R2", "R3", "R4", "R5", "\uff321"),
    "admissions": ("0",),
}
ODD = {
    "date": ("", "2026-03", "2026년 3월", "46086", "합계", "2026-13-01"),
    "amount": (
        *(
            "KRW 1.000",
            "KRW 12,000",
            "USD 1.000",
            "KWD 1,250",
            "KRW \uff11\uff10\uff10",
            "KRW 5%",
            "KRW 1000원",
            "1000",
            "₩1000",
            "KRW",
        ),
        *(
            "",
            "KRW 1 000",
            f"KRW {'9' * 26}",
            "KRW 1e3",
            "KRW \u22125",
            "krw 5",
            "KRW 5.0",
            "=1+1",
            "#REF!",
            "USD 1.234",
        ),
    ),
    "payer": ("합계", "Total", "=cmd()", "a\u200bb", "x" * 101),
    "admissions": ("", "1.000", "1.5", "-1", "\uff11", "5%", "12"),
}


def imported(path: Path, kind: StatementKind = StatementKind.RECEIPT):
    """What an import makes of a file: sums by kind and group, or its findings."""
    try:
        with ExitStack() as stack:
            found = stack.enter_context(checked(path, kind, "s", "S1", None, LATEST, metrics=METRICS))
            sums, counts = defaultdict[Any, Fraction](Fraction), defaultdict[str, Fraction](Fraction)
            for one in found:
                for line in one.lines():
                    _, on, code, amount, rate, *words = line.decode().rstrip("\n").split("\t")
                    if one.rows.counts:
                        counts[on] += int(words.pop().removeprefix('{"admissions":').removesuffix("}"))
                    sums[str(one.rows.kind), on, code, rate, *words] += FACTOR[code] * Fraction(amount or 0)
            return dict(sums), {on: count for on, count in counts.items() if count}
    except BadDocument as error:
        return [str(each) for each in error.findings]


def run(path: Path, *, singly: bool = False):
    """What a run makes of it."""
    try:
        facts = read_facts([path], UNITS, singly=singly)
    except BadDocument as error:
        return [str(each) for each in error.findings]
    sums, counts = defaultdict[Any, Fraction](Fraction), defaultdict[str, Fraction](Fraction)
    for each in facts.receipts:
        code, *words = each.kind.fields
        sums["receipt", str(each.on), code, "", *words] += Fraction(each.amount)
        counts[str(each.on)] += sum(count for _, count in each.counts)
    for other in facts.others:
        code = "" if other.kind in {"metric", "date"} else "KRW"
        sums[str(other.kind), str(other.on), code, "", other.name] += other.amount
    return dict(sums), {on: count for on, count in counts.items() if count}


def write(path: Path, rows) -> Path:
    if path.suffix == ".xlsx":
        return book(path, rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def cells(values, columns):
    return st.tuples(*(st.sampled_from(values(column)) for column in columns)).map(list)


@st.composite
def files(draw, values):
    columns = draw(st.permutations(sorted(draw(st.sets(st.sampled_from(sorted(GOOD)))) | {"date", "amount"})))
    return [list(columns), *draw(st.lists(cells(values, columns), max_size=6))]


@settings(max_examples=150, deadline=None)
@given(rows=files(lambda column: GOOD[column] + ODD.get(column, ())), suffix=st.sampled_from([".csv", ".xlsx"]))
def test_a_file_is_read_or_refused_alike_by_an_import_and_by_a_run(rows, suffix, tmp_path_factory):
    path = write(tmp_path_factory.mktemp("p") / f"f{suffix}", rows)
    assert imported(path) == run(path)


@settings(max_examples=60, deadline=None)
@given(rows=files(lambda column: GOOD[column] if column != "id" else ("",)), order=st.randoms())
def test_the_order_of_rows_and_how_a_file_is_wrapped_change_nothing(rows, order, tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    plain = run(write(folder / "f.csv", rows))
    assert isinstance(plain, tuple)
    shuffled = [rows[0], *order.sample(rows[1:], len(rows) - 1)]
    assert imported(write(folder / "g.xlsx", shuffled)) == plain
    assert run(write(folder / "h.csv", shuffled), singly=True) == plain


MIXED = (
    ["date", "kind", "name", "amount", "currency", "territory", "id", "reverses"],
    ["2026-03-01", "", "", "1000", "KRW", "KR", "R1", ""],
    ["2026-06-01", "receipt", "", "-1000", "KRW", "", "R9", "R1"],
    ["2026-03-02", "cost", "p-and-a", "70", "KRW", "", "C1", ""],
    ["2026-03-03", "metric", "admissions", "12", "", "", "", ""],
    ["2026-03-04", "receipt", "", "12.50", "USD", "JP", "R2", ""],
    ["2026-03-04", "date", "run-end", "", "", "", "", ""],
)


def test_rows_of_every_kind_and_reversals_come_in_alike(tmp_path):
    path = write(tmp_path / "f.csv", MIXED)
    sums, _ = imported(path)
    assert (sums, {}) == run(path)
    assert sums["receipt", "2026-03-01", "KRW", "", "", "KR", "", ""] == 0
    assert sums["receipt", "2026-03-04", "USD", "", "", "JP", "", ""] == 16250
    assert sums["cost", "2026-03-02", "KRW", "", "p-and-a"] == 70
    turned = write(tmp_path / "g.csv", [MIXED[0], *reversed(MIXED[1:])])
    assert imported(turned) == run(turned) == (sums, {})


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["2026-03-01", "", "", "5", "KRW", "", "R2", ""], "8: id: 'R2' was used before: each row has its own."),
        (["2026-03-01", "", "", "-5", "KRW", "", "", "R7"], "8: reverses: no receipt 'R7' was read with it"),
        (["2026-06-01", "", "", "-1000", "KRW", "", "", "R1"], "8: reverses: 'R1' was taken back before"),
        (
            ["2026-06-01", "", "", "-5", "USD", "", "", "R2"],
            "8: amount: receipt 'R2' is USD 12.50: take back all of it",
        ),
        (["2026-03-01", "", "", "-12.50", "USD", "", "", "R2"], "8: date: receipt 'R2' is of 2026-03-04: nothing"),
        (
            ["2026-06-01", "", "", "-12.50", "USD", "KR", "", "R2"],
            "8: territory: receipt 'R2' has 'JP': write the same",
        ),
        (["2026-06-01", "gift", "", "5", "KRW", "", "", ""], "8: kind: 'gift' is no kind of fact"),
        (
            ["2026-06-01", "cost", "p", "5", "KRW", "KR", "", ""],
            "8: territory: a cost has no territory: leave the cell empty",
        ),
        (["2026-06-01", "", "p", "5", "KRW", "KR", "", ""], "8: name: a receipt has no name: leave the cell empty"),
    ],
)
def test_a_row_that_contradicts_another_or_its_kind_is_refused_in_both(tmp_path, row, told):
    path = write(tmp_path / "f.csv", [*MIXED, row])
    for findings in (imported(path), run(path), run(path, singly=True)):
        assert [each.removeprefix(f"{path}:")[: len(told)] for each in findings] == [told]


@pytest.mark.parametrize(
    ("code", "written", "told"),
    [
        ("KRW", "1.000", "'1.000' may be 1000, or a number with three decimals: write 1000, or declare in a mapping"),
        ("KRW", "12,000", "'12,000' may be 12000, or a number with three decimals"),
        ("USD", "12.000", "'12.000' may be 12000, or a number with three decimals"),
        ("KWD", "-1.250", "'-1.250' may be -1250, or a number with three decimals"),
        ("KRW", "1.0", "'1.0' has 1 decimals, and KRW has none: write whole minor units"),
        ("USD", "1.2345", "'1.2345' has 4 decimals, and USD has 2: write whole minor units"),
        ("KRW", "1 000", "'1 000' is no number"),
        ("KRW", "1'000", '"1\'000" is no number'),
        ("KRW", "1.000.000", "'1.000.000' is no number"),
        ("KRW", "\uff11\uff10\uff10", "is no number"),
        ("KRW", "9" * 26, "is larger than anything that can be owed"),
        ("KRW", "\u20a91000", "is no number"),
        ("KRW", "1000원", "'1000원' is no number"),
        ("KRW", "5%", "'5%' is no number"),
        ("KRW", "\u25b25", "is no number"),
        ("KRW", "", "it is empty: write a number"),
    ],
)
@pytest.mark.parametrize("row", [2, 3])
def test_a_number_is_never_guessed_in_any_row_of_either_way_in(tmp_path, code, written, told, row):
    rows = [["2026-03-05", "1", code], ["2026-03-05", "2", code]]
    rows.insert(row - 2, ["2026-03-05", written, code])
    for suffix in (".csv", ".xlsx"):
        path = write(tmp_path / f"f{suffix}", [["date", "amount", "currency"], *rows])
        (finding,) = imported(path)
        assert told in finding
        assert f":{row}: amount: " in finding
        assert [finding] == run(path) == run(path, singly=True)


@pytest.mark.parametrize("column", ["rate", "admissions"])
def test_rates_and_counts_are_not_guessed_either(tmp_path, column):
    header, rest = ["date", "amount", "currency", column], ["2026-03-05", "5", "USD"]
    for written in ("1.385", "1,385", "5%", "\uff15", "9" * 26):
        path = write(tmp_path / "f.csv", [header, [*rest, written]])
        (finding,) = imported(path)
        assert f"f.csv:2: {column}: " in finding
        assert [finding] == run(path)


@pytest.mark.parametrize(
    ("decimal", "thousands", "written", "minor"),
    [
        (",", ".", "12.000", 12000),
        (
            ",",
            "",
            "12,000",
            "'12,000' has 3 decimals, and KRW has none: write whole minor units, or declare `thousands",
        ),
        (",", ".", "12,000", "'12,000' has 3 decimals, and KRW has none"),
        (".", ",", "12.000", "'12.000' has 3 decimals, and KRW has none"),
        (None, ",", "12,000", 12000),
        (None, ",", "12.000", "'12.000' has 3 decimals"),
        (None, " ", "12 000", 12000),
        (None, " ", "12.000", "'12.000' may be 12000"),
        (".", "", "12", 12),
    ],
)
def test_what_a_mapping_declares_is_held_against_the_currency(tmp_path, decimal, thousands, written, minor):
    path = write(tmp_path / "f.csv", [["date", "amount", "currency"], ["2026-03-05", written, "KRW"]])
    layout = Mapping(decimal=decimal, thousands=thousands)
    if isinstance(minor, int):
        assert [each.amount for each in read_facts([path], UNITS, mapping=layout).receipts] == [minor]
        return
    with pytest.raises(BadDocument, match=re.escape(minor)):
        read_facts([path], UNITS, mapping=layout)


def test_an_amount_with_its_currency_is_in_the_notation_of_agreements(tmp_path):
    path = write(tmp_path / "f.csv", [["date", "amount"], ["2026-03-05", "KWD 1.250"]])
    assert imported(path) == run(path) == ({("receipt", "2026-03-05", "KWD", "", "", "", "", ""): 5625}, {})
