"""Runs of an account whose bank takes a sheet: sent as a workbook, not enquired after, audited by cells."""

from datetime import date

import pytest

from adapters.bank.bulk_sheet import cells
from adapters.bank.folder import folder_of
from app.audit.replay.audit import audited
from app.audit.replay.scope import Scope
from tests.world import PRODUCTION, UNSHARED

SHEETS = (
    UNSHARED.replace(
        b"cut_off: 15:30\n",
        b"cut_off: 15:30\n    bank_file:\n      format: kr-bulk-xlsx\n      headings: false\n      columns:\n"
        b"        - {holds: bank}\n        - {holds: account}\n        - {holds: amount}\n        - {holds: holder}\n"
        b"        - {holds: reference}\n",
    )
    .replace(
        b"external, currency: KRW, bic: SLUAKRSE", b'external, currency: KRW, clearing: {system: KR, member: "004"}'
    )
    .replace(
        b"external, currency: KRW, bic: SLUEKRSE", b'external, currency: KRW, clearing: {system: KR, member: "088"}'
    )
    .replace(b"payer: spc-krw\n    payee: vfx-usd", b"payer: spc-jpy\n    payee: vfx-usd")
    .replace(b"payer: spc-krw\n    payee: dubbing-jpy", b"payer: spc-jpy\n    payee: dubbing-jpy")
    .replace(b"fx:\n", b'fx:\n  - {base: USD, quote: JPY, contract: "150.00", pay_at: contract}\n')
)


@pytest.fixture
def due(world):
    world.register(SHEETS)
    world.clock.to(date(2025, 2, 14))
    return world


async def test_the_order_goes_out_as_a_workbook_and_the_record_passes_the_audit(due):
    run = due.send()
    (file,) = (due.data / "bank" / folder_of(PRODUCTION, "spc-krw") / "sent").iterdir()
    assert file.suffix == ".xlsx"
    assert b"LIGHTHOUSE.WR-A" in cells(file.read_bytes())
    standing = due.runs.run_standing(run)
    assert (standing.open, standing.silent) == (1, 0)
    assert due.runs.doubt(run).enquiries == 0
    assert due.wrong() == []
    with due.store.reading() as records:
        report = await audited(records.connection, Scope(PRODUCTION))
    assert list(report.findings) == []
