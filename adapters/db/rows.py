"""Rows of the snapshot tables as the domain's records, and back. A row is a mapping by column name, JSON-ready."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.db.dealings import of_payment, of_receipt, payment_dealings, receipt_dealings
from adapters.db.doubts import doubts_of, doubts_row
from adapters.db.payees import payees_of, payees_row
from domain.agreement.model import Purpose
from domain.agreement.productions import Production
from domain.agreement.proposals import Proposal
from domain.bank.identity import KnownBooking
from domain.bank.reports import ReportKind
from domain.bank.statements import BankStatement
from domain.milestones import Milestone
from domain.payments.payments import Payment, Status
from domain.payments.receipts import Receipt, ReceiptStatus
from domain.payments.runs import Quote, Run
from domain.values.money import Money

Row = Mapping[str, Any]


def production_row(production: Production) -> dict[str, Any]:
    """A row of `production`."""
    named = {"key": production.key, "title": production.title, "version": production.version}
    closed = {"books_closed_until": _iso(production.books_closed_until)}
    return {**named, **closed, "document": production.document, "payees": payees_row(production.payees)}


def production_of(row: Row) -> Production:
    """The production of a row."""
    of = (row["key"], row["title"], row["version"], row["document"])
    return Production(*of, row["books_closed_until"], payees_of(row["payees"]))


def proposal_row(production: str, proposal: Proposal) -> dict[str, Any]:
    """A row of `proposal`."""
    return {
        **asdict(proposal),
        "production": production,
        "needs": list(proposal.needs),
        "approvals": [list(approval) for approval in proposal.approvals],
        "open_until": proposal.open_until.isoformat(),
    }


def proposal_of(row: Row) -> Proposal:
    """The proposal of a row."""
    return Proposal(
        document=row["document"],
        version=row["version"],
        amends=row["amends"],
        proposed_by=row["proposed_by"],
        party=row["party"],
        needs=tuple(row["needs"]),
        open_until=row["open_until"],
        approvals=tuple((user, party) for user, party in row["approvals"]),
        status=row["status"],
        reason=row["reason"],
    )


def milestone_row(production: str, milestone: Milestone) -> dict[str, Any]:
    """A row of `milestone`."""
    return {
        **asdict(milestone),
        "production": production,
        "approvals": [list(approval) for approval in milestone.approvals],
        "deadline_on": _iso(milestone.deadline_on),
        "accepted_on": _iso(milestone.accepted_on),
        "submitted_on": _iso(milestone.submitted_on),
    }


def milestone_of(row: Row) -> Milestone:
    """The milestone of a row."""
    return Milestone(
        id=row["id"],
        status=row["status"],
        round=row["round"],
        submitted_by=row["submitted_by"],
        evidence=row["evidence"],
        approvals=tuple(map(tuple, row["approvals"])),
        deadline_on=row["deadline_on"],
        escalated_to=row["escalated_to"],
        accepted_on=row["accepted_on"],
        submitted_on=row["submitted_on"],
    )


def payment_row(production: str, payment: Payment) -> dict[str, Any]:
    """A row of `payment`."""
    return {
        "id": payment.id,
        "production": production,
        "instalment": payment.instalment,
        "purpose": payment.purpose.value,
        "account": payment.account,
        "payee": payment.payee,
        "payee_party": payment.payee_party,
        "currency": payment.amount.currency,
        "minor": payment.amount.minor,
        "milestone": payment.milestone,
        "due_on": _iso(payment.due_on),
        "status": payment.status.value,
        "run": payment.run,
        "attempt": payment.attempt,
        "end_to_end_id": payment.end_to_end_id,
        "reason": payment.reason,
        "booked_currency": payment.booked.currency if payment.booked else None,
        "booked_minor": payment.booked.minor if payment.booked else None,
        "contract_minor": payment.contract_value.minor if payment.contract_value else None,
        "bank_reference": payment.bank_reference,
        "doubts": doubts_row(payment.doubts),
        "cause": payment.cause,
        "settled_on": _iso(payment.settled_on),
        "dealings": payment_dealings(payment),
    }


def payment_of(row: Row) -> Payment:
    """The payment of a row."""
    return Payment(
        id=row["id"],
        instalment=row["instalment"],
        purpose=Purpose(row["purpose"]),
        account=row["account"],
        payee=row["payee"],
        payee_party=row["payee_party"],
        amount=Money(row["minor"], row["currency"]),
        milestone=row["milestone"],
        due_on=row["due_on"],
        status=Status(row["status"]),
        run=row["run"],
        attempt=row["attempt"],
        end_to_end_id=row["end_to_end_id"],
        reason=row["reason"],
        booked=Money(row["booked_minor"], row["booked_currency"]) if row["booked_currency"] else None,
        contract_value=Money(row["contract_minor"], row["booked_currency"]) if row["booked_currency"] else None,
        bank_reference=row["bank_reference"],
        doubts=doubts_of(row["doubts"]),
        cause=row["cause"],
        settled_on=row["settled_on"],
        **of_payment(row),
    )


def receipt_row(production: str, receipt: Receipt) -> dict[str, Any]:
    """A row of `receipt`."""
    return {
        "id": receipt.id,
        "production": production,
        "instalment": receipt.instalment,
        "purpose": receipt.purpose.value,
        "account": receipt.account,
        "payer_party": receipt.payer_party,
        "currency": receipt.amount.currency,
        "minor": receipt.amount.minor,
        "milestone": receipt.milestone,
        "due_on": _iso(receipt.due_on),
        "status": receipt.status.value,
        "received_minor": receipt.received.minor,
        "dealings": receipt_dealings(receipt),
    }


def receipt_of(row: Row) -> Receipt:
    """The receipt of a row."""
    return Receipt(
        id=row["id"],
        instalment=row["instalment"],
        purpose=Purpose(row["purpose"]),
        account=row["account"],
        payer_party=row["payer_party"],
        amount=Money(row["minor"], row["currency"]),
        milestone=row["milestone"],
        due_on=row["due_on"],
        status=ReceiptStatus(row["status"]),
        received=Money(row["received_minor"], row["currency"]),
        **of_receipt(row),
    )


def booking_rows(stream: str, found: Mapping[tuple[str, str], KnownBooking]) -> Iterator[dict[str, Any]]:
    """Rows of `booking`, of bookings that one command told, by account and movement."""
    for (account, _), booking in found.items():
        yield {
            "stream": stream,
            "account": account,
            "movement": booking.movement,
            "entry": booking.entry,
            "kind": booking.kind.value if booking.kind is not None else None,
            "report": booking.report,
            "file": booking.file,
            "booked_on": _iso(booking.booked_on),
            "value_on": _iso(booking.value_on),
            "currency": booking.amount.currency,
            "minor": booking.amount.minor,
            "entry_minor": booking.entry_amount.minor,
            "fate": booking.fate,
            "about": booking.about,
            "told": {
                "references": dict(booking.references),
                "entry_references": dict(booking.entry_references),
                "counterparty": booking.counterparty,
                "remittance": booking.remittance,
                "claim": str(booking.claim) if booking.claim is not None else None,
                "contract_value": str(booking.contract_value) if booking.contract_value is not None else None,
            },
        }


def booking_of(row: Row) -> KnownBooking:
    """The booking of a row."""
    told = row["told"]
    return KnownBooking(
        movement=row["movement"],
        entry=row["entry"],
        kind=ReportKind(row["kind"]) if row["kind"] is not None else None,
        report=row["report"],
        file=row["file"],
        booked_on=row["booked_on"],
        value_on=row["value_on"],
        amount=Money(row["minor"], row["currency"]),
        references=told["references"],
        entry_references=told["entry_references"],
        counterparty=told["counterparty"],
        remittance=told["remittance"],
        fate=row["fate"],
        about=row["about"],
        entry_amount=Money(row["entry_minor"], row["currency"]),
        claim=Money.parse(told["claim"]) if told["claim"] is not None else None,
        contract_value=Money.parse(told["contract_value"]) if told["contract_value"] is not None else None,
    )


def bank_statement_row(stream: str, statement: BankStatement) -> dict[str, Any]:
    """A row of `bank_statement`."""
    opening, closing = statement.opening, statement.closing
    return {
        "stream": stream,
        "seq": statement.seq,
        "place": statement.place,
        "taken_on": _iso(statement.taken_on),
        "account": statement.account,
        "report": statement.report,
        "number": statement.number,
        "page": statement.page,
        "last_page": str(statement.last_page),
        "currency": statement.net.currency,
        "opening_minor": opening.minor if opening is not None else None,
        "opening_on": _iso(statement.opening_on),
        "closing_minor": closing.minor if closing is not None else None,
        "closing_on": _iso(statement.closing_on),
        "first_on": _iso(statement.first_on),
        "last_on": _iso(statement.last_on),
        "bookings": statement.bookings,
        "net_minor": statement.net.minor,
    }


def bank_statement_of(row: Row) -> BankStatement:
    """The bank's statement of a row."""
    currency, opening, closing = row["currency"], row["opening_minor"], row["closing_minor"]
    return BankStatement(
        account=row["account"],
        seq=row["seq"],
        place=row["place"],
        taken_on=row["taken_on"],
        report=row["report"],
        number=row["number"],
        page=row["page"],
        last_page=row["last_page"],
        opening=None if opening is None else Money(opening, currency),
        opening_on=row["opening_on"],
        closing=None if closing is None else Money(closing, currency),
        closing_on=row["closing_on"],
        first_on=row["first_on"],
        last_on=row["last_on"],
        bookings=row["bookings"],
        net=Money(row["net_minor"], currency),
    )


def run_row(production: str, run: Run) -> dict[str, Any]:
    """A row of `run`."""
    return {
        "id": run.id,
        "production": production,
        "account": run.account,
        "currency": run.currency,
        "execution_on": run.execution_on.isoformat(),
        "prepared_by": run.prepared_by,
        "count": run.count,
        "total_minor": run.total.minor,
        "sha256": run.sha256,
        "status": run.status,
        "quote": _quote_row(run.quote) if run.quote else None,
        "released_by": run.released_by,
        "message_id": run.message_id,
        "file": run.file,
        "times_sent": run.times_sent,
        "enquiries": run.enquiries,
        "released_on": _iso(run.released_on),
        "first_released_by": run.first_released_by,
        "first_sha256": run.first_sha256,
    }


def run_of(row: Row) -> Run:
    """The run of a row."""
    return Run(
        id=row["id"],
        account=row["account"],
        currency=row["currency"],
        execution_on=row["execution_on"],
        prepared_by=row["prepared_by"],
        count=row["count"],
        total=Money(row["total_minor"], row["currency"]),
        sha256=row["sha256"],
        status=row["status"],
        quote=_quote_of(row["quote"]) if row["quote"] else None,
        released_by=row["released_by"],
        message_id=row["message_id"],
        file=row["file"],
        times_sent=row["times_sent"],
        enquiries=row["enquiries"],
        released_on=row["released_on"],
        first_released_by=row["first_released_by"],
        first_sha256=row["first_sha256"],
    )


def _quote_row(quote: Quote) -> dict[str, str]:
    written = {name: getattr(quote, name) for name in asdict(quote)}
    return {name: str(value) for name, value in written.items() if value is not None}


def _quote_of(row: Mapping[str, str]) -> Quote:
    return Quote(
        base=row["base"],
        quote=row["quote"],
        rate=Decimal(row["rate"]),
        source=row["source"],
        fixing_on=date.fromisoformat(row["fixing_on"]),
        contract_rate=Decimal(row["contract_rate"]),
        deal=row.get("deal"),
        deal_amount=Money.parse(row["deal_amount"]) if "deal_amount" in row else None,
        deal_by=row.get("deal_by"),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
