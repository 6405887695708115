"""A small agreement and its people, for tests of the domain.

Studio Han (Seoul) runs the production for its company SPC, which holds a KRW and a JPY account. Mori TV (Tokyo) and a
streamer pay in. A studio in Tokyo, a vendor in Seoul and an agent in Los Angeles are paid. The licence fee comes in USD
into the KRW account. `sluice agreement check` refuses that, but the books must cope with it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from domain.agreement.model import (
    Account,
    Agreement,
    ApprovalPolicy,
    Control,
    DueAfter,
    DueOn,
    Evidence,
    FxRule,
    Instalment,
    MilestoneTerms,
    OnDeadline,
    Party,
    Purpose,
)
from domain.agreement.productions import fall_due, register
from domain.bank.first_release.model import AccountReport, Movement, StatusReport, TransferStatus
from domain.bank.messages import Address, BankVerdict, Direction
from domain.commands import PrepareRun
from domain.events import (
    Event,
    PaymentCorrected,
    PaymentsRejected,
    RejectedPayment,
    RunReleased,
    RunSubmitted,
)
from domain.identity import Person, Role
from domain.ledger import entries
from domain.payments.payments import Status
from domain.payments.runs import (
    Quote,
    message_id,
    prepare,
    run_id,
)
from domain.state import State, fold
from domain.values.money import Money

TODAY = date(2026, 4, 1)
DOCUMENT = "d" * 64
FILE = "f" * 64
SCRIPT = {"script": "a" * 64}

JI = Person("ji", "han", frozenset({Role.PRODUCER}))
MIN = Person("min", "han", frozenset({Role.APPROVER, Role.PRODUCER}))
AOI = Person("aoi", "mori", frozenset({Role.APPROVER, Role.PRODUCER}))
REN = Person("ren", "mori", frozenset({Role.APPROVER}))
SORA = Person("sora", "spc", frozenset({Role.PREPARER, Role.TREASURER, Role.RELEASER}))
YUN = Person("yun", "spc", frozenset({Role.RELEASER}))
ADA = Person("ada", "streamer", frozenset({Role.APPROVER, Role.AUDITOR}))


def krw(minor: int) -> Money:
    return Money(minor, "KRW")


def jpy(minor: int) -> Money:
    return Money(minor, "JPY")


def usd(cents: int) -> Money:
    return Money(cents, "USD")


def party(name: str, kind: str, country: str) -> Party:
    address = Address(street="1-2-3 Hongdae-ro", postcode="04039", town="Seoul", country=country)
    return Party(id=name, name=f"{name.title()} Co", kind=kind, address=address)


def account(name: str, owner: str, currency: str, control: Control = Control.EXTERNAL, number: str = "") -> Account:
    return Account(
        id=name,
        owner=owner,
        control=control,
        currency=currency,
        bic="HVBKKRSE",
        number=number or f"100200{name.replace('-', '').upper()}",
        calendars=("KR",),
        cut_off=time(15, 30) if control is Control.CONTROLLED else None,
    )


def milestone(
    name: str,
    after: tuple[str, ...] = (),
    on_deadline: OnDeadline = OnDeadline.ESCALATE,
    escalate_to: str | None = "streamer",
    approvals: int = 2,
    distinct_parties: bool = True,
    **policy: Any,
) -> MilestoneTerms:
    return MilestoneTerms(
        id=name,
        title=name,
        planned_on=TODAY,
        submitter="han",
        after=after,
        evidence=(Evidence(id="script", title="The script"),),
        approval=ApprovalPolicy(
            approvals=approvals,
            parties=("han", "mori"),
            distinct_parties=distinct_parties,
            business_days=5,
            on_deadline=on_deadline,
            escalate_to=escalate_to,
            **policy,
        ),
    )


def instalment(
    name: str, payer: str, payee: str, amount: Money, due: DueOn | DueAfter, purpose: Purpose = Purpose.PRODUCTION
) -> Instalment:
    return Instalment(id=name, title=name, purpose=purpose, payer=payer, payee=payee, amount=amount, due=due)


def schedule() -> tuple[Instalment, ...]:
    at_once, lock, wrap = (
        DueOn(on=TODAY),
        DueAfter(milestone="lock", business_days=3),
        DueAfter(milestone="wrap", business_days=0),
    )
    return (
        instalment("C1", "mori-jpy", "spc-jpy", jpy(90_000_000), at_once, Purpose.CONTRIBUTION),
        instalment("C2", "mori-jpy", "spc-jpy", jpy(30_000_000), lock, Purpose.CONTRIBUTION),
        instalment("L1", "streamer-usd", "spc-krw", usd(50_000_00), at_once, Purpose.LICENCE_FEE),
        instalment("P1", "spc-krw", "vendor-krw", krw(120_000_000), at_once),
        instalment("P2", "spc-krw", "vendor-krw", krw(80_000_000), at_once),
        instalment("P3", "spc-krw", "vendor-krw", krw(60_000_000), lock),
        instalment("R1", "spc-jpy", "tokyo-jpy", jpy(7_000_000), at_once, Purpose.RIGHTS),
        instalment("U1", "spc-krw", "agent-usd", usd(12_345_67), at_once, Purpose.FEE),
        instalment("U2", "spc-krw", "agent-usd", usd(1_00), wrap, Purpose.FEE),
    )


def agreement(
    version: int = 1,
    lines: tuple[Instalment, ...] | None = None,
    milestones: tuple[MilestoneTerms, ...] = (),
    vendor_number: str = "",
) -> Agreement:
    """The agreement; other `lines`, milestones of the same ids, or another bank account of the vendor where given."""
    standard = (milestone("lock"), milestone("wrap", ("lock",)), milestone("delivery", ("lock", "wrap")))
    other = {terms.id: terms for terms in milestones}
    return Agreement(
        sluice=1,
        production="HANA",
        title="하나 / はな",
        version=version,
        effective_on=TODAY,
        time_zone="Asia/Seoul",
        parties=(
            party("han", "studio", "KR"),
            party("mori", "broadcaster", "JP"),
            party("spc", "production-company", "KR"),
            party("streamer", "streamer", "US"),
            party("vendor", "vendor", "KR"),
            party("tokyo", "studio", "JP"),
            party("agent", "agent", "US"),
        ),
        accounts=(
            account("spc-krw", "spc", "KRW", Control.CONTROLLED),
            account("spc-jpy", "spc", "JPY", Control.CONTROLLED),
            account("mori-jpy", "mori", "JPY"),
            account("streamer-usd", "streamer", "USD"),
            account("vendor-krw", "vendor", "KRW", number=vendor_number),
            account("tokyo-jpy", "tokyo", "JPY"),
            account("agent-usd", "agent", "USD"),
        ),
        fx=(
            FxRule(
                base="USD",
                quote="KRW",
                contract=Decimal("1300.00"),
                pay_at="reference",
                source="ECB",
                fixing="previous_business_day",
            ),
        ),
        milestones=tuple(other.get(terms.id, terms) for terms in standard),
        schedule=schedule() if lines is None else lines,
    )


QUOTE = Quote("USD", "KRW", Decimal("1351.25"), "ECB", TODAY - timedelta(days=1), Decimal("1300.00"))


def amounts(terms: Agreement) -> dict[str, Money]:
    return {line.id: line.amount for line in terms.schedule if line.amount is not None}


def due_date(line: Instalment, accepted_on: date | None) -> date | None:
    """Every day is a business day here. Calendars have their own tests."""
    if isinstance(line.due, DueOn):
        return line.due.on
    return None if accepted_on is None else accepted_on + timedelta(days=line.due.business_days)


def deadline(terms: MilestoneTerms) -> date:
    return TODAY + timedelta(days=terms.approval.business_days)


def after(state: State, events: Iterable[Event], on: date = TODAY) -> State:
    return fold(state, [(event, on) for event in events])


def registered(terms: Agreement | None = None) -> State:
    terms = terms or agreement()
    return after(State(), register(None, terms, DOCUMENT, (), amounts(terms), due_date))


def owing(terms: Agreement | None = None, on: date = TODAY) -> State:
    """Registered, with everything due by a date fallen due."""
    state = registered(terms)
    return after(state, fall_due(state.payments, state.receipts, on))


def prepare_command(number: int = 1, account: str = "spc-krw", currency: str = "KRW") -> PrepareRun:
    name = run_id("HANA", account, currency, TODAY, number)
    return PrepareRun(key=name, by="sora", production="HANA", run=name, account=account, currency=currency, on=TODAY)


def prepared(
    state: State, number: int = 1, account: str = "spc-krw", currency: str = "KRW", terms: Agreement | None = None
) -> tuple[State, str]:
    """The state with a run of what is due, and the run's id."""
    command = prepare_command(number, account, currency)
    quote = QUOTE if currency == "USD" else None
    events = prepare(state.payments, terms or agreement(), command, SORA, quote)
    return after(state, events), command.run


def released(state: State, run: str) -> State:
    return after(state, [RunReleased(run=run, by="yun", sha256=state.runs[run].sha256)])


def submitted(state: State, run: str) -> State:
    return after(state, [RunSubmitted(run=run, message_id=message_id(state.runs[run]), file=FILE)])


def at_the_bank(number: int = 1, currency: str = "KRW", account: str = "spc-krw") -> tuple[State, str]:
    """A run of everything due on an account and in a currency, submitted."""
    state, run = prepared(owing(), number, account, currency)
    return submitted(released(state, run), run), run


def report(run_message: str, group: BankVerdict | None = None, **transfers: BankVerdict) -> StatusReport:
    """A status report; transfers are named by instalment (`P1=Verdict.ACCEPTED`)."""
    lines = tuple(
        TransferStatus(
            end_to_end_id=f"HANA.{name}", verdict=verdict, reason="AC04" if verdict is BankVerdict.REJECTED else None
        )
        for name, verdict in transfers.items()
    )
    return StatusReport(
        message_id="S1", created_at="2026-04-01T09:00:00Z", order_message_id=run_message, group=group, transfers=lines
    )


def debit(reference: str, end_to_end_id: str | None, booked: Money, instructed: Money | None = None) -> Movement:
    return Movement(
        bank_reference=reference,
        direction=Direction.DEBIT,
        booked=booked,
        instructed=instructed,
        end_to_end_id=end_to_end_id,
    )


def credit(
    reference: str,
    booked: Money,
    words: str | None = None,
    instructed: Money | None = None,
    end_to_end_id: str | None = None,
) -> Movement:
    return Movement(
        bank_reference=reference,
        direction=Direction.CREDIT,
        booked=booked,
        instructed=instructed,
        end_to_end_id=end_to_end_id,
        remittance=words,
    )


def came_back(reference: str, end_to_end_id: str, booked: Money, instructed: Money | None = None) -> Movement:
    return Movement(
        bank_reference=reference,
        direction=Direction.CREDIT,
        booked=booked,
        instructed=instructed,
        end_to_end_id=end_to_end_id,
        returned=True,
        reason="AC04",
    )


def statement(*movements: Movement, message: str = "N1", currency: str = "KRW") -> AccountReport:
    return AccountReport(
        message_id=message,
        created_at="2026-04-01T18:00:00Z",
        account_number="1",
        currency=currency,
        booked_on=TODAY,
        movements=movements,
    )


def with_status(status: Status, name: str = "HANA.P1") -> tuple[State, str]:
    """A submitted run in which one payment has come to a status."""
    state, run = at_the_bank()
    state.payments[name] = replace(state.payments[name], status=status)
    return state, run


def second_attempt() -> tuple[State, str]:
    """HANA.P1 was rejected in a first run, whose id is given, then corrected and sent again in a second one."""
    state, run = at_the_bank()
    rejected = PaymentsRejected(
        run=run, message_id="S1", payments=(RejectedPayment(payment="HANA.P1", reason="AC04", words=None),)
    )
    state = after(state, [rejected, PaymentCorrected(payment="HANA.P1", reason="new account")])
    state, second = prepared(state, 2)
    return submitted(released(state, second), second), run


def balances(events: Sequence[Event]) -> dict[str, Money]:
    """Balances by account and currency, zeros left out."""
    sums: dict[tuple[str, str], int] = {}
    for entry in posted(events):
        key = (entry.account, entry.amount.currency)
        sums[key] = sums.get(key, 0) + entry.amount.minor
    return {f"{account} {currency}": Money(minor, currency) for (account, currency), minor in sums.items() if minor}


def posted(events: Sequence[Event]) -> list[entries.Entry]:
    """The entries of events, in their order."""
    return [entry for event in events for entry in entries.postings(event)]
