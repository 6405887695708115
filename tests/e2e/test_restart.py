"""`sluice up` ended in the middle of a run, kindly or not: started again it goes on, and nothing is paid twice."""

import signal
import time

import pytest

from adapters.bank.folder import folder_of
from adapters.clock import SandboxClock
from adapters.sandbox_bank.admin import books_path
from adapters.sandbox_bank.books import BankBooks
from app.stack.state import read_state
from bench import common
from tests.e2e.conftest import PATIENCE_S, Sluice, new_folder

pytestmark = pytest.mark.xdist_group("e2e-restart")

PAYOUTS = 50


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A stack that these tests may end."""
    one = Sluice(new_folder(tmp_path_factory.mktemp("restart")))
    with (one.data / "sluice.toml").open("a") as settings:
        settings.write(common.USERS)
    one.start()
    SandboxClock(one.data / "clock.json").set(common.OPEN)
    try:
        yield one
    finally:
        assert one.stop() == 0


def in_the_middle_of_a_run(own, production, tmp_path):
    """A run is with the bank, which keeps quiet about two payments for a while."""
    file = tmp_path / "payouts.yaml"
    file.write_bytes(common.agreement(production, PAYOUTS))
    assert own("agreement", "register", str(file), user=common.PRODUCER).status == 0
    late = ("--payment", f"{production}.P1", "--kind", "delay", "--seconds", "3")
    lost = ("--payment", f"{production}.P2", "--kind", "lose-answer")
    for fault in (late, lost):
        assert own("sandbox", "fault", "add", *fault).status == 0
    (run,) = own("run", "open", production, common.ACCOUNT, "--json", user=common.PREPARER).json
    time.sleep(1)
    sha256 = own("run", "preview", run["run"], "--json").json["sha256"]
    assert own("run", "release", run["run"], "--sha256", sha256, user=common.RELEASER).status == 0


def built(own, production):
    """The builds that ended the production's runs, as the archive says in the end."""
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        rows = own("history", "list", "--production", production, "--json").json
        found = {row["build_id"] for row in rows if row["workflow_type"] == "PaymentRun"}
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(rows)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_stack_that_was_ended_goes_on_where_it_was_also_with_newer_code(own, sign, tmp_path, monkeypatch):
    production = f"STOP{sign}"
    in_the_middle_of_a_run(own, production, tmp_path)
    before = read_state(own.data)
    assert own.stop(sign) == (0 if sign == signal.SIGINT else -sign)
    if sign == signal.SIGINT:
        assert not [record for record in before.processes.values() if record.identity.running()]
    monkeypatch.setenv("SLUICE_BUILD_ID", f"newer-{sign}")
    own.start()
    own.until("--production", production, settled=PAYOUTS)
    assert built(own, production) == {f"newer-{sign}"}
    books = BankBooks(books_path(own.data))
    assert {books.effects(f"{production}.P{number}") for number in range(PAYOUTS)} == {1}
    change = books.moved()[folder_of(production, common.ACCOUNT)].minor
    books.close()
    balances = {row["account"]: row["balance"] for row in own("ledger", "balances", production, "--json").json}
    assert balances["asset:bank:spc-krw"] == f"KRW {change}"
    assert own("journal", "verify").status == 0
