"""Milestones and instalments as people see them: one stack, closing rejected, handed in again and approved by one."""

import json
from datetime import date

import pytest

from app import cli
from domain.commands import HoldPayment, RejectMilestone
from tests.world import EXAMPLES, PRODUCTION, World


@pytest.fixture(scope="module")
def stack(module_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    world = World(module_database.app_url, folder)
    world.register()
    world.submit("closing")
    fields = {
        "by": "kenta",
        "production": PRODUCTION,
        "milestone": "closing",
        "round": 1,
        "reason": "page 3 is missing",
    }
    world.milestones.reject(RejectMilestone(key="r", **fields))
    world.submit("closing", key="again")
    world.approve("closing", "jiho", 2)
    world.clock.to(date(2025, 2, 14))
    world.prepare()
    held = HoldPayment(key="h", by="eunwoo", production=PRODUCTION, payment=world.payment("WR-A"), reason="no tax form")
    world.productions.hold(held)
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    lines = (f'database_url = "{module_database.app_url}"', users)
    (folder / "sluice.toml").write_text("\n".join(lines), "utf-8")
    (folder / "clock.json").write_text("{}")
    yield world
    world.close()


@pytest.fixture
def sluice(stack, capsys):
    def call(*arguments: str, code: int = 0):
        capsys.readouterr()
        assert cli.execute([*arguments, "--data", str(stack.data)]) == code
        return capsys.readouterr()

    return call


@pytest.fixture
def told(sluice):
    return lambda *arguments: json.loads(sluice(*arguments, "--json").out)


def test_a_milestone_shows_its_terms_rounds_evidence_money_and_what_is_next(told, sluice):
    shown = told("milestone", "show", PRODUCTION, "closing")
    assert (shown["status"], shown["title"]) == ("submitted", "Closing (chain of title and financing complete)")
    first, second = shown["rounds"]
    assert [(one["what"], one["by"], one["reason"]) for one in first["steps"]] == [
        ("rejected", "kenta", "page 3 is missing")
    ]
    assert [(one["what"], one["by"]) for one in second["steps"]] == [("approved", "jiho")]
    assert "1 more of" in shown["next_step"]
    assert "(Asia/Seoul)" in shown["next_step"]
    assert {row["content"] for row in shown["evidence"]} == {"elsewhere"}
    assert {row["milestone"] for row in shown["instalments"]} == {"closing"}
    text = sluice("milestone", "show", PRODUCTION, "closing").out
    assert "rejected by kenta: page 3 is missing" in text
    assert "approved by jiho of studio" in text


def test_a_milestone_that_nothing_has_happened_to_shows_its_terms(told, sluice):
    shown = told("milestone", "show", PRODUCTION, "wrap")
    assert (shown["status"], shown["rounds"]) == ("open", [])
    assert "must be accepted first" in shown["next_step"]
    assert "has no milestone 'premiere'" in sluice("milestone", "show", PRODUCTION, "premiere", code=1).err


def test_a_milestone_is_shown_to_whom_it_concerns_and_its_evidence_to_who_decides(told, sluice):
    assert "that you may see" in sluice("milestone", "show", PRODUCTION, "closing", "--as", "hyunwoo", code=1).err
    shown = told("milestone", "show", PRODUCTION, "script-lock", "--as", "hyunwoo")
    assert {row["party"] for row in shown["instalments"]} <= {"writer"}
    assert shown["evidence"] == []


def test_all_instalments_are_one_list_out_and_in_with_titles_and_next_steps(told, sluice):
    rows = told("payment", "schedule")
    out, coming = told("payment", "schedule", "--direction", "out"), told("payment", "schedule", "--direction", "in")
    assert len(rows) == len(out) + len(coming)
    assert {row["direction"] for row in rows} == {"out", "in"}
    assert all(row["title"] and row["next_step"] for row in rows)
    assert [row["due_on"] is None for row in rows] == sorted(row["due_on"] is None for row in rows)
    (held,) = told("payment", "schedule", "--status", "held")
    assert (held["id"], held["reason"]) == (f"{PRODUCTION}.WR-A", "no tax form")
    assert {row["party"] for row in told("payment", "schedule", "--as", "kenta")} == {"broadcaster"}
    page = sluice("payment", "schedule", "--limit", "5")
    after = page.err.split("--after ")[1].split(";")[0]
    assert told("payment", "schedule", "--limit", "5", "--after", after) == rows[5:10]


def test_an_expected_receipt_is_shown_like_a_payment(told, sluice):
    name = told("payment", "schedule", "--direction", "in")[0]["id"]
    shown = told("payment", "show", name)
    assert (shown["direction"], shown["id"]) == ("in", name)
    assert shown["life"]
    assert "There is no payment NO.1" in sluice("payment", "show", "NO.1", code=1).err
    assert "There is no payment" in sluice("payment", "show", name, "--as", "hyunwoo", code=1).err


def test_a_held_payment_is_not_in_the_total_to_be_released_and_both_are_shown(told):
    (run,) = told("run", "show", "--production", PRODUCTION)
    assert (run["count"], run["total"], run["left_out"]) == (0, "KRW 0", "KRW 192000000")


def test_lists_name_the_reason_of_a_rejection(told, stack):
    fields = {"by": "kenta", "production": PRODUCTION, "milestone": "closing", "round": 2, "reason": "unsigned"}
    stack.milestones.reject(RejectMilestone(key="r2", **fields))
    (row,) = told("milestone", "list", PRODUCTION)
    assert (row["reason"], row["rejected_by"]) == ("unsigned", "kenta")
