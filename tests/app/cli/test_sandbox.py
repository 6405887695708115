import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.sandbox import sandbox
from domain.errors import SluiceError
from tests.adapters.bank.samples import transfer
from tests.adapters.sandbox_bank.customer import KEY, Customer, groups, statuses


@pytest.fixture
def customer(tmp_path):
    made = Customer(tmp_path)
    yield made
    made.bank.close()


def run(customer, *arguments, code=0):
    result = CliRunner().invoke(sandbox, ["--data", str(customer.data_dir), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_a_fault_set_at_the_command_line_strikes(customer):
    run(customer, "fault", "add", "--payment", "E1", "--kind", "reject", "--reason", "AC06")
    run(customer, "fault", "random", "--seed", "7", "--rate", "0")
    first, second = json.loads(run(customer, "fault", "list", "--json"))
    assert (first["kinds"], second["seed"]) == (["reject"], 7)
    assert "reject" in run(customer, "fault", "list")
    assert statuses(customer.exchange(transfer("E1"))) == {"E1": ("rejected", "AC06")}
    run(customer, "fault", "clear")
    assert run(customer, "fault", "list") == ""


def test_books_show_balances_and_each_transfer_with_how_often_it_was_booked(customer):
    customer.exchange(transfer("E1"))
    shown = json.loads(run(customer, "books", "--json"))
    assert shown == {
        "balances": {KEY: "JPY 999000"},
        "transfers": [
            {"account": KEY, "end_to_end_id": "E1", "amount": "JPY 1000", "state": "booked", "times_booked": 1}
        ],
    }
    assert f"{KEY}  E1  JPY 1000  booked  booked 1" in run(customer, "books")


def test_money_comes_in_and_a_statement_is_sent_on_command(customer):
    run(customer, "credit", "--account", KEY, "--amount", "JPY 1000", "--from", "Streamer", "--reference", "L-1")
    run(customer, "statement", "--account", KEY)
    assert len(customer.answers()) == 2


def test_an_account_gets_a_dialect_by_trait_or_by_seed_and_shows_it(customer):
    assert run(customer, "dialect", "list") == f"{KEY}  default\n"
    assert "references=shared" in run(customer, "dialect", "set", "--account", KEY, "--trait", "references=shared")
    assert "references=shared" in run(customer, "dialect", "list")
    run(customer, "dialect", "set", "--account", KEY, "--seed", "7", "--trait", "format=mt")
    assert json.loads(run(customer, "dialect", "list", "--json"))[KEY]["format"] == "mt"


def test_a_credit_is_reversed_on_command(customer):
    run(customer, "credit", "--account", KEY, "--amount", "JPY 1000", "--from", "Streamer", "--reference", "L-1")
    run(customer, "reverse", "--account", KEY, "--reference", "L-1")
    assert str(customer.bank.books.balances()[KEY]) == "JPY 1000000"


def test_the_bank_converts_at_the_rate_set(customer):
    run(customer, "rate", "--base", "USD", "--quote", "JPY", "--rate", "150")
    customer.exchange(transfer("E1", "USD 10.00"))
    assert str(customer.bank.books.booked()["E1"]) == "JPY 1500"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("credit", "--account", "NONE", "--amount", "JPY 1", "--from", "S", "--reference", "R"), "no account NONE"),
        (("credit", "--account", KEY, "--amount", "1", "--from", "S", "--reference", "R"), "is not an amount"),
        (("statement", "--account", "NONE"), "no account NONE"),
        (("reverse", "--account", KEY, "--reference", "L-9"), "has no credit for 'L-9'"),
        (("dialect", "set", "--account", "NONE"), "no account NONE"),
        (("dialect", "set", "--account", KEY, "--trait", "colour"), "The trait colour cannot be ''"),
        (("rate", "--base", "USD", "--quote", "JPY", "--rate", "-1"), "is not an exchange rate"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(customer, arguments, sentence):
    output = run(customer, *arguments, code=1)
    assert sentence in output
    assert "Traceback" not in output


def test_the_process_serves_until_told_to_stop_and_continues_after_being_killed(customer):
    def started():
        code = "from app.cli.sandbox_bank import sandbox_bank; sandbox_bank()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "--data", str(customer.data_dir)], stdout=subprocess.PIPE, text=True
        )
        assert "serves" in process.stdout.readline()
        return process

    def answered():
        for _ in range(200):
            if len(customer.folder.waiting(KEY)) == 2:
                return True
            time.sleep(0.02)
        return False

    process = started()
    customer.send(transfer("E1"))
    assert answered()
    process.kill()
    process.wait()
    assert len(groups(customer.answers())) == 1
    process = started()
    customer.send(transfer("E2"), message_id="RUN-2")
    assert answered()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert (customer.bank.effects("E1"), customer.bank.effects("E2")) == (1, 1)


def test_a_bank_whose_log_is_full_serves_all_the_same(customer):
    code = "from app.cli.sandbox_bank import sandbox_bank; sandbox_bank()"
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "--data", str(customer.data_dir)], stdout=full, stderr=full
        )
    customer.send(transfer("E1"))
    try:
        for _ in range(500):
            if len(customer.folder.waiting(KEY)) == 2 or process.poll() is not None:
                break
            time.sleep(0.02)
        assert (process.poll(), len(groups(customer.answers()))) == (None, 1)
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_the_business_clock_is_shown_moved_forward_and_never_back(customer):
    assert run(customer, "clock", "2025-03-04T09:00:00+09:00") == "2025-03-04T09:00:00+09:00\n"
    assert run(customer, "clock") == "2025-03-04T09:00:00+09:00\n"
    for instant in ("2025-03-03T09:00:00+09:00", "2025-03-05T09:00:00", "tomorrow"):
        result = CliRunner().invoke(sandbox, ["--data", str(customer.data_dir), "clock", instant])
        assert isinstance(result.exception, SluiceError)
    assert run(customer, "clock") == "2025-03-04T09:00:00+09:00\n"
