"""Lists through the command line: by pages, filtered, and for a user only what is theirs to see."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from adapters.db import histories
from app import cli
from domain.events import HistoryArchived, HistoryStatus
from domain.ledger.journal import sha256
from tests.world import EXAMPLES, PRODUCTION, World

ARCHIVED = HistoryArchived(
    workflow_id="run/1",
    run_id="r1",
    workflow_type="PaymentRun",
    status=HistoryStatus.COMPLETED,
    events=1,
    build_id="",
    sha256=sha256(b'{"events":[]}'),
)
ROOT = Path(__file__).parents[3]
USERS = (EXAMPLES / "users.toml").read_text("utf-8") + '\n[users.guest]\nparty = "studio"\nroles = []\n'


@pytest.fixture(scope="module")
def stack(module_database, tmp_path_factory):
    """WR-A, to the writer, is paid on 14 February; closing was accepted on 3 February."""
    folder = tmp_path_factory.mktemp("stack")
    world = World(module_database.app_url, folder)
    world.register()
    world.clock.to(date(2025, 2, 3))
    world.accept("closing")
    world.clock.to(date(2025, 2, 14))
    world.run = world.send().run  # type: ignore[attr-defined]
    world.take()
    (folder / "sluice.toml").write_text(f'database_url = "{module_database.app_url}"\n{USERS}', "utf-8")
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
def rows(sluice):
    def call(*arguments: str):
        return json.loads(sluice(*arguments, "--json").out)

    return call


def test_a_list_for_people_is_a_page_that_says_how_to_go_on(sluice):
    first = sluice("payment", "list", "--limit", "3")
    assert len(first.out.splitlines()) == 1 + 3
    told = first.err.split()
    after = told[told.index("--after") + 1].rstrip(";")
    second = sluice("payment", "list", "--limit", "3", "--after", after)
    assert len(second.out.splitlines()) == 1 + 3
    assert set(first.out.splitlines()[1:]).isdisjoint(second.out.splitlines()[1:])


def test_a_list_for_programs_is_whole_unless_a_page_is_asked_for(sluice, rows):
    whole = rows("payment", "list")
    assert len(whole) > 8
    page = sluice("payment", "list", "--json", "--limit", "5")
    assert json.loads(page.out) == whole[:5]
    assert "5 shown; the next: --after" in page.err
    table = sluice("payment", "list", "--all")
    assert len(table.out.splitlines()) == 1 + len(whole)
    assert table.err == ""


def test_what_is_asked_for_wrongly_is_said_in_one_sentence(sluice):
    assert "is no cursor of this list" in sluice("payment", "list", "--after", "nonsense", code=1).err
    assert "either --limit or --all" in sluice("run", "show", "--limit", "5", "--all", code=2).err
    assert "There is no production 'NOWHERE'" in sluice("payment", "expected", "--production", "NOWHERE", code=1).err


def test_filters_are_those_that_finance_asks_by(rows):
    for filters in (
        ("--status", "settled"),
        ("--to", "writer", "--until", "2025-02-14"),
        ("--since", "2025-02-14", "--until", "2025-02-14", "--account", "spc-krw", "--currency", "KRW"),
    ):
        assert [row["id"] for row in rows("payment", "list", *filters)] == [f"{PRODUCTION}.WR-A"]
    assert [row["status"] for row in rows("milestone", "list", PRODUCTION, "--status", "accepted")] == ["accepted"]
    assert {row["actor"] for row in rows("journal", "tail", PRODUCTION, "--actor", "jiho")} == {"jiho"}
    assert {row["payer_party"] for row in rows("payment", "expected", "--from", "broadcaster")} == {"broadcaster"}


def test_the_tail_of_the_journal_ends_with_the_newest_event(rows, sluice):
    newest = rows("journal", "tail", PRODUCTION, "-n", "4")
    assert [row["seq"] for row in newest] == list(range(newest[-1]["seq"] - 3, newest[-1]["seq"] + 1))
    after = sluice("journal", "tail", PRODUCTION, "-n", "4").err.split("--after ")[1].split(";")[0]
    older = rows("journal", "tail", PRODUCTION, "-n", "4", "--after", after)
    assert older[-1]["seq"] == newest[0]["seq"] - 1


def test_a_party_reads_its_own_and_an_auditor_all(rows):
    everything = rows("payment", "list")
    own = rows("payment", "list", "--as", "hyunwoo")
    assert own == [row for row in everything if row["payee_party"] == "writer"]
    assert rows("payment", "list", "--as", "auditor") == rows("payment", "list", "--as", "dohyun") == everything
    assert {row["payer_party"] for row in rows("payment", "expected", "--as", "kenta")} == {"broadcaster"}
    assert len(rows("milestone", "list", PRODUCTION, "--as", "jiho")) == 1
    assert rows("milestone", "list", PRODUCTION, "--as", "hyunwoo") == []


LISTS = [
    ("run", "show"),
    ("movement", "list"),
    ("ledger", "balances", PRODUCTION),
    ("ledger", "entries", PRODUCTION),
    ("journal", "tail", PRODUCTION),
    ("history", "list"),
    ("revenue", "list", "--production", PRODUCTION),
]


@pytest.mark.parametrize("command", LISTS)
def test_what_is_nobodys_but_the_keepers_is_refused_in_one_sentence(sluice, rows, command):
    assert rows(*command, "--as", "auditor") == rows(*command)
    refused = sluice(*command, "--as", "hyunwoo", code=1).err
    assert "hyunwoo of writer may not read" in refused
    assert len(refused.splitlines()) == 1


@pytest.mark.parametrize("command", [*LISTS, ("payment", "list"), ("agreement", "show"), ("statement", "list")])
def test_who_has_no_role_or_no_part_in_it_reads_nothing(sluice, command):
    assert "Nobody called 'guest' acts in LIGHTHOUSE" in sluice(*command, "--as", "guest", code=1).err
    assert "Nobody called 'taeyang' acts in LIGHTHOUSE" in sluice(*command, "--as", "taeyang", code=1).err


def test_a_payment_is_shown_with_its_life_to_who_may_read_the_journal(stack, rows, sluice):
    payment = stack.payment("WR-A")
    shown = rows("payment", "show", payment)
    assert [one["type"] for one in shown["life"][-2:]] == ["payments-settled", "bookings-reported"]
    assert [entry["about"] for entry in shown["entries"]] == [payment] * len(shown["entries"])
    own = rows("payment", "show", payment, "--as", "hyunwoo")
    assert own == shown | {"life": [], "entries": []}
    assert "There is no payment" in sluice("payment", "show", payment, "--as", "kenta", code=1).err


def test_a_run_is_shown_with_a_page_of_its_payments(stack, rows):
    shown = rows("run", "show", stack.run, "--as", "sora")
    assert [row["id"] for row in shown["payments"]] == [stack.payment("WR-A")]


def test_a_preview_is_for_who_may_see_the_run(stack, rows, sluice):
    assert rows("run", "preview", stack.run, "--as", "sora") == rows("run", "preview", stack.run)
    assert "may not read the payment runs" in sluice("run", "preview", stack.run, "--as", "hyunwoo", code=1).err
    assert "There is no run no/run" in sluice("run", "preview", "no/run", "--as", "sora", code=1).err


def test_a_history_is_for_auditors(stack, rows, sluice, tmp_path):
    with stack.store.transaction() as transaction:
        histories.keep(transaction, PRODUCTION, ARCHIVED, b'{"events":[]}')
    out = tmp_path / "history.json"
    assert rows("history", "show", "run/1", "--as", "auditor") == rows("history", "show", "run/1")
    sluice("history", "fetch", "run/1", "--out", str(out), "--as", "auditor")
    assert out.read_bytes() == b'{"events":[]}'
    for user in ("dohyun", "hyunwoo"):
        for more in (("show", "run/1"), ("fetch", "run/1", "--out", str(tmp_path / "other.json"))):
            assert "may not read the archived histories" in sluice("history", *more, "--as", user, code=1).err
    assert not (tmp_path / "other.json").exists()


def test_every_documented_command_runs(sluice):
    page = (ROOT / "docs" / "reference" / "lists.md").read_text("utf-8")
    commands = [line.split()[1:] for line in page.splitlines() if line.startswith("    sluice ")]
    assert len(commands) > 8
    for command in commands:
        sluice(*command)


def test_a_list_needs_neither_temporal_nor_an_agreement(stack):
    told = (
        "import sys; from app import cli; cli.execute(sys.argv[1:]);"
        "slow = ('temporalio', 'ruamel', 'domain.agreement.model', 'rich.console', 'holidays');"
        "print([name for name in slow if name in sys.modules])"
    )
    for command in (("payment", "list"), ("run", "show"), ("movement", "list"), ("journal", "tail", PRODUCTION)):
        run = subprocess.run(
            [sys.executable, "-c", told, *command, "--data", str(stack.data)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        assert run.stdout.splitlines()[-1] == "[]"
