"""Every version of every message is read by one reader."""

import pytest

from adapters.bank.read import read_file
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, TransferStatus
from domain.values.money import Money
from tests.adapters.bank.iso_files import Camt, instruction, pain002, reason, transfer


@pytest.mark.parametrize("version", range(2, 14))
@pytest.mark.parametrize("family", ["camt.052", "camt.053", "camt.054"])
def test_every_version_of_an_account_report_is_read(family, version):
    told = Camt(family, version)
    raw = told.file(told.entry("1000", told.detail("1000")))
    (report,) = read_file(raw).reports
    assert (report.account_number, report.currency) == ("11022033044", "JPY")
    assert [each.booked for each in report.entries] == [Money(1000, "JPY")]
    assert [each.references.end_to_end for each in report.entries[0].details] == ["E1"]


@pytest.mark.parametrize("version", range(3, 15))
def test_every_version_of_a_status_report_is_read(version):
    report = read_file(pain002(instruction(transfer("E1", "RJCT", reason("AC04"))), version=version, status="PART"))
    assert (report.order_message_id, report.group) == ("RUN-1", None)
    (told,) = report.instructions
    assert told.payment_information == "P1"
    assert told.transfers == (TransferStatus("E1", None, GivenStatus(BankVerdict.REJECTED, "AC04")),)


@pytest.mark.parametrize(("total", "charges"), [("900", Money(100, "JPY")), ("1000", None)])
@pytest.mark.parametrize("version", [2, 3])
def test_a_charge_of_a_sum_is_a_part_of_it_if_the_orders_total_leaves_room_for_it(version, total, charges):
    told = Camt("camt.053", version)
    batch = f'<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="JPY">{total}</TtlAmt><CdtDbtInd>DBIT</CdtDbtInd></Btch>'
    raw = told.file(told.entry("1000", batch=batch, charges=told.charges("100")))
    assert read_file(raw).reports[0].entries[0].charges == charges
