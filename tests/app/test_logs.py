import io
import json
import logging

import pytest
import structlog

from app import logs


@pytest.fixture
def lines(monkeypatch):
    """What a process that logs in JSON writes to stderr."""
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("json", "info")
    yield lambda: [json.loads(line) for line in stderr.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_carries_the_ids_that_are_bound(lines):
    with logs.bound(production="aurora", payment="AURORA-0007"):
        structlog.get_logger("t").info("released")
    structlog.get_logger("t").info("after")
    first, second = lines()
    assert (first["event"], first["production"], first["payment"]) == ("released", "aurora", "AURORA-0007")
    assert "production" not in second


def test_the_standard_library_logs_in_the_same_form(lines):
    logging.getLogger("some.library").warning("slow: %s s", 3)
    assert lines()[0] | {"timestamp": ""} == {
        "event": "slow: 3 s",
        "level": "warning",
        "logger": "some.library",
        "timestamp": "",
    }


def test_a_line_of_temporal_carries_its_workflow_id(lines):
    logging.getLogger("temporalio.workflow").warning(
        "waiting", extra={"temporal_workflow": {"workflow_id": "production/aurora", "run_id": "r", "attempt": 1}}
    )
    assert lines()[0]["workflow_id"] == "production/aurora"
    assert "temporal_workflow" not in lines()[0]


@pytest.mark.parametrize(
    "number",
    [
        "DE89370400440532013000",
        "FR14 2004 1010 0505 0001 3M02 606",
        "12345678",
        "123-456-78901234",
        "1002-3456-7890",
        "2026-01-02-345678",
        "X12345678",
        "KR1234567890",
        "A-250829-1234567890",
    ],
)
@pytest.mark.parametrize("how", ["text", "argument", "key", "nested", "exception", "standard"])
def test_no_account_number_is_ever_in_a_log(lines, number, how):
    log = structlog.get_logger("t")
    if how == "text":
        text = f"paid to {number} today"
        log.info(text)
    elif how == "argument":
        log.info("paid to %s", number)
    elif how == "key":
        log.info("paid", to=number)
    elif how == "nested":
        log.info("paid", to={"party": ["studio", {"account": number}]})
    elif how == "standard":
        logging.getLogger("lib").info("paid to %s", number)
    else:
        try:
            {}[number]
        except KeyError:
            log.exception("failed")
    assert number not in json.dumps(lines())
    assert logs.MASK in json.dumps(lines())


@pytest.mark.parametrize("key", ["number", "iban", "IBAN", "account_number"])
def test_what_is_called_an_account_number_is_masked_however_it_looks(lines, key):
    structlog.get_logger("t").info("paid", **{key: "A1"}, to={key: "B2"})
    assert "A1" not in str(lines())
    assert "B2" not in str(lines())


@pytest.mark.parametrize(
    "text",
    [
        "JPY 90000000 due on 2026-11-23",
        "USD 12345678.90",
        "at 2026-11-23T13:00:00.123456+00:00",
        "sha256 " + "1234567890" * 6 + "abcd",
        "run 01234567-1234-1234-1234-123456789012",
        "5 of 200 payments in 1234567 ms",
        "file LIGHTHOUSE-250829-50fc37d09a-0.xml",
    ],
)
def test_amounts_dates_hashes_and_order_ids_stay_readable(lines, text):
    structlog.get_logger("t").info(text)
    assert lines()[0]["event"] == text


def test_lines_below_the_level_are_not_written(lines):
    structlog.get_logger("t").debug("detail")
    assert lines() == []
