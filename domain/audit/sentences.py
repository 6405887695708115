"""What a fact says about one thing, as a sentence."""

from collections.abc import Callable
from typing import Any

from domain import events as e
from domain.events import Event
from domain.identity.words import change_in_words


def sentence(event: Event, name: str) -> str:
    """What an event says about the thing of that name. The default is the event's type."""
    say = _SAY.get(type(event))
    return say(event, name) if say else event.type.replace("-", " ")


def _promised(line: e.ScheduledPayment) -> str:
    when = f"after {line.milestone}" if line.milestone else f"on {line.due_on}"
    return (
        f"{line.amount} to {line.payee_party} ({line.purpose}) is promised {when}, from {line.account} to {line.payee}"
    )


def _expected(line: e.ExpectedReceipt) -> str:
    when = f"after {line.milestone}" if line.milestone else f"on {line.due_on}"
    return f"{line.amount} of {line.payer_party} ({line.purpose}) is expected {when}, into {line.account}"


def _owed(line: e.DuePayment) -> str:
    return f"it fell due: {line.amount} is owed to {line.payee_party} since {line.due_on}"


def _claimed(line: e.DueReceipt) -> str:
    return f"it fell due: {line.payer_party} owes {line.amount} since {line.due_on}"


def _settled(event: e.PaymentsSettled, name: str) -> str:
    line = next(one for one in event.payments if one.payment == name)
    return (
        f"the bank paid it: {line.booked} left {event.account} on {event.booked_on} for {line.amount} "
        f"(bank reference {line.bank_reference})"
    )


def _doubted(event: e.PaymentsDoubted, name: str) -> str:
    line = next(one for one in event.payments if one.payment == name)
    said = "refused it as a duplicate" if event.why == "duplicate" else "accepted it after it had rejected it"
    because = " ".join(filter(None, (line.reason, line.words)))
    return f"the bank {said}{f' ({because})' if because else ''}: it may still book {line.end_to_end_id}"


def _allocated(event: e.MovementAllocated) -> str:
    charged = f" with {event.charges} of charges" if event.charges is not None else ""
    reversing = f", because it reverses movement {event.reverses}" if event.reverses else ""
    return (
        f"movement {event.movement or event.bank_reference} on {event.account} that {event.booked} of it is "
        f"{event.amount} of {' '.join(part for part in (event.to, event.name) if part)}{charged}{reversing}"
    )


_SETTLED_BY = {
    "credit": "its payer's credit",
    "tax": "tax that its payer withheld",
    "charges": "charges that its payer deducted",
    "write-off": "writing it off",
}


def _adjusted(event: e.ReceiptAdjusted, _: str) -> str:
    where = f" on {event.name}" if event.name else ""
    proposed = f", as {event.proposed_by} had proposed" if event.proposed_by else ""
    shown = "".join(f"; {name} {digest[:12]}…" for name, digest in event.documents.items())
    return f"{event.by} settled {event.amount} of it by {_SETTLED_BY[event.to]}{where}{proposed}: {event.reason}{shown}"


_SAY: dict[type[Any], Callable[[Any, str], str]] = {
    e.AgreementRegistered: lambda event, _: f"put version {event.version} of the agreement in force: {event.title}",
    e.AgreementAmended: lambda event, _: (
        f"put version {event.version} of the agreement in force: {event.title}"
        + (f", provisionally until {event.provisional_until}" if event.provisional_until else "")
    ),
    e.AgreementProposed: lambda event, _: f"proposed version {event.version} of the agreement: {event.title}",
    e.AgreementApproved: lambda event, _: f"approved the proposed agreement {event.document[:12]}… for {event.party}",
    e.ProposalEnded: lambda event, _: (
        f"the proposed agreement {event.document[:12]}… is {event.outcome}: {event.reason}"
    ),
    e.AgreementRestored: lambda event, _: (
        f"put version {event.version} of the agreement in force again: {event.title}; what was provisional has ended"
    ),
    e.PaymentsScheduled: lambda event, name: _promised(next(one for one in event.payments if one.payment == name)),
    e.ReceiptsExpected: lambda event, name: _expected(next(one for one in event.receipts if one.receipt == name)),
    e.PaymentsCancelled: lambda _, __: "an amendment took it out of the schedule",
    e.ReceiptsCancelled: lambda _, __: "an amendment took it out of the schedule",
    e.MilestoneSubmitted: lambda event, _: (
        f"{event.by} of {event.party} handed in {', '.join(sorted(event.evidence))} for {event.milestone} "
        f"(round {event.round}); answers until {event.deadline_on}"
    ),
    e.EvidenceKept: lambda event, _: f"{event.evidence} of {event.milestone} was stored: {event.name}",
    e.MilestoneApproved: lambda event, _: (
        f"{event.by} of {event.party} approved {event.milestone} (round {event.round})"
        + (f" for {event.acting_for}" if event.acting_for else "")
    ),
    e.MilestoneRejected: lambda event, _: (
        f"{event.by or 'the passing of the deadline'} rejected {event.milestone} (round {event.round}): {event.reason}"
    ),
    e.MilestoneEscalated: lambda event, _: f"{event.milestone} was escalated to {event.to}, until {event.deadline_on}",
    e.MilestoneAccepted: lambda event, _: (
        f"{event.milestone} is accepted" + (", because nobody answered in time" if event.deemed else "")
    ),
    e.DueDatesSet: lambda event, name: (
        f"{event.milestone} fixed its date: "
        f"{next(one.due_on for one in (*event.payments, *event.receipts) if one.id == name)}"
    ),
    e.PaymentsFellDue: lambda event, name: _owed(next(one for one in event.payments if one.payment == name)),
    e.ReceiptsFellDue: lambda event, name: _claimed(next(one for one in event.receipts if one.receipt == name)),
    e.ReceiptReminded: lambda event, _: (
        f"{event.by} reminded {event.to} of {event.party}: {event.outstanding} was {event.days_late} days late"
    ),
    e.HistoryGivenUp: lambda event, _: (
        f"{event.by} gave up the history of {event.workflow_id} ({event.why}): {event.reason}"
    ),
    e.AccountChangeProposed: lambda event, _: (
        f"{event.by} asked that {event.account} be another bank account, {event.number} "
        f"(change {event.change}): {event.reason}"
    ),
    e.PayeeNotified: lambda event, _: (
        f"a notice of change {event.change} went to {', '.join(event.contacts) or 'the payee: no contact is known'}"
    ),
    e.AccountChangeConfirmed: lambda event, _: (
        f"{event.by} confirmed change {event.change}, having called {event.called} at {event.phone} (known from "
        f"{event.known_from}) on {event.called_on}: {event.said}; it is in force from {event.in_force_on}"
    ),
    e.AccountChangeRefused: lambda event, _: f"{event.by} refused change {event.change}: {event.reason}",
    e.PartyFrozen: lambda event, _: f"{event.by} froze {event.party}, so nothing is paid to it: {event.reason}",
    e.UnfreezeApproved: lambda event, _: (
        f"{event.by} approved as the {'second' if event.lifted else 'first'} of two that {event.party} be paid again: "
        f"{event.reason}"
    ),
    e.PartyMatched: lambda event, _: (
        f"the name of {event.party} is like {event.listed_name!r} ({event.score} of 100), entry {event.entry} of the "
        f"list {event.source} of {event.published_on}"
    ),
    e.ClearanceApproved: lambda event, _: (
        f"{event.by} approved as the {'second' if event.cleared else 'first'} of two that match {event.match} is of "
        f"somebody else: {event.reason}"
    ),
    e.PaymentsHeld: lambda event, name: (
        f"it was held: {next(one.reason for one in event.payments if one.payment == name)}"
    ),
    e.PaymentsFreed: lambda _, __: "what held it is over: it may go again",
    e.PaymentHeld: lambda event, _: f"it was held: {event.reason}",
    e.PaymentResumed: lambda _, __: "it may go again",
    e.PaymentCorrected: lambda event, _: f"it is due again, as a new attempt: {event.reason}",
    e.RunPrepared: lambda event, _: (
        f"{event.by} prepared run {event.run}: {event.count} payments, {event.total}, to leave {event.account} on "
        f"{event.execution_on}"
    ),
    e.QuoteTaken: lambda event, _: (
        f"the run pays at {event.rate} {event.quote} for one {event.base} ({event.source} of {event.fixing_on}; "
        f"the budget's rate is {event.contract_rate})"
    ),
    e.DealTaken: lambda event, _: (
        f"{event.by} took deal {event.number} of the bank for the run: {event.rate} for one {event.amount.currency}, "
        f"up to {event.amount}, on {event.on}"
    ),
    e.PaymentsGathered: lambda event, name: (
        f"it is in the run, as {next(one.end_to_end_id for one in event.payments if one.payment == name)} for the bank"
    ),
    e.RunFirstReleased: lambda event, _: (
        f"{event.by} gave the run the first of two releases, exactly what {event.sha256} binds: "
        f"{'; '.join(event.limits)}"
    ),
    e.RunReleased: lambda event, _: f"{event.by} released the run, exactly what {event.sha256} binds",
    e.RunCancelled: lambda event, _: f"{event.by} gave the run up: {event.reason}",
    e.RunSubmitted: lambda event, _: f"the order went to the bank as message {event.message_id}",
    e.RunEscalated: lambda _, __: "nobody released the run by the cut-off",
    e.RunDoubted: lambda event, _: f"the bank was asked what became of the order in message {event.enquiry_message_id}",
    e.PaymentFailed: lambda event, _: (
        f"{event.by} gave attempt {event.end_to_end_id} up, which the bank's statement lacks: {event.reason}"
    ),
    e.RunAccepted: lambda _, __: "the bank accepted the run",
    e.PaymentsAccepted: lambda _, __: "the bank accepted it",
    e.PaymentsRejected: lambda event, name: (
        "the bank rejected it: "
        + next(f"{one.reason} {one.words or ''}".strip() for one in event.payments if one.payment == name)
    ),
    e.PaymentsDoubted: _doubted,
    e.DoubtsEnded: lambda event, name: (
        f"the bank will not book {next(one.end_to_end_id for one in event.payments if one.payment == name)} any more: "
        + (f"its statement of {event.silent_on} lacks it" if event.silent_on else "it said so when asked")
    ),
    e.PaymentsNotFound: lambda _, __: "asked, the bank had never seen it: the same bytes may be sent again",
    e.PaymentsSettled: _settled,
    e.PaymentReturned: lambda event, _: f"the money came back ({event.reason}): {event.booked} into {event.account}",
    e.ReceiptMatched: lambda event, _: f"{event.amount} of it arrived: {event.booked} into {event.account}",
    e.ReceiptReversed: lambda event, _: f"the bank took {event.booked} of it back, so {event.amount} is owed again",
    e.ChargeBooked: lambda event, _: f"the bank booked {event.booked} on {event.account} as its charge: {event.words}",
    e.BankFileTaken: lambda event, _: f"a {event.format} file of {event.account} was taken in",
    e.BookingsReported: lambda event, _: f"a {event.kind} told {len(event.bookings)} bookings on {event.account}",
    e.MovementUnmatched: lambda event, _: (
        f"{event.booked} moved on {event.account}, and nothing explains it: {event.why}"
    ),
    e.MovementAllocated: lambda event, _: f"{event.by} said of {_allocated(event)}: {event.reason}",
    e.MovementAllocationUndone: lambda event, _: (
        f"{event.by} took back what {event.allocated.by} had said of {_allocated(event.allocated)}: {event.reason}"
    ),
    e.BooksClosed: lambda event, _: f"the books were closed until {event.until}",
    e.LateInterestClaimed: lambda event, _: (
        f"{event.by} claimed {event.amount} of late interest on it, to before {event.counted_to}, as {event.claim}: "
        f"{event.reason}"
    ),
    e.LateInterestWithdrawn: lambda event, _: f"{event.by} took the claim of late interest back: {event.reason}",
    e.ReceiptAdjusted: _adjusted,
    e.ReceiptAdjustmentUndone: lambda event, _: (
        f"{event.by} took back that {event.amount} of it is settled by {_SETTLED_BY[event.to]}: {event.reason}"
    ),
    e.WriteOffProposed: lambda event, _: f"{event.by} proposed to write off {event.amount} of it: {event.reason}",
    e.WriteOffDeclined: lambda event, _: f"{event.by} declined to write it off: {event.reason}",
    e.CreditRefunded: lambda event, _: (
        f"{event.by} owed {event.amount} of the credit of {event.party} on {event.account} back, as {event.payment}: "
        f"{event.reason}"
    ),
    e.CreditRefundWithdrawn: lambda event, _: f"{event.by} took the refund back: {event.reason}",
    e.CreditHeldElsewhere: lambda event, _: (
        f"{event.holder} holds {event.amount} for {event.party}, which came as movement {event.movement} on "
        f"{event.account}"
    ),
    e.OpeningBalanceRecorded: lambda event, _: (
        f"{event.by} said that {event.account} held {event.amount} at the start of {event.on}: {event.reason}"
    ),
    e.AnswerContradicted: lambda event, _: (
        f"the bank said {event.answer!r} when it was {event.status}: nothing was posted for that"
    ),
    e.DistributionComputed: lambda event, _: (
        f"{event.period} was computed to {event.until} (revision {event.revision}), by engine {event.engine} under "
        f"version {event.version}, result {event.result}; answers until {event.answer_by}"
    ),
    e.DistributionApproved: lambda event, _: f"{event.by} accepted revision {event.revision} for {event.party}",
    e.DistributionObjected: lambda event, _: (
        f"{event.by} disputed {', '.join(event.positions)} for {event.party}: {event.reason}"
        + "".join(f"; {name} {digest[:12]}…" for name, digest in event.documents.items())
    ),
    e.ObjectionResolved: lambda event, _: f"{event.by} ended the objection of {event.party}: {event.reason}",
    e.EntitlementsPosted: lambda event, _: (
        "the changes of the entitlements are owed: "
        + (", ".join(f"{one.party} {one.amount}" for one in event.changes) or "none")
    ),
    e.PayoutsOrdered: lambda event, _: (
        "payouts were ordered: "
        + (", ".join(f"{one.party} {one.amount} as {one.payment}" for one in event.payouts) or "none")
    ),
    e.StatementsIssued: lambda event, _: (
        "statements were issued to " + (", ".join(one.party for one in event.statements) or "nobody")
    ),
    e.StatementFetched: lambda event, _: (
        f"{event.by} fetched the statement of {event.party} for {event.reader}, as {event.form}"
        + (f" in {event.language}" if event.language else "")
        + f" (SHA-256 {event.sha256})"
    ),
    e.StatementImported: lambda event, _: (
        f"{event.rows.count} {event.rows.kind} rows of {event.rows.source} {event.rows.statement} came in as version "
        f"{event.version}, from the file {event.rows.file} (SHA-256 {event.rows.file_sha256})"
        + "".join(f", counting {one.count} {one.of}" for one in event.rows.counts)
        + (f": {event.reason}" if event.reason else "")
    ),
    e.PeopleLoaded: lambda event, _: (
        f"the settings brought {len(event.users)} users: {', '.join(user.user for user in event.users)}"
    ),
    e.PeopleChangeProposed: lambda event, _: f"{event.by} proposed {change_in_words(event)}: {event.reason}",
    e.PeopleChangeConfirmed: lambda event, _: f"{event.by} confirmed change {event.change} of people",
    e.PeopleChangeRejected: lambda event, _: f"{event.by} rejected change {event.change} of people: {event.reason}",
    e.CommandRefused: lambda event, _: f"refused ({event.code}): {event.sentence}",
}
