"""Today's reading of a file as release 0.1.0 read it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from domain.bank.first_release.model import AccountReport, Movement, StatusReport, TransferStatus
from domain.bank.reports import BankFile, BookedEntry, EntryDetail, EntryType, GivenStatus
from domain.bank.reports import StatusReport as StatusReportToday

_OURS = re.compile(r"[A-Za-z0-9/?:().,'+ -]{1,35}")
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def status_report(report: StatusReportToday) -> StatusReport:
    """A pain.002. The first status of a payment information stood for the group if the group had none."""
    group = report.group or next((one.status for one in report.instructions if one.status is not None), None)
    return StatusReport(
        message_id=report.message_id,
        created_at=report.created_at or _UNDATED,
        order_message_id=report.order_message_id or "-",
        group=group.verdict if group is not None else None,
        group_reason=group.reason if group is not None else None,
        group_words=group.words if group is not None else None,
        transfers=tuple(
            _transfer(transfer.end_to_end or "-", transfer.status)
            for instruction in report.instructions
            for transfer in instruction.transfers
            if transfer.status is not None
        ),
    )


def _transfer(end_to_end_id: str, status: GivenStatus) -> TransferStatus:
    return TransferStatus(end_to_end_id=end_to_end_id, verdict=status.verdict, reason=status.reason, words=status.words)


def account_report(file: BankFile) -> AccountReport:
    """A camt.053 or camt.054, which had one account and one booking day."""
    report = file.reports[0]
    entries = [entry for each in file.reports for entry in each.entries]
    days = {entry.booked_on for entry in entries} | ({report.closing.on} if report.closing is not None else set())
    return AccountReport(
        message_id=file.message_id,
        created_at=file.created_at or _UNDATED,
        account_number=report.account_number,
        currency=report.currency,
        booked_on=min(days),
        movements=tuple(movement for entry in entries for movement in _movements(entry)),
        opening=report.opening.amount if report.opening is not None else None,
        closing=report.closing.amount if report.closing is not None else None,
    )


def _movements(entry: BookedEntry) -> Iterator[Movement]:
    if not entry.details:
        yield Movement(
            bank_reference=entry.references.servicer or entry.references.entry or "-",
            direction=entry.direction,
            booked=entry.booked,
            end_to_end_id=None,
            remittance=entry.text,
            returned=entry.reversal,
        )
    for detail in entry.details:
        yield _movement(entry, detail)


def _movement(entry: BookedEntry, detail: EntryDetail) -> Movement:
    own = detail.references.servicer
    converted = (
        detail.instructed if detail.instructed and detail.instructed.currency != detail.booked.currency else None
    )
    end_to_end_id = detail.references.end_to_end
    return Movement(
        bank_reference=own or (entry.references.servicer if len(entry.details) == 1 else None) or "-",
        direction=detail.direction,
        booked=detail.booked,
        instructed=converted,
        rate=detail.rate if converted is not None else None,
        end_to_end_id=end_to_end_id if end_to_end_id and _OURS.fullmatch(end_to_end_id) else None,
        counterparty=detail.counterparty,
        remittance=detail.remittance,
        returned=entry.reversal or detail.type is EntryType.RETURN,
        reason=detail.reason,
    )
