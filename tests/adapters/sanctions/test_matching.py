"""Names are compared across scripts, cases, word orders and legal forms, and not found where they are others."""

from datetime import date

import pytest

from adapters.sanctions.matching import found_in, plain
from domain.payees.screening import KnownList, ListedEntry
from tests.domain import builders as b


def found(name, *listed, **more):
    entries = tuple(ListedEntry(str(n), (each,)) for n, each in enumerate(listed))
    known = KnownList("un", date(2026, 11, 20), f"{name}{listed}", entries)
    party = b.party("vendor", "vendor", "KR").model_copy(update={"name": name, **more})
    return {one.listed_name: one.score for one in found_in(known, [party])}


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Green Pine Co., Ltd.", "GREEN PINE"),
        ("Won-Ho RI", "RI WON HO"),
        ("리원호", "리원호"),
        ("Müller Handels GmbH", "MULLER HANDELS"),
        ("Аэрофлот", "Aeroflot"),
        ("Aerocaribean Airlines", "AEROCARIBBEAN AIRLINES"),
        ("青松", "青松"),
    ],
)
def test_a_name_is_found_as_others_write_it(name, listed):
    assert listed in found(name, listed, "ENTIRELY DIFFERENT")


@pytest.mark.parametrize(
    ("name", "listed"), [("Oh & Partners", "GREEN PINE"), ("Kim Lee", "KIM JONG UN"), ("BNC", "BNCX"), ("SK", "SKY")]
)
def test_another_name_is_not_found(name, listed):
    assert found(name, listed) == {}


def test_the_latin_name_counts_as_well_and_a_short_name_must_be_the_same():
    assert found("그린파인", "GREEN PINE", latin_name="Green Pine") == {"GREEN PINE": 100}
    assert found("BNC Inc", "BNC") == {"BNC": 100}


def test_a_name_of_legal_forms_alone_is_like_no_other():
    assert plain("The Company Ltd.") == ""
    assert found("The Company Ltd.", "Company Inc") == {}
