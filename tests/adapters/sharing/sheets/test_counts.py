"""Counts that come with receipts, in columns named as metrics or by a mapping; what cannot be is named by its place."""

import hashlib

import pytest

from domain.events import StatementKind
from tests.adapters.sharing.sheets.books import book
from tests.adapters.sharing.sheets.test_rows import check_refused, read, text

METRICS = ("screens", "admissions", "units")


def test_columns_named_as_metrics_are_counts_of_each_row_and_summed_by_name(tmp_path):
    content = "date,screens,amount,admissions\n2025-01-31,7,KRW 9000,0012\n2025-02-01,0,KRW -900,-1\n"
    rows, lines = read(text(tmp_path, content), metrics=METRICS)
    assert lines == [
        ["2", "2025-01-31", "KRW", "9000", "", "", "", "", "", '{"admissions":12,"screens":7}'],
        ["3", "2025-02-01", "KRW", "-900", "", "", "", "", "", '{"admissions":-1,"screens":0}'],
    ]
    assert [(one.of, one.count) for one in rows.counts] == [("admissions", 11), ("screens", 7)]
    canonical = "".join("\t".join(line[1:]) + "\n" for line in lines)
    assert rows.sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_rows_without_counts_are_what_they_were_before_there_were_any(tmp_path):
    content = "date,amount,media\n2025-01-31,USD 12.5,svod\n"
    rows, _ = read(text(tmp_path, content), metrics=METRICS)
    assert rows.counts == ()
    assert rows.sha256 == hashlib.sha256(b"2025-01-31\tUSD\t1250\t\t\t\tsvod\t\n").hexdigest()


def test_a_mapping_says_which_column_counts_which_metric(tmp_path):
    content = "일자;금액;관객수\n2025-01-31;1.000;1.250\n"
    rules = {
        "delimiter": ";",
        "decimal": ",",
        "thousands": ".",
        "columns": {"on": "일자", "amount": "금액"},
        "counts": {"admissions": "관객수"},
        "constants": {"currency": "KRW"},
    }
    _, lines = read(text(tmp_path, content), metrics=METRICS, **rules)
    assert lines[0][-1] == '{"admissions":1250}'
    check_refused(
        text(tmp_path, content.replace("1.250", "-1")),
        "2: admissions (관객수): '-1' is below zero",
        metrics=METRICS,
        **rules,
    )


def test_a_metric_with_the_name_of_a_field_is_counted_by_a_mapping_only(tmp_path):
    path = text(tmp_path, "date,amount,window\n2025-01-31,KRW 5,3\n")
    assert read(path, metrics=("window",))[0].counts == ()
    rows, _ = read(path, metrics=("window",), columns={"on": "date", "amount": "amount"}, counts={"window": "window"})
    assert [(one.of, one.count) for one in rows.counts] == [("window", 3)]


@pytest.mark.parametrize(
    ("amount", "count", "told"),
    [
        ("KRW 5", "", "it is empty: write how many there were, 0 for none"),
        ("KRW 5", " ", "it is empty"),
        ("KRW 5", "-3", "'-3' is below zero, and its amount is not: correct one of them"),
        ("KRW -5", "3", "'3' is above zero, and its amount is taken back: take back the count with it"),
        ("KRW 0", "3", "'3' was counted, and nothing paid for it: leave it out here, and import it as a metric"),
        ("KRW 5", "1.5", "'1.5' is not whole: count what there is in full"),
        ("KRW 5", "1e3", "'1e3' is no number: write digits"),
        ("KRW 5", "twelve", "'twelve' is no number: write digits"),
        ("KRW 5", "=A1", "'=A1' is "),
        ("KRW 5", "9" * 13, "'9999999999999' is more than anything can count: is this the right column?"),
        ("KRW 5", "9" * 10_000, "is more than anything can count"),
    ],
)
def test_a_count_that_cannot_be_is_one_sentence_with_its_line_and_column(tmp_path, amount, count, told):
    path = text(tmp_path, f"date,amount,admissions\n2025-01-31,KRW 5,5\n2025-01-31,{amount},{count}\n")
    check_refused(path, "3: admissions: ", metrics=METRICS)
    check_refused(path, told, metrics=METRICS)
    check_refused(
        book(tmp_path / "s.xlsx", [["date", "amount", "admissions"], ["2025-01-31", amount, count]]),
        told,
        metrics=METRICS,
    )


@pytest.mark.parametrize(("count", "told"), [(1.5, "'1.5' is not whole"), (-1, "'-1' is below zero"), (None, "empty")])
def test_a_workbook_s_own_numbers_are_counts_if_they_are_whole(tmp_path, count, told):
    rows = [["date", "amount", "admissions"], ["2025-01-31", "KRW 5", 1200.0]]
    assert read(book(tmp_path / "a.xlsx", rows), metrics=METRICS)[1][0][-1] == '{"admissions":1200}'
    check_refused(book(tmp_path / "b.xlsx", [*rows, ["2025-01-31", "KRW 5", count]]), told, metrics=METRICS)


def test_a_column_that_the_agreement_does_not_count_is_named_with_what_it_counts(tmp_path):
    path = text(tmp_path, "date,amount,admission\n2025-01-31,KRW 5,3\n")
    check_refused(
        path, "1: admission: a receipt has no 'admission', and the agreement counts admissions", metrics=METRICS
    )
    rules = {"columns": {"on": "date", "amount": "amount"}, "counts": {"admission": "admission"}}
    wanted = "1: admission: the agreement has no metric 'admission': did you mean 'admissions'?"
    check_refused(path, wanted, metrics=METRICS, **rules)
    rules["counts"] = {"admissions": "visitors"}
    check_refused(path, "1: admissions: there is no column 'visitors'", metrics=METRICS, **rules)
    twice = text(tmp_path, "date,amount,admissions,admissions\n")
    check_refused(twice, "1: admissions: there are several columns 'admissions'", metrics=METRICS)


def test_counts_come_with_receipts_and_with_nothing_else(tmp_path):
    path = text(tmp_path, "date,name,amount,admissions\n2025-01-31,p-and-a,KRW 5,3\n")
    check_refused(
        path, "1: admissions: a cost has no 'admissions': leave it out", kind=StatementKind.COST, metrics=METRICS
    )


def test_counts_that_add_up_to_more_than_there_can_be_are_the_wrong_column(tmp_path):
    rows = f"2025-01-31,KRW 5,{'9' * 12}\n" * 1_001
    check_refused(
        text(tmp_path, f"date,amount,admissions\n{rows}"),
        "1: admissions: the rows count 1000999999998999 in all: is this the right column?",
        metrics=METRICS,
    )
