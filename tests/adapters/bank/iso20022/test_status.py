"""Status reports: what the bank says on each level."""

import pytest

from adapters.bank.read import read_file
from adapters.bank.xml import BadBankFile
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, TransferStatus
from tests.adapters.bank.iso_files import instruction, pain002, reason, transfer

ACCEPTED = GivenStatus(BankVerdict.ACCEPTED)


def transfers(*parts, **fields):
    (told,) = read_file(pain002(instruction(*parts), **fields)).instructions
    return told.transfers


@pytest.mark.parametrize("version", range(3, 15))
def test_each_level_has_its_own_status(version):
    why = reason("AM04", "Insufficient funds")
    report = read_file(
        pain002(
            instruction(transfer("E1", "ACSC"), id="P1", status="ACSP"),
            instruction(id="P2", status="RJCT", why=why),
            version=version,
            status="ACTC",
        )
    )
    assert (report.group, [each.payment_information for each in report.instructions]) == (ACCEPTED, ["P1", "P2"])
    first, second = report.instructions
    assert (first.status, first.transfers) == (ACCEPTED, (TransferStatus("E1", None, ACCEPTED),))
    assert second.status == GivenStatus(BankVerdict.REJECTED, "AM04", "Insufficient funds")


@pytest.mark.parametrize("code", ["ACCP", "ACSP", "ACTC", "ACWC", "ACSC", "ACFC", "ACCC", "ACWP"])
def test_every_accepting_status_is_one_verdict(code):
    assert read_file(pain002(status=code)).group == ACCEPTED


@pytest.mark.parametrize("code", ["PDNG", "RCVD", "PART", "PATC", ""])
def test_a_status_that_leaves_the_money_open_is_none(code):
    assert read_file(pain002(status=code)).group is None


def test_a_transfer_that_is_pending_is_told_without_a_status():
    assert transfers(transfer("E1", "PDNG")) == (TransferStatus("E1", None, None),)


def test_a_transfer_without_a_status_of_its_own_has_that_of_the_level_above():
    assert transfers(transfer("E1"), status="ACCP") == ()
    assert transfers(transfer("E1", why=reason("AC04")), status="RJCT") == (
        TransferStatus("E1", None, GivenStatus(BankVerdict.REJECTED, "AC04")),
    )


def test_ids_are_trimmed_and_may_be_the_instruction_id_only():
    assert transfers(
        transfer(" E1  ", "ACSC", instruction="I1 "), transfer("NOTPROVIDED", "ACSC", instruction="I2")
    ) == (TransferStatus("E1", "I1", ACCEPTED), TransferStatus(None, "I2", ACCEPTED))


def test_a_transfer_that_no_id_names_is_refused():
    with pytest.raises(BadBankFile, match=r"OrgnlPmtInfAndSts\[1\]/TxInfAndSts\[2\] lacks OrgnlEndToEndId"):
        transfers(transfer("E1", "ACSC"), transfer("NOTPROVIDED", "ACSC"))


def test_an_order_is_named_by_its_message_id_or_its_payment_information():
    assert read_file(pain002(instruction(id="P1", status="ACCP"), order="")).order_message_id is None
    with pytest.raises(BadBankFile, match="OrgnlGrpInfAndSts lacks OrgnlMsgId, so the report names no order"):
        read_file(pain002(instruction(id="", status="ACCP"), order="", status="ACCP"))


def test_a_status_that_does_not_say_what_becomes_of_the_money_is_refused():
    with pytest.raises(BadBankFile, match=r"TxInfAndSts\[1\] has status BLCK, .*ask the bank what became of it"):
        transfers(transfer("E1", "BLCK"))


def test_no_original_transaction_means_not_found():
    (told,) = transfers(transfer("E1", "RJCT", reason("NOOR")))
    assert told.status == GivenStatus(BankVerdict.NOT_FOUND, "NOOR")


@pytest.mark.parametrize(
    ("why", "code", "words"),
    [
        (reason("DU01", "Duplicate", "message id"), "DU01", "Duplicate message id"),
        (reason("NARR", "closed") + reason("AC04"), "AC04", "closed"),
        (reason("NARR", "closed"), "NARR", "closed"),
        ("<StsRsnInf><Rsn><Prtry>B17</Prtry></Rsn></StsRsnInf>", "B17", None),
        ("<StsRsnInf><AddtlInf>계좌 없음</AddtlInf></StsRsnInf>", None, "계좌 없음"),
        ("", None, None),
    ],
)
def test_a_rejection_carries_the_reason_and_the_banks_words(why, code, words):
    (told,) = transfers(transfer("E1", "RJCT", why))
    assert told.status == GivenStatus(BankVerdict.REJECTED, code, words)
