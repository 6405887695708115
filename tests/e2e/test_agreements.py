"""A user of a vendor alone changes nothing: the parties see the difference, and what all approve is in force."""

import pytest

from app import cli
from tests.e2e.conftest import EXAMPLES, Said

pytestmark = pytest.mark.xdist_group("e2e")
KEY = "VOTE"


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """Writes a version of the drama's agreement, which the studio and the broadcaster sign."""
    folder = tmp_path_factory.mktemp("versions")

    def written(number, name, *changes):
        text = (EXAMPLES / "drama-manga.yaml").read_text("utf-8")
        for old, new in (("production: LIGHTHOUSE", f"production: {KEY}"), ("version: 1\n", f"version: {number}\n")):
            text = text.replace(old, new, 1)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, "utf-8")
        return str(folder / name)

    return written


@pytest.fixture
def inside(sluice, monkeypatch, capsys):
    """The command line inside this process, on the stack's folder: a process for each of so many takes minutes."""
    monkeypatch.setenv("SLUICE_DATA", str(sluice.data))

    def run(*arguments, user=None):
        capsys.readouterr()
        status = cli.execute([*arguments, *(("--as", user) if user else ())])
        return Said(status, *capsys.readouterr())

    return run


def proposals(inside):
    rows = inside("agreement", "proposals", KEY, "--all", "--json").json
    return {row["document"]: row for row in rows}


def versions_are_in_force_when_the_parties_that_sign_have_approved_them(inside, version):
    first = version(1, "first.yaml")
    answer = inside("agreement", "register", first, "--json", user="seoyeon").json
    assert answer["version"] == 0
    assert [words.split(" waits for ")[1] for words in answer["proposals"]] == ["broadcaster until 2025-09-30"]
    assert inside("payment", "list", "--production", KEY, "--json").json == []
    assert "There is no production" in inside("run", "open", KEY, "spc-krw", user="dohyun").refusal
    assert inside("agreement", "diff", KEY, user="kenta").out.startswith("from nothing in force")
    assert inside("agreement", "approve", KEY, first, "--json", user="kenta").json["version"] == 1
    assert inside("agreement", "show", KEY, "--json").json[0]["status"] == "approved"


def what_one_user_of_a_vendor_amends_is_only_proposed_and_refused_by_who_sees_it(inside, version):
    raised = version(2, "raised.yaml", ("amount: JPY 18500000", "amount: JPY 28500000"))
    answer = inside("agreement", "amend", raised, "--json", user="sangmin").json
    assert (answer["version"], len(answer["proposals"])) == (1, 1)
    before = inside("payment", "show", f"{KEY}.DUB", "--json").json["amount"]
    assert before == "JPY 18500000"
    shown = inside("agreement", "diff", KEY, user="yui").out
    assert "schedule[DUB].amount: instalment DUB: amount: JPY 18500000 → JPY 28500000" in shown
    assert "dubbing is to get JPY 35900000 instead of JPY 25900000: gains JPY 10000000" in shown
    tried = inside("agreement", "approve", KEY, raised, user="sangmin").refusal
    assert "this is for studio or broadcaster to do" in tried
    assert inside("agreement", "refuse", KEY, raised, "--reason", "nobody agreed to that", user="yui").status == 0
    (ended,) = [row for row in proposals(inside).values() if row["version"] == 2]
    assert (ended["status"], ended["reason"]) == ("refused", "nobody agreed to that")
    assert (
        "is refused already (nobody agreed to that)" in inside("agreement", "approve", KEY, raised, user="jiho").refusal
    )


def what_all_approve_is_in_force_and_a_proposal_over_the_version_before_is_stale(inside, version):
    dearer = version(2, "dearer.yaml", ("amount: JPY 18500000", "amount: JPY 19000000"))
    other = version(2, "other.yaml", ("amount: JPY 18500000", "amount: JPY 19500000"))
    for file, user in ((dearer, "seoyeon"), (other, "sangmin")):
        assert inside("agreement", "amend", file, user=user).status == 0
    assert "2 versions are proposed" in inside("agreement", "diff", KEY).refusal
    assert inside("agreement", "approve", KEY, dearer, "--json", user="kenta").json["version"] == 2
    assert inside("payment", "show", f"{KEY}.DUB", "--json").json["amount"] == "JPY 19000000"
    assert "is stale" in inside("agreement", "approve", KEY, other, user="jiho").refusal
    assert {row["status"] for row in proposals(inside).values()} == {"superseded", "refused", "in force", "stale"}
    assert "JPY 18500000 → JPY 19000000" in inside("agreement", "diff", f"{KEY}@1", f"{KEY}@2").out
    assert inside("agreement", "diff", dearer, other, "--json").json["parties"][0]["party"] == "dubbing"
    replayed = inside("audit", "replay", "--production", KEY)
    assert replayed.status == 0, replayed.out


def test_an_agreement_is_in_force_and_amended_by_all_who_sign_and_by_nobody_alone(inside, version):
    """One scene on one production: each part goes on from the one before."""
    versions_are_in_force_when_the_parties_that_sign_have_approved_them(inside, version)
    what_one_user_of_a_vendor_amends_is_only_proposed_and_refused_by_who_sees_it(inside, version)
    what_all_approve_is_in_force_and_a_proposal_over_the_version_before_is_stale(inside, version)
