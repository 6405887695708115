"""What keeps a payment from its payee: a freeze, a match with a list of names, or a change of the bank account.

Payments are held by events, so that everybody sees why. Preparing, releasing and sending ask again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from domain.commands import ResumePayment
from domain.errors import Hindered, SamePerson
from domain.events import Event, PaymentsFreed, PaymentsHeld, StoppedPayment
from domain.identity import Person
from domain.payees.model import AccountChange, Payees
from domain.payments import folding, orders
from domain.payments.payments import Payment, Payments, Status, the_payment
from domain.payments.payments import resume as resumed
from domain.payments.runs import Run, chunks


class Hindrance(Struct, frozen=True):
    """Why nothing is paid to a payee. `cause` names the fact. `proposed_by` asked for a change of the account.

    A person may let a payment go in spite of a change, to the account in force, if there is one: `may_resume`.
    """

    cause: str
    reason: str
    may_resume: bool = False
    proposed_by: str = ""


def hindrances(payee: str, party: str, payees: Payees, on: date) -> Iterator[Hindrance]:
    """What hinders payments of a day to the account `payee` of a party."""
    frozen = payees.frozen.get(party)
    if frozen is not None:
        yield Hindrance(f"freeze/{party}", f"{party} is frozen: {frozen.reason}")
    for name, match in payees.matches.items():
        if match.party == party and not match.cleared:
            like = f"its name is like {match.listed_name!r} ({match.score} of 100) on the list {match.source}"
            yield Hindrance(f"match/{name}", f"{like}, which two people must decide (`sluice party clear`)")
    if change := payees.waiting(payee, on):
        yield Hindrance(
            f"account/{change.id}", _waiting(change), payees.has_account(payee, on), proposed_by=change.proposed_by
        )


def _waiting(change: AccountChange) -> str:
    match change.status:
        case "confirmed":
            return f"change {change.id} of its account is confirmed, and in force from {change.in_force_on}"
        case "refused":
            return f"change {change.id} was refused, and its account was never confirmed: propose another"
        case _:
            return f"change {change.id} of its account is proposed, and not confirmed by a second person"


def hindrance_of(payment: Payment, payees: Payees, on: date) -> Hindrance | None:
    """What hinders a payment, except what a person has set aside for it."""
    for found in hindrances(payment.payee, payment.payee_party, payees, on):
        set_aside = found.may_resume and payment.cause == found.cause and payment.status is not Status.HELD
        if not set_aside:
            return found
    return None


def unhindered(payments: Payments, payees: Payees, on: date) -> Payments:
    """The payments that nothing hinders."""
    return Payments(payment for payment in payments.values() if hindrance_of(payment, payees, on) is None)


def may_be_repeated(run: Run, payments: Payments, payees: Payees, on: date) -> bool:
    """Whether the bytes of an order may be sent again: each transfer as it was, and nothing hinders any."""
    hindered = any(hindrance_of(payment, payees, on) for payment in payments.of_run(run.id))
    return orders.may_be_repeated(run, payments) and not hindered


def refuse_hindered(run: str, lines: Iterable[Payment], payees: Payees, on: date) -> None:
    """Check that nothing hinders the payments of a run.

    Raises:
        Hindered: something does.
    """
    for payment in lines:
        if found := hindrance_of(payment, payees, on):
            raise Hindered(
                f"Run {run} cannot go because of payment {payment.id}: {found.reason}. `sluice payment hold "
                f"{payment.id}` takes it out, so that the others can go.",
                run=run,
                payment=payment.id,
            )


def reviewed(payments: Payments, runs: Mapping[str, Run], payees: Payees, on: date) -> list[Event]:
    """Free the payments whose hindrance is over, and hold those that are hindered: due ones, and of released `runs`."""
    freed, after = _freed(payments, payees, on), Payments(payments.values())
    for event in freed:
        folding.apply(after, event)
    return [*freed, *_held(after, runs, payees, on)]


def _freed(payments: Payments, payees: Payees, on: date) -> list[Event]:
    over = [
        payment.id
        for payment in sorted(payments.values(), key=lambda one: one.id)
        if payment.status is Status.HELD
        and payment.cause is not None
        and payment.cause not in {one.cause for one in hindrances(payment.payee, payment.payee_party, payees, on)}
    ]
    return [PaymentsFreed(payments=tuple(part)) for part in chunks(over)]


def _held(payments: Payments, runs: Mapping[str, Run], payees: Payees, on: date) -> list[Event]:
    stopped = []
    for payment in sorted(payments.values(), key=lambda one: one.id):
        run = runs.get(payment.run or "")
        unsent = payment.status is Status.RELEASED and run is not None and not run.times_sent
        found = hindrance_of(payment, payees, on) if unsent or payment.status is Status.DUE else None
        if found is not None:
            stopped.append(StoppedPayment(payment=payment.id, cause=found.cause, reason=found.reason))
    return [PaymentsHeld(payments=tuple(part)) for part in chunks(stopped)]


def resume(
    payments: Payments, payees: Payees, command: ResumePayment, person: Person, debtor: str, today: date
) -> list[Event]:
    """Let a held payment go with the next run. In spite of a change of the account it goes to the one in force.

    Raises:
        Hindered: what holds it must be ended itself.
        SamePerson: the person asked for the change that holds it.
    """
    payment = the_payment(payments, command.payment)
    events = resumed(payments, command, person, debtor)
    for found in hindrances(payment.payee, payment.payee_party, payees, today):
        if not found.may_resume or payment.cause != found.cause:
            raise Hindered(f"Payment {payment.id} cannot go: {found.reason}.", payment=payment.id)
        if person.is_behind(found.proposed_by):
            who = person.known_as(found.proposed_by)
            raise SamePerson(f"{who} asked for the change that holds {payment.id}: ask a colleague.")
    return events
