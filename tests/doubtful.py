"""A bank that refuses a payment after it had it: what follows from its reports, recorded on a world's production."""

import sqlalchemy as sa

from adapters.db.records import Selection
from domain.bank.messages import BankVerdict
from domain.bank.reports import GivenStatus, InstructionStatus, StatusReport, TransferStatus
from domain.bank.statuses import reported
from domain.commands import CorrectPayment, TakeBankFile
from domain.payments.doubts import silent_over
from tests.world import PRODUCTION

ACCEPTED = GivenStatus(BankVerdict.ACCEPTED)
CLOSED = GivenStatus(BankVerdict.REJECTED, "AC04", "closed")
DUPLICATE = GivenStatus(BankVerdict.REJECTED, "DU01", "Duplicate message id")
NOT_FOUND = GivenStatus(BankVerdict.NOT_FOUND)
EVERY = Selection(payments=sa.true(), runs=sa.true())


def tell(world, rule, message):
    """Record what follows from a bank's message."""
    command = TakeBankFile(
        key=message, by="system", production=PRODUCTION, account="spc-krw", file=message.encode().hex().zfill(64)
    )
    world.handler.carry_out(command, EVERY, lambda _, state, __: rule(state))


def report(world, message, group=None, **named):
    """The bank reports on the first run's order; transfers by end-to-end id, with the dots left out."""

    def _rule(state):
        run = state.runs[world.run.run]
        first = world.payment("WR-A")
        transfers = tuple(TransferStatus(first, None, status) for status in named.values())
        block = InstructionStatus(run.message_id, None, transfers)
        told = StatusReport("pain.002", message, None, run.message_id, group, (block,))
        return reported(run, state.payments, told)

    tell(world, _rule, message)


def statement(world, day, message):
    """The bank's complete statement of a day has nothing of us."""
    tell(
        world, lambda state: silent_over(state.payments, state.runs, "spc-krw", lambda on: on <= day, message), message
    )


def correct(world):
    name = world.payment("WR-A")
    world.productions.correct(
        CorrectPayment(key="correct", by="eunwoo", production=PRODUCTION, payment=name, reason="new account")
    )
