"""One event of every class, with difficult content: other scripts, quotes, control characters, odd amounts."""

from decimal import Decimal

from domain import events as e
from domain.agreement.model import Purpose
from domain.identity import Role
from domain.values.money import Money
from tests.domain import builders as b

SHA = "0123456789abcdef" * 4
OTHER_SHA = "fedcba9876543210" * 4
WORDS = 'closed \u2028 "계좌" 口座\\ \t\n\x01 é 🎬 </x>'
SETTLED = e.SettledPayment(
    payment="HANA.U1",
    payee_party="agent",
    amount=b.usd(12_345_67),
    booked=b.krw(16_682_087),
    contract_value=b.krw(16_049_371),
    bank_reference="B1",
)

KEN = e.UserRecord(
    user="ken",
    person="Tanaka Ken",
    name="田中 健",
    contact="ken@example.org",
    grants=(e.Grant(party="spc", roles=(Role.RELEASER,), productions=("HANA",)),),
)
AOI_AGAIN = e.UserRecord(user="アオイ", person="Aoi", grants=(e.Grant(party="mori", roles=(Role.APPROVER,)),))

SAMPLES: tuple[e.Event, ...] = (
    e.AgreementProposed(
        production="HANA",
        title=WORDS,
        version=2,
        document=SHA,
        amends=OTHER_SHA,
        by="ji",
        party="han",
        needs=("han", "mori"),
        open_until=b.TODAY,
        provisional=True,
    ),
    e.AgreementApproved(document=SHA, amends=OTHER_SHA, by="ren", party="mori"),
    e.ProposalEnded(document=SHA, outcome="refused", by="ren", reason=WORDS),
    e.AgreementRestored(production="HANA", title=WORDS, version=1, document=OTHER_SHA, ended=SHA),
    e.AgreementRegistered(production="HANA", title="하나 / はな", version=1, document=SHA, approved_by=("han",)),
    e.AgreementAmended(
        production="HANA", title=WORDS, version=2, document=SHA, approved_by=("han",), provisional_until=b.TODAY
    ),
    e.PaymentsScheduled(
        payments=(
            e.ScheduledPayment(
                payment="HANA.P1",
                instalment="P1",
                purpose=Purpose.PRODUCTION,
                account="spc-krw",
                payee="vendor-krw",
                payee_party="vendor",
                amount=b.krw(1),
                milestone=None,
                due_on=b.TODAY,
            ),
        )
    ),
    e.PaymentsCancelled(payments=("HANA.P1", "HANA.P2")),
    e.ReceiptsExpected(
        receipts=(
            e.ExpectedReceipt(
                receipt="HANA.C1",
                instalment="C1",
                purpose=Purpose.CONTRIBUTION,
                account="spc-jpy",
                payer_party="mori",
                amount=b.jpy(90_000_000),
                milestone="lock",
                due_on=None,
            ),
        )
    ),
    e.ReceiptsCancelled(receipts=()),
    e.MilestoneSubmitted(
        milestone="lock", round=1, by="ji", party="han", evidence={"z": SHA, "a-1": SHA, "A": SHA}, deadline_on=b.TODAY
    ),
    e.EvidenceKept(milestone="lock", round=1, document="z", sha256=SHA, name="대본.pdf", size=12),
    e.MilestoneApproved(milestone="lock", round=1, by="지", party="mori"),
    e.MilestoneRejected(milestone="lock", round=1, by=None, reason=WORDS),
    e.MilestoneEscalated(milestone="lock", round=1, to="streamer", deadline_on=b.TODAY),
    e.MilestoneAccepted(milestone="lock", round=1, deemed=True),
    e.DueDatesSet(milestone="lock", payments=(e.DueDateSet(id="HANA.P3", due_on=b.TODAY),), receipts=()),
    e.PaymentsFellDue(
        payments=(
            e.DuePayment(payment="HANA.P1", purpose=Purpose.FEE, payee_party="vendor", amount=b.usd(5), due_on=b.TODAY),
        )
    ),
    e.ReceiptsFellDue(
        receipts=(
            e.DueReceipt(
                receipt="HANA.C1",
                purpose=Purpose.CONTRIBUTION,
                payer_party="mori",
                amount=b.jpy(3),
                due_on=b.TODAY,
            ),
            e.DueReceipt(
                receipt="HANA.L1",
                purpose=Purpose.LICENCE_FEE,
                payer_party="streamer",
                amount=Money(1_234_567, "BHD"),
                due_on=b.TODAY,
            ),
        )
    ),
    e.PaymentHeld(payment="HANA.P1", reason=WORDS),
    e.PaymentResumed(payment="HANA.P1"),
    e.PaymentCorrected(payment="HANA.P1", reason=WORDS),
    e.QuoteTaken(
        run="R",
        base="USD",
        quote="KRW",
        rate=Decimal("1351.2500"),
        source="ECB",
        fixing_on=b.TODAY,
        contract_rate=Decimal("1300.00"),
    ),
    e.RunPrepared(
        run="HANA/spc-krw/KRW/2026-04-01/1",
        account="spc-krw",
        currency="KRW",
        execution_on=b.TODAY,
        by="sora",
        count=2,
        total=b.krw(200_000_000),
        sha256=SHA,
    ),
    e.DealTaken(run="R", number="FX/2026-77", amount=b.usd(5_000_000), rate=Decimal("1351.25"), on=b.TODAY, by="sora"),
    e.PaymentsGathered(run="R", payments=(e.GatheredPayment(payment="HANA.P1", end_to_end_id="HANA.P1.2"),)),
    e.RunReleased(run="R", by="yun", sha256=SHA),
    e.RunCancelled(run="R", by="sora", reason=WORDS),
    e.RunSubmitted(run="R", message_id="M1", file=SHA),
    e.RunEscalated(run="R"),
    e.RunDoubted(run="R", enquiry_message_id="E1", file=SHA),
    e.RunAccepted(run="R", message_id="S1"),
    e.PaymentsAccepted(run="R", message_id="S1", payments=("HANA.P1",)),
    e.PaymentsRejected(
        run="R",
        message_id="S1",
        payments=(e.RejectedPayment(payment="HANA.P1", reason="AC04", words=WORDS, may_book_on=b.TODAY),),
    ),
    e.PaymentFailed(run="R", payment="HANA.P1", end_to_end_id="HANA.P1", reason=WORDS, by="eunwoo"),
    e.PaymentsNotFound(run="R", message_id="S1", payments=("HANA.P1",)),
    e.PaymentsDoubted(
        run="R",
        message_id="S1",
        execution_on=b.TODAY,
        why="duplicate",
        payments=(e.DoubtedPayment(payment="HANA.P1", end_to_end_id="HANA.P1.2", reason="DU01", words=WORDS),),
    ),
    e.DoubtsEnded(
        run="R",
        message_id="S1",
        silent_on=b.TODAY,
        payments=(e.EndedDoubt(payment="HANA.P1", end_to_end_id="HANA.P1"),),
    ),
    e.PaymentsSettled(account="spc-krw", message_id="N1", booked_on=b.TODAY, payments=(SETTLED, SETTLED)),
    e.PaymentReturned(
        account="spc-krw",
        message_id="N1",
        payment="HANA.U1",
        payee_party="agent",
        amount=b.usd(12_345_67),
        booked=b.krw(16_600_000),
        contract_value=b.krw(16_049_371),
        bank_reference="B2",
        reason="AC04",
    ),
    e.ReceiptMatched(
        account="spc-krw",
        message_id="N1",
        receipt="HANA.L1",
        payer_party="streamer",
        amount=b.usd(50_000_00),
        booked=b.krw(67_562_500),
        contract_value=b.krw(65_000_000),
        bank_reference="B3",
    ),
    e.ReceiptReversed(
        account="spc-krw",
        message_id="N1",
        receipt="HANA.L1",
        payer_party="streamer",
        amount=b.usd(50_000_00),
        booked=b.krw(67_562_500),
        contract_value=b.krw(65_000_000),
        bank_reference="B5",
        movement="0123456789:1.5",
        reverses="0123456789:1.3",
    ),
    e.ChargeBooked(
        account="spc-krw",
        message_id="N1",
        movement="0123456789:1.6",
        booked=b.krw(-500),
        bank_reference="",
        words=WORDS,
    ),
    e.BankFileTaken(
        account="spc-krw",
        message_id="N1",
        file=SHA,
        format="camt.053.001.08",
        reports=(
            e.ReportTaken(
                account="spc-krw",
                kind="statement",
                report="S 1",
                number="41",
                page=1,
                last_page=False,
                opening=b.krw(-7),
                opening_on=b.TODAY,
                closing=None,
                closing_on=None,
                first_on=b.TODAY,
                last_on=b.TODAY,
                bookings=1,
                debits=b.krw(5),
                credits=b.krw(0),
                tallies=(e.Tally(fate="suspense", bookings=1, debits=b.krw(5), credits=b.krw(0)),),
            ),
        ),
        left_out=("…1234",),
    ),
    e.BookingsReported(
        account="spc-krw",
        file=SHA,
        kind="statement",
        report="S 1",
        bookings=(
            e.Booking(
                movement="0123456789:1.4",
                entry="0123456789:1.4",
                booked_on=b.TODAY,
                value_on=None,
                amount=b.krw(-5),
                references={"servicer": "B_4", "other1": WORDS},
                entry_references={},
                counterparty=WORDS,
                remittance=WORDS,
                fate="suspense",
                about="",
            ),
        ),
    ),
    e.BooksClosed(until=b.TODAY, reason=WORDS),
    e.OpeningBalanceRecorded(
        account="spc-krw", amount=b.krw(77_000_000), on=b.TODAY, reason=WORDS, replaces=b.krw(0), by="sora"
    ),
    e.MovementUnmatched(
        account="spc-krw",
        message_id="N1",
        booked=b.krw(-5),
        end_to_end_id=None,
        counterparty=WORDS,
        bank_reference="B4",
        why="no payment of ours",
    ),
    e.MovementAllocated(
        account="spc-krw",
        bank_reference="B4",
        to="receipt",
        name="HANA.L1",
        party="streamer",
        amount=b.usd(50_000_00),
        booked=b.krw(67_562_500),
        contract_value=b.krw(65_000_000),
        by="sora",
        reason=WORDS,
    ),
    e.MovementAllocationUndone(
        account="spc-krw",
        movement="0123456789:1",
        number=1,
        allocated=e.MovementAllocated(
            account="spc-krw",
            bank_reference="B5",
            to="payment",
            name="HANA.P1",
            party="vendor",
            amount=b.krw(-120_000_000),
            booked=b.krw(-120_015_000),
            contract_value=b.krw(-120_000_000),
            by="sora",
            reason=WORDS,
            movement="0123456789:1",
            end_to_end_id="HANA.P1",
            charges=b.krw(15_000),
            then=e.PaymentThen(
                status="unknown",
                run="HANA/spc-krw/KRW/2026-04-01/1",
                end_to_end_id="HANA.P1",
                reason=WORDS,
                doubt=e.DoubtThen(
                    end_to_end_id="HANA.P1",
                    run="HANA/spc-krw/KRW/2026-04-01/1",
                    on=b.TODAY,
                    why="duplicate",
                    message_id="S1",
                    reason=WORDS,
                    asked=True,
                ),
            ),
        ),
        payment=e.PaymentThen(status="due", run=None, end_to_end_id=None, reason=None),
        fell_due=False,
        by="sora",
        reason=WORDS,
    ),
    e.AnswerContradicted(message_id="S1", payment="HANA.P1", status="settled", answer="rejected"),
    e.BankFileRefused(account="spc-krw", name="x.xml", file=SHA, why=WORDS),
    e.DistributionComputed(
        period="2027-Q1",
        revision=1,
        until=b.TODAY,
        engine="1",
        version=2,
        result=SHA,
        shares=(e.Share(party="mori", position="net.residue", entitlement="-12345/7"),),
        to_date=(e.PartyAmount(party="mori", amount=b.krw(-1764)),),
        answer_by=b.TODAY,
        pay_on=b.TODAY,
        reserves=(e.ReserveAmount(position="returns", amount=b.krw(20)),),
    ),
    e.DistributionApproved(period="2027-Q1", revision=1, party="mori", by="지"),
    e.DistributionObjected(
        period="2027-Q1",
        revision=1,
        party="mori",
        by="aoi",
        positions=("fee", "(other)"),
        reason=WORDS,
    ),
    e.ObjectionResolved(period="2027-Q1", party="mori", by="aoi", reason=WORDS),
    e.EntitlementsPosted(
        period="2027-Q1",
        changes=(e.PartyAmount(party="mori", amount=b.krw(-5)),),
        reserves=(e.ReserveAmount(position="returns", amount=b.krw(-7)),),
    ),
    e.PayoutsOrdered(
        period="2027-Q1",
        payouts=(
            e.Payout(
                party="mori",
                payment="HANA.D/1",
                amount=b.krw(9000),
                exchange=e.PayoutExchange(
                    amount=Money.parse("USD 6.50"),
                    contract_value=b.krw(9003),
                    rate=Decimal("1384.5"),
                    source="ECB",
                    fixing_on=b.TODAY,
                ),
            ),
        ),
        carried=(e.PartyAmount(party="han", amount=b.krw(-7)),),
        held=(e.PartyAmount(party="mori", amount=b.krw(1)),),
        kept=(e.PartyAmount(party="spc", amount=b.krw(-3)),),
    ),
    e.StatementsIssued(period="2027-Q1", statements=(e.IssuedStatement(party="mori", sha256=SHA),)),
    e.StatementImported(
        version=2,
        rows=e.ImportedRows(
            kind=e.StatementKind.RECEIPT,
            source="tidewater",
            statement="2026-Q1",
            count=3,
            sha256=SHA,
            file=WORDS,
            file_sha256=SHA,
            mapping=SHA,
            from_on=b.TODAY,
            to_on=b.TODAY,
            totals=(e.StatementTotal(of="S-VOD", amount=b.usd(5)), e.StatementTotal(of="", amount=b.krw(-7))),
            counts=(e.StatementCount(of="admissions", count=10**15), e.StatementCount(of="units", count=-1)),
        ),
        restated=(e.StatementTotal(of="구독 / VOD", amount=b.usd(9)),),
    ),
    e.HistoryArchived(
        workflow_id="run/하나/spc-krw",
        run_id="0199-a",
        workflow_type="PaymentRun",
        status=e.HistoryStatus.CONTINUED_AS_NEW,
        events=51_200,
        build_id="0.1.0+0123abcd",
        sha256=SHA,
        continued_from="0198-b",
    ),
    e.HistoryGivenUp(workflow_id="run/하나/spc-krw", run_id="0199-a", by="auditor", why="ended", reason=WORDS),
    e.PeopleLoaded(users=(KEN, AOI_AGAIN), first=True),
    e.PeopleChangeProposed(
        change=1, by="chaewon", before=KEN, after=KEN.model_copy(update={"grants": (), "removed": True}), reason=WORDS
    ),
    e.PeopleChangeConfirmed(change=1, by="hiroshi"),
    e.PeopleChangeProposed(
        change=2,
        by="アオイ",
        delegation=e.Delegation(
            delegator="アオイ", delegate="ken", roles=(Role.APPROVER,), since=b.TODAY, until=b.TODAY
        ),
        reason=WORDS,
    ),
    e.PeopleChangeRejected(change=2, by="chaewon", reason=WORDS),
    e.CommandRefused(
        command="release-run", code="SamePerson", sentence=WORDS, data={"user": "sora", "Run": "R", "a": WORDS}
    ),
)
