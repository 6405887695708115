"""The world of the flow tests: a production on a real database, a sandbox bank, and a clock that the test moves."""

import asyncio
import tomllib
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import create_engine

from activities.adjustments import AdjustmentActivities
from activities.agreement import AgreementActivities
from activities.bank import BankActivities
from activities.distributions import DistributionActivities
from activities.milestones import MilestoneActivities
from activities.movements import MovementActivities
from activities.payees import PayeeActivities
from activities.people import PeopleActivities
from activities.proposals import ProposalActivities
from activities.runs import RunActivities
from activities.views import AccountRef, PlannedRun, RunRef, RunView
from adapters.agreement.cache import Agreements
from adapters.bank.folder import BankFolder, folder_of
from adapters.command_handler import CommandHandler
from adapters.db import tables
from adapters.db.queries import chain, ledger
from adapters.db.records import Records, Selection
from adapters.db.store import CommandOutcome, Store, Transaction
from adapters.db.streams import stream_of
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.bank import SandboxBank
from app.ledger.verify import verify
from app.payments.preview import preview
from domain.agreement.model import Control
from domain.commands import (
    AmendAgreement,
    ApproveAgreement,
    ApproveMilestone,
    ConfirmPeopleChange,
    ProposePeopleChange,
    RegisterAgreement,
    ReleaseRun,
    SubmitMilestone,
    make,
)
from domain.errors import WrongRole
from domain.identity import Role
from domain.identity.people import grants_of
from domain.identity.records import UserRecord
from domain.ledger.journal import GENESIS
from domain.sharing.waterfall.facts import Facts, ReceiptGroup, WaterfallFact
from domain.state import State, fold
from domain.values.money import Money
from tests.domain.sharing.waterfall import deal

EXAMPLES = Path(__file__).parent.parent / "examples"
DRAMA = EXAMPLES / "drama-manga.yaml"
PRODUCTION = "LIGHTHOUSE"
SEOUL = ZoneInfo("Asia/Seoul")
SIGNED_ALONE = DRAMA.read_bytes().replace(b"{parties: [studio, broadcaster]}", b"{parties: [studio]}", 1)
"""The drama's agreement, which the studio alone signs: whoever of the studio proposes it puts it in force."""
UNSHARED = SIGNED_ALONE.partition(b"\n# What the finished series earns")[0] + b"\n"
"""The same without its waterfall, for tests that share the earnings otherwise."""
WATERFALL = b"""
waterfall:
  currency: KRW
  pools:
    - id: gross
      receives: everything
      positions:
        - {id: fee, to: studio, take: 10 % of gross}
        - {id: script, to: writer, take: 5 % of gross}
      residue: {share: by_commitment, among: [{to: studio, weight: "3"}, {to: spc, weight: "2"}]}
  minimum_payouts: [{to: writer, amount: KRW 100}]
"""
"""The addition to the drama's agreement that shares its earnings."""
WITHOUT_ACCOUNT = UNSHARED.replace(
    b"\naccounts:\n",
    b"\n  - {id: author, name: Author, kind: talent, address: "
    b'{street: Jong-ro, postcode: "03142", town: Seoul, country: KR}}\n\naccounts:\n',
    1,
) + WATERFALL.replace(b"to: writer, take", b"to: author, take")
"""An agreement that shares with an author who has no account."""
WITH_ACCOUNT = (
    WITHOUT_ACCOUNT.replace(
        b"\naccounts:\n",
        b"\naccounts:\n  - {id: author-krw, owner: author, control: external, currency: KRW, bic: SLUAKRSE, "
        b'number: "10020077700099", calendars: [KR]}\n',
        1,
    )
    .replace(b"\nversion: 1\n", b"\nversion: 2\n")
    .replace(b"\neffective_on: 2025-01-06\n", b"\neffective_on: 2025-04-16\n")
)
"""Its next version, in which the author has one."""
SETTLEMENT = b"  settlement: {after: first-broadcast, first_days: 30}\n"
"""The calendar of settlements."""
EVIDENCE = {
    milestone: {document: f"{index:064x}" for index, document in enumerate(documents, start=10)}
    for milestone, documents in {
        "closing": ("title-chain", "finance-plan"),
        "script-lock": ("scripts", "author-consent"),
        "shoot-start": ("call-sheet", "insurance"),
        "half-shot": ("progress", "cost-report"),
        "wrap": ("wrap-report", "cost-report"),
        "rough-cut": ("screener",),
        "picture-lock": ("edl", "vfx-final"),
        "delivery": ("masters", "qc", "music-cues"),
        "broadcast": ("listing",),
    }.items()
}
"""The documents that each milestone of the drama requires."""


class MovedClock:
    """A clock that stands until the test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def to(self, on: date, at: time = time(9)) -> None:
        self.at = datetime.combine(on, at, SEOUL)

    def forward(self, **kind: int) -> None:
        self.at += timedelta(**kind)


def example_people() -> tuple[UserRecord, ...]:
    """The users of `examples/users.toml`; those of the drama in every production."""
    users = tomllib.loads((EXAMPLES / "users.toml").read_text())["users"]
    made = {name: user_record(name, user["party"], *map(Role, user["roles"])) for name, user in users.items()}
    for name, user in users.items():
        if PRODUCTION not in user.get("productions", [PRODUCTION]):
            grant = grants_of(user["party"], map(Role, user["roles"]), user["productions"])
            made[name] = made[name].model_copy(update={"grants": (grant,)})
    return tuple(made.values())


def user_record(name: str, party: str, *roles: Role, person: str = "") -> UserRecord:
    """A user with roles in every production."""
    return UserRecord(user=name, person=person or name, grants=(grants_of(party, roles, None),))


class World:
    """One database with its command handler and activities, and one sandbox bank in the test's folder."""

    def __init__(
        self, database_url: str, folder: Path, *, at: datetime | None = None, answer_within_s: int = 120
    ) -> None:
        self.data = folder
        self.clock = MovedClock(at or datetime(2025, 1, 6, 9, tzinfo=SEOUL))
        self.store = Store(create_engine(database_url, pool_size=24))
        self.handler = CommandHandler(self.store, Agreements(), self.clock, example_people(), answer_within_s)
        self.productions = AgreementActivities(self.handler)
        self.people = PeopleActivities(self.handler)
        self.proposals = ProposalActivities(self.handler)
        self.milestones = MilestoneActivities(self.handler)
        self.runs = RunActivities(self.handler)
        self.bank = BankActivities(self.handler)
        self.movements = MovementActivities(self.handler)
        self.payees = PayeeActivities(self.handler)
        self.adjustments = AdjustmentActivities(self.handler)
        self.facts: list[ReceiptGroup | WaterfallFact] = []
        self.told: list[tuple[int, int]] = []
        self.distributions = DistributionActivities(self.handler, self.facts_of)
        self.folder = BankFolder(folder / "bank")
        self.seconds = 1000.0
        self.their_bank = SandboxBank(folder, self.clock, lambda: self.seconds)

    def close(self) -> None:
        self.their_bank.close()
        self.store.engine.dispose()

    def facts_of(
        self, records: Records, production: str, until: date, through: int | None = None, *, receipts: bool = True
    ) -> Facts:
        """Return the test's facts instead of recorded ones. `through` limits them to those known at that event."""
        del receipts  # they cost nothing here
        seq = chain.head(records.connection, stream_of(production)).seq
        if through is None:
            self.told.append((seq, len(self.facts)))
        known = [count for at, count in self.told if through is not None and at < through]
        return deal.facts(*(self.facts[: known[-1]] if known else self.facts)).until(until)

    # The people of the house

    def employ(self, name: str, party: str, *roles: Role, person: str = "") -> None:
        """Add a user: one administrator proposes, the other confirms."""
        self.change_people(after=user_record(name, party, *roles, person=person))

    def dismiss(self, name: str) -> None:
        """Remove a user."""
        before = self.people.people().users[name]
        self.change_people(before=before, after=before.model_copy(update={"grants": (), "removed": True}))

    def change_people(self, **change: object) -> None:
        """Propose and confirm a change of people."""
        proposed = make(
            ProposePeopleChange, by="chaewon", nonce=uuid.uuid4().hex, production="", reason="as agreed", **change
        )
        number = self.people.propose_people_change(proposed).change
        self.people.confirm_people_change(make(ConfirmPeopleChange, by="hiroshi", production="", change=number))

    # The agreement and its milestones

    def keep(self, raw: bytes, name: str = "agreement.yaml") -> str:
        with self.store.transaction() as transaction:
            return transaction.keep(name, raw)

    def register(self, raw: bytes | None = None, production: str = PRODUCTION) -> None:
        """Put the first version of an agreement in force, and open its accounts at the bank."""
        self.put_in_force(raw or UNSHARED, production)
        self.open_accounts(production)

    def put_in_force(self, raw: bytes, production: str = PRODUCTION) -> None:
        """Propose the first version of an agreement, and approve it for every party that must."""
        digest = self.keep(raw)
        self.proposals.register(
            RegisterAgreement(key=f"register/{production}", by="seoyeon", production=production, document=digest)
        )
        self.approve_version(digest, production)

    def amend(self, raw: bytes, by: str = "seoyeon") -> CommandOutcome | None:
        """Propose the next version of the agreement, and approve it for every party that must."""
        digest = self.keep(raw)
        command = AmendAgreement(key=f"amend/{digest[:8]}/{by}", by=by, production=PRODUCTION, document=digest)
        return self.approve_version(digest, after=self.proposals.amend(command))

    def approve_version(
        self, document: str, production: str = PRODUCTION, after: CommandOutcome | None = None
    ) -> CommandOutcome | None:
        """Approve a proposal for every party that must. Return the last outcome, by default `after`."""
        for party in self.waits_for(document, production):
            by = self.approver_of(party, production)
            key = f"approve-agreement/{production}/{document[:16]}/{by}"
            command = ApproveAgreement(key=key, by=by, production=production, document=document)
            after = self.proposals.approve_agreement(command)
        return after

    def approver_of(self, party: str, production: str = PRODUCTION) -> str:
        """Return a user who approves for a party."""
        people = self.people.people()
        for name in people.users:
            with suppress(WrongRole):
                person = self.handler.who(people, name, production)
                if person.party == party and Role.APPROVER in person.roles:
                    return name
        raise LookupError(f"nobody approves for {party}")

    def waits_for(self, document: str, production: str = PRODUCTION) -> tuple[str, ...]:
        """Return the parties whose approval a proposal needs."""
        with self.store.reading() as records:
            proposal = records.state(production, proposals=True).proposals.get(document)
        return proposal.waits_for if proposal is not None else ()

    def open_accounts(self, production: str = PRODUCTION, holding: int | None = None) -> None:
        """Open the production's accounts at the bank, with `holding` minor units, or nothing and a credit line."""
        for account in self.handler.in_force(production).accounts:
            if account.control is Control.CONTROLLED:
                opening = None if holding is None else Money(holding, account.currency)
                folder = folder_of(production, account.id)
                admin.open_account(self.data, folder, account.number, account.currency, opening=opening)

    def submit(self, milestone: str, evidence: Mapping[str, str] | None = None, key: str = "") -> None:
        self.milestones.submit(submit_command(milestone, evidence, key))

    def approve(self, milestone: str, by: str, round_: int = 1, key: str = "") -> None:
        self.milestones.approve(approve_command(milestone, by, round_, key))

    def accept(self, milestone: str) -> None:
        self.submit(milestone, key=f"submit/{milestone}/world")
        self.approve(milestone, "jiho")
        self.approve(milestone, "kenta")

    # Runs and the bank

    def open_day(self, account: str = "spc-krw", by: str = "system") -> list[PlannedRun]:
        ref = AccountRef(production=PRODUCTION, account=account, by=by)
        self.runs.fall_due(ref)
        return self.runs.plan_runs(ref)

    def prepare(self, account: str = "spc-krw") -> RunView:
        (planned,) = self.open_day(account)
        return self.runs.prepare(planned)

    def release(self, run: str, by: str = "sora") -> RunView:
        sha256 = preview(self.handler, run).head.sha256
        command = ReleaseRun(key=f"release/{run}", by=by, production=PRODUCTION, run=run, sha256=sha256)
        return self.runs.release(command)

    def send(self, account: str = "spc-krw") -> RunRef:
        """Prepare and release a run of everything due on an account, and hand it to the bank's folder."""
        ref = RunRef(production=PRODUCTION, run=self.prepare(account).run)
        self.release(ref.run)
        self.runs.send(ref)
        self.deliver()
        return ref

    def outbox(self, kind: str) -> list[str]:
        """Return the names of the outbox's waiting entries of a kind."""
        table = tables.outbox.c
        with self.store.reading() as records:
            query = sa.select(table.name).where(table.done_at.is_(None), table.kind == kind).order_by(table.id)
            return list(records.connection.execute(query).scalars())

    def deliver(self) -> int:
        """Put the outbox's files into the bank's folder, like the gateway."""
        table = tables.outbox
        with self.store.transaction() as transaction:
            rows = transaction.connection.execute(
                sa.select(table).where(table.c.done_at.is_(None), table.c.kind == "bank-file").order_by(table.c.id)
            ).all()
            for row in rows:
                raw = transaction.document(row.document)
                assert raw is not None
                self.folder.deliver(row.target, row.name, raw)
            transaction.connection.execute(
                sa.update(table).where(table.c.id.in_([row.id for row in rows])).values(done_at=datetime.now(UTC))
            )
        return len(rows)

    def answers(self, account: str = "spc-krw") -> list[tuple[str, bytes]]:
        """Let the bank work, and remove its files from the folder unread."""
        while self.their_bank.step():
            pass
        key, files = folder_of(PRODUCTION, account), []
        for name in self.folder.waiting(key):
            files.append((name, self.folder.read(key, name)))
            self.folder.archive(key, name)
        return files

    def take(self, account: str = "spc-krw") -> list[str | None]:
        """Let the bank work, and take in its files. Returns the reason for each refused file."""
        return [self.bank.take(PRODUCTION, account, name, raw) for name, raw in self.answers(account)]

    # What is on record

    def events(self) -> list[str]:
        """Return the types of all events, in order."""
        with self.store.reading() as records:
            return [fact.type for fact in chain.facts(records.connection, stream_of(PRODUCTION))]

    def newest(self) -> object:
        """Return the last recorded event."""
        with self.store.reading() as records:
            return list(chain.facts(records.connection, stream_of(PRODUCTION)))[-1].event

    def snapshots(self, production: str = PRODUCTION) -> State:
        """Return the state from the snapshot tables."""
        every = sa.true()
        with self.store.reading() as records:
            chosen = Selection(every, every, every, milestones=True, distributions=True, proposals=True, credits=True)
            return records.select(production, chosen)

    def refolded(self, production: str = PRODUCTION) -> State:
        """Return the state folded from the journal."""
        with self.store.reading() as records:
            facts = list(chain.facts(records.connection, stream_of(production)))
        return fold(State(), [(fact.event, fact.effective_on) for fact in facts])

    def statuses(self) -> dict[str, str]:
        """Return each payment's status, by instalment."""
        return {payment.instalment: str(payment.status) for payment in self.snapshots().payments.values()}

    def payment(self, instalment: str) -> str:
        """Return the id of an instalment's payment."""
        return next(p.id for p in self.snapshots().payments.values() if p.instalment == instalment)

    def balances(self, production: str = PRODUCTION) -> dict[str, str]:
        with self.store.reading() as records:
            rows = ledger.balances(records.connection, production)
        return {f"{row.account} {row.currency}": str(row.balance) for row in rows}

    def wrong(self) -> list[str]:
        """Return the findings of a proof of the record."""
        with self.store.reading() as records:
            return verify(records.connection).wrong


def take_stream(transaction: Transaction, production: str) -> None:
    """Lock the head of a production's stream until the transaction ends, like a command. Creates a missing head."""
    taking = "INSERT INTO stream_head VALUES (%s, 0, %s) ON CONFLICT (stream) DO UPDATE SET seq = stream_head.seq"
    transaction.connection.exec_driver_sql(taking, (stream_of(production), GENESIS))


async def eventually(enough: Callable[[], bool]) -> None:
    """Wait at most half a minute until a condition on the records holds."""
    for _ in range(1000):
        if await asyncio.to_thread(enough):
            return
        await asyncio.sleep(0.03)
    raise AssertionError("it never came to be")


def submit_command(milestone: str, evidence: Mapping[str, str] | None = None, key: str = "") -> SubmitMilestone:
    return SubmitMilestone(
        key=key or f"submit/{milestone}",
        by="haruka" if milestone == "broadcast" else "seoyeon",
        production=PRODUCTION,
        milestone=milestone,
        evidence=dict(evidence or EVIDENCE[milestone]),
    )


def approve_command(milestone: str, by: str, round_: int = 1, key: str = "") -> ApproveMilestone:
    return ApproveMilestone(
        key=key or f"approve/{milestone}/{round_}/{by}",
        by=by,
        production=PRODUCTION,
        milestone=milestone,
        round=round_,
    )
