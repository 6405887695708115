"""The demonstration's results, read from the database and from the bank's books."""

from sqlalchemy import Connection

from adapters.bank.folder import folder_of
from adapters.db.queries import chain, ledger, milestones, payments, statements
from adapters.db.queries.milestones import MilestoneFilter
from adapters.db.queries.payments import PaymentFilter
from adapters.db.queries.statements import StatementFilter
from adapters.db.records import Records
from adapters.db.streams import stream_of
from adapters.sandbox_bank.books import BankBooks
from app.ledger.verify import verify
from app.sharing.participation import participation_ties
from domain.agreement.model import Agreement
from domain.payments.payments import Status
from domain.state import State, apply
from domain.values.money import Money


def figures(records: Records, production: str) -> dict[str, int | bool]:
    """Return a production's final figures from the database."""
    facts = list(chain.facts(records.connection, stream_of(production)))
    state, rejected, doubted = State(), set(), set()
    for fact in facts:
        state = apply(state, fact.event, fact.effective_on)
        rejected |= {payment.id for payment in state.payments.values() if payment.status is Status.REJECTED}
        doubted |= {payment.id for payment in state.payments.values() if payment.status is Status.UNKNOWN}
    settled = {row.id for row in payments.payments(records.connection, PaymentFilter(production, Status.SETTLED)).items}
    reached = milestones.milestones(records.connection, MilestoneFilter(production)).items
    return {
        "payments_settled": len(settled),
        "payments_rejected": len(rejected),
        "payments_unknown_resolved": len(doubted & settled),
        "milestones_accepted": sum(row.status == "accepted" for row in reached),
        "distributions": sum(one.status == "ordered" for one in state.distributions.values()),
        "statements": len(statements.statements(records.connection, StatementFilter(production)).items),
        "participation_ties_out": not participation_ties(records, production),
        "ledger_balanced": not ledger.unbalanced(records.connection),
        "chain_verified": not verify(records.connection).wrong,
    }


def same_as_bank(connection: Connection, agreement: Agreement, books: BankBooks) -> list[str]:
    """Return a sentence for each account where our books differ from the bank's."""
    ours = {row.account: row.balance for row in ledger.balances(connection, agreement.production)}
    theirs = books.moved()
    wrong = []
    for account in agreement.accounts:
        key = folder_of(agreement.production, account.id)
        if key in theirs:
            moved = theirs[key]
            booked = ours.get(f"asset:bank:{account.id}", Money.zero(account.currency))
            if moved != booked:
                wrong.append(f"{account.id}: the bank moved {moved}, the ledger says {booked}")
    return wrong
