"""Any message that the definition allows, and any damaged one, is read whole or refused: nothing else happens.

`SLUICE_FUZZ` sets how many of each are tried (and then every version is).
"""

import os
import random
from collections import Counter
from types import NoneType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from domain.bank.messages import Direction
from domain.bank.reports import BankFile, StatusReport
from tests.adapters.bank.iso20022.any_message import Writer, booked
from tests.adapters.bank.iso_files import Camt, exchange, instruction, pain002, reason, transfer
from tests.adapters.bank.iso_files import amount as written_amount

TRIED = int(os.environ.get("SLUICE_FUZZ") or 0)
VERSIONS = [f"{family}.001.{n:02}" for family in ("camt.052", "camt.053", "camt.054") for n in range(2, 13)]
VERSIONS += [f"pain.002.001.{n:02}" for n in range(3, 15)]
KINDS = VERSIONS if TRIED else ["camt.053.001.02", "camt.054.001.12", "camt.053.001.08", "pain.002.001.10"]
SEEDS = st.integers(min_value=0, max_value=2**64)
READ_OR_REFUSED = (BankFile, StatusReport, NoneType)
WAYS = {Direction.CREDIT: "CRDT", Direction.DEBIT: "DBIT"}


def bounded(examples):
    return settings(max_examples=TRIED or examples, deadline=None, derandomize=not TRIED, database=None)


def tied(raw):
    """Read a file: None if it is refused, else the file, which says what an independent count says."""
    try:
        file = read_file(raw)
    except BadBankFile:
        return None
    if isinstance(file, BankFile):
        entries = [each for report in file.reports for each in report.entries]
        assert Counter((e.place, e.booked.decimal, WAYS[e.direction]) for e in entries) == booked(raw)
        for entry in entries:
            assert entry.booked.minor > 0
            signed = [each.booked.minor * (1 if each.direction is entry.direction else -1) for each in entry.details]
            charge = entry.charges.minor if entry.charges else 0
            assert not signed or (sum(signed) + charge == entry.booked.minor and min(map(abs, signed)) > 0)
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_any_message_of_the_definition_is_read_whole_or_refused(kind):
    read = 0

    @bounded(60)
    @given(SEEDS)
    def tried(seed):
        nonlocal read
        read += tied(Writer(kind, random.Random(seed)).message().encode()) is not None  # noqa: S311 - not a secret

    tried()
    assert read


def samples():
    for version in (2, 8):
        told = Camt("camt.053", version)
        fx = told.detail("1485", instructed=written_amount("10.00", "USD") + exchange("148.5"))
        details = [told.detail("400", charges=told.charges("5")), told.detail("600")]
        ends = told.balance("OPBD", "5000") + told.balance("CLBD", "1515")
        batch = "<Btch><MsgId>M</MsgId><NbOfTxs>2</NbOfTxs></Btch>"
        entries = [told.entry("1485", fx), told.entry("1000", *details, text="가온"), told.entry("1000", batch=batch)]
        yield told.file(*entries, told.entry("7", status="PDNG"), balances=ends)
    yield pain002(instruction(transfer("E1", "RJCT", reason("AC04", "x")), status="PART"), status="ACCP")


SAMPLES = list(samples())
PIECES = [
    b"",
    b"\0",
    b"<",
    b">",
    b"</Ntry>",
    b"<Ntry>",
    b"-",
    b"9",
    b"&",
    b"&amp;",
    b"\xff",
    "가".encode(),
    b"<!--",
    b"]]>",
]


def test_the_samples_are_read():
    assert all(tied(raw) is not None for raw in SAMPLES)


@bounded(600)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(SEEDS, SEEDS, st.sampled_from(PIECES)), min_size=1, max_size=4))
def test_a_damaged_file_is_read_whole_or_refused(raw, damages):
    for place, length, piece in damages:
        at = place % len(raw)
        raw = raw[:at] + piece + raw[at + length % 40 :]
    assert isinstance(tied(raw), READ_OR_REFUSED)


@bounded(300)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_file_whose_elements_are_missing_doubled_or_moved_is_read_whole_or_refused(raw, data):
    head, _, body = raw.decode().partition("\n")
    elements = body.replace("><", ">\n<").split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at, to = (data.draw(st.integers(1, len(elements) - 2)) for _ in range(2))
        element = elements[at]
        match data.draw(st.sampled_from(("drop", "double", "move"))):
            case "drop":
                del elements[at]
            case "double":
                elements.insert(at, element)
            case "move":
                elements.insert(to, elements.pop(at))
    assert isinstance(tied("\n".join([head, *elements]).encode()), READ_OR_REFUSED)


@bounded(300)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_sentence(raw):
    assert tied(raw) is None
