"""Admissions from a theatre's file to a split that they moved, and to an audit that holds; all by the command line."""

import time

import pytest

from tests.e2e.conftest import EXAMPLES, PATIENCE_S

pytestmark = pytest.mark.xdist_group("e2e")
STATEMENT = EXAMPLES / "revenue" / "multiplex-2025Q2.csv"
PRODUCTION, PERIOD = "MATINEE", "2025-Q2"


@pytest.fixture(scope="module")
def release(sluice):
    agreement = str(EXAMPLES / "film-release.yaml")
    assert sluice("agreement", "register", agreement, user="sungmin").status == 0
    assert sluice("agreement", "approve", PRODUCTION, agreement, user="nayoung").status == 0
    return sluice


def imported(sluice, file):
    where = ("--production", PRODUCTION, "--source", "multiplex", "--statement", "2025Q2")
    return sluice("revenue", "import", str(file), *where, "--json", user="yejun")


def computed(sluice, revision):
    """Open the period, until it is computed for the nth time: what each position has given, in won."""
    assert sluice("distribution", "open", PRODUCTION, PERIOD, user="arin").status == 0
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        shown = sluice("distribution", "show", PRODUCTION, PERIOD, "--json")
        if shown.status == 0 and shown.json["revision"] == revision:
            return {share["position"]: share["to_date"] for share in shown.json["shares"]}
        assert time.monotonic() < give_up_at, shown
        time.sleep(0.2)


def test_admissions_of_a_statement_move_the_split_and_the_audit_proves_it(release, tmp_path):
    first = imported(release, STATEMENT).json
    assert (first["version"], first["counts"]) == (1, {"admissions": 120_000})
    assert computed(release, 1) == {
        "fee": "92800000",
        "levy": "36000000",
        "running-guarantee": "2000000",
        "box-office.residue": "829200000",
    }

    fewer = tmp_path / "restated.csv"
    fewer.write_text(STATEMENT.read_text("utf-8").replace(",40000", ",10000"), "utf-8")
    assert imported(release, fewer).json["version"] == 2
    assert computed(release, 2) == {
        "fee": "96000000",
        "levy": "27000000",
        "box-office.residue": "837000000",
    }

    counts = [one["rows"]["counts"] for one in release.recorded(PRODUCTION, "statement-imported")]
    assert sorted(one["count"] for (one,) in counts) == [90_000, 120_000]
    audit = release("audit", "replay", "--production", PRODUCTION)
    assert audit.status == 0, audit.out


def test_a_statement_with_a_count_that_cannot_be_changes_nothing(release, tmp_path):
    file = tmp_path / "s.csv"
    file.write_text(STATEMENT.read_text("utf-8").replace(",40000", ",4e4"), "utf-8")
    before = release.recorded(PRODUCTION, "statement-imported")
    said = imported(release, file)
    assert said.status == 1
    assert f"{file}:3: admissions: '4e4' is no number" in said.err
    assert release.recorded(PRODUCTION, "statement-imported") == before
