"""Lists the bank accounts of payees with their changes, and parties with what keeps payments from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.db.queries.agreement import the_only_production
from app.bootstrap import handler_on
from app.reads import reads
from domain.agreement.model import Agreement, Control
from domain.agreement.productions import the_production
from domain.payees.accounts import in_force
from domain.payees.model import AccountChange, Payees
from domain.reads import Resource


@dataclass(frozen=True, slots=True)
class PayeeAccountRow:
    """A payee's account as it is paid today, and its newest change, if any.

    A confirmed change is in force from `in_force_on`; until then, `new_number` is not paid.
    """

    production: str
    account: str
    owner: str
    currency: str
    number: str
    bank: str
    change: str | None
    status: str | None
    new_number: str | None
    in_force_on: date | None
    proposed_by: str | None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of an agreement. `unfreeze_by` is the first of two people who approved that it be paid again.

    `matches` are those with lists of names that are not cleared.
    """

    production: str
    party: str
    name: str
    frozen_on: date | None
    frozen_by: str | None
    reason: str | None
    unfreeze_by: str | None
    matches: tuple[str, ...]


def accounts_of(data: Path | None, production: str | None, user: str) -> list[PayeeAccountRow]:
    """List the accounts of payees of a production, for a user if one is given.

    Raises:
        NotFound: there is no such production, or there are several.
        WrongRole: the user may not see them.
    """
    with _seen(data, production, user) as (agreement, payees, today):
        now = in_force(agreement, payees, today)
        rows = []
        for account in now.accounts:
            if account.control is Control.CONTROLLED:
                continue
            newest = next(payees.changes_of(account.id), None)
            rows.append(
                PayeeAccountRow(
                    production=agreement.production,
                    account=account.id,
                    owner=account.owner,
                    currency=account.currency,
                    number=account.number,
                    bank=account.bank,
                    change=newest.id if newest else None,
                    status=_status(newest, today) if newest else None,
                    new_number=newest.details.number if newest and newest.open(today) else None,
                    in_force_on=newest.in_force_on if newest else None,
                    proposed_by=newest.proposed_by if newest else None,
                )
            )
    return rows


def parties_of(data: Path | None, production: str | None, user: str) -> list[PartyRow]:
    """List the parties of a production; raises as `accounts_of` does."""
    with _seen(data, production, user) as (agreement, payees, _):
        rows = []
        for party in agreement.parties:
            frozen = payees.frozen.get(party.id)
            rows.append(
                PartyRow(
                    production=agreement.production,
                    party=party.id,
                    name=party.name,
                    frozen_on=frozen.on if frozen else None,
                    frozen_by=frozen.by if frozen else None,
                    reason=frozen.reason if frozen else None,
                    unfreeze_by=frozen.unfreeze_by if frozen else None,
                    matches=tuple(
                        f"{name} ({one.listed_name}, {one.score})"
                        for name, one in payees.matches.items()
                        if one.party == party.id and not one.cleared
                    ),
                )
            )
    return rows


@contextmanager
def _seen(data: Path | None, production: str | None, user: str) -> Iterator[tuple[Agreement, Payees, date]]:
    """Open what a user may see who reads bank accounts: the agreement in force, what is on record, the business day."""
    with reads(data, production, user) as reading:
        chosen = the_only_production(reading.connection, reading.production)
        reading.sight(Resource.ACCOUNTS)
    with handler_on(data) as handler, handler.store.reading() as records:
        known = the_production(records.state(chosen).production, chosen)
        agreement = handler.agreements.of(records, known.document)
        yield agreement, known.payees, handler.today(agreement)


def _status(change: AccountChange, on: date) -> str:
    return "in force" if change.in_force(on) else change.status
