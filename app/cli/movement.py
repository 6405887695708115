"""`sluice movement`."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.groups import ActingGroup
from app.cli.options import (
    as_option,
    data_option,
    days_options,
    json_option,
    key_option,
    page_options,
    production_filter,
    viewer_option,
)

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest
    from domain.values.money import Money

_COLUMNS = (
    "production",
    "account",
    "movement",
    "since",
    "open",
    "counterparty",
    "remittance",
    "references",
    "suggests",
    "why",
)
_TOLD = ("report", "counterparty", "remittance", "references", "file")
_ALLOCATIONS = ("number", "to", "name", "amount", "booked", "charges", "by", "reason", "undone")


@click.group(cls=ActingGroup)
def movement() -> None:
    """Movements of a bank that nothing explained: they are in suspense until somebody says what they were."""


@movement.command(name="list")
@production_filter
@click.option("--account", metavar="ID", help="Only those on this account.")
@days_options("booked")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str | None,
    account: str | None,
    since: date | None,
    until: date | None,
    user: str,
    page: "PageRequest",
    as_json: bool,
    data: Path | None,
) -> None:
    """List what is in suspense, oldest first; what went out is negative."""
    from adapters.db.queries.bank import MovementFilter
    from app.cli.printing import plain, show, tell_of_more
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.movements(MovementFilter(account=account, since=since, until=until), page)
    lines = [
        plain(row) | {"references": _line_of(row.references), "suggests": ", ".join(row.suggests)}
        for row in found.items
    ]
    show(found.items if as_json else lines, _COLUMNS, as_json, "nothing is in suspense")
    tell_of_more(found)


@movement.command()
@click.argument("production")
@click.argument("account")
@click.argument("movement")
@viewer_option
@json_option
@data_option
def show(production: str, account: str, movement: str, user: str, as_json: bool, data: Path | None) -> None:
    """Show the life of MOVEMENT on ACCOUNT: what the bank told, what people said of it, and what the ledger has."""
    from app.cli.printing import plain, show, show_one
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.movement(account, movement)
    if as_json:
        show_one(found, as_json=True)
        return
    parts = plain(found)
    told, allocations, history = (parts.pop(name) for name in ("told", "allocations", "history"))
    parts["suggests"] = ", ".join(parts["suggests"])
    show_one({name: value for name, value in parts.items() if value != ""}, as_json=False)
    click.echo()
    show([_bank_words(one) for one in told], _TOLD, as_json=False, nothing="")
    if allocations:
        click.echo()
        show(allocations, _ALLOCATIONS, as_json=False, nothing="")
    for event in history:
        actor, what = event["actor"], event["what"]
        click.echo(f"\n{event['effective_on']}  {what if what.startswith(actor) else f'{actor}: {what}'}")
        for name, amount in event["entries"]:
            click.echo(f"            {name:<44} {amount:>24}")


def _bank_words(told: dict[str, Any]) -> dict[str, Any]:
    """One telling with its references as one line."""
    return told | {
        "references": _line_of(told["references"]),
        "report": f"{told['kind'] or ''} {told['report']}".strip(),
    }


def _line_of(references: Mapping[str, str]) -> str:
    return ", ".join(f"{kind} {reference}" for kind, reference in references.items())


_TARGETS = {
    "payment": ("ID", "It paid this payment; name an earlier attempt by its end-to-end id."),
    "return": ("ID", "It is the money of this payment, which came back."),
    "receipt": ("ID[=AMOUNT]", "It is money of this expected receipt. May be repeated."),
    "source": ("NAME", "It is what this source owes by its statements."),
    "refund": ("ACCOUNT", "It is not ours: owe it to this account of the agreement, and pay it back by a run."),
    "credit": ("PARTY", "This party paid it too much: keep it to its credit."),
    "vendor-refund": ("ID", "The payee of this payment gives a part of it back."),
    "paid-again": ("ID", "The payee of this payment got that much beyond it."),
    "for-production": ("KEY", "It is money of another production; --party says whose credit it is there."),
    "from-production": ("KEY", "It is our money that this production held."),
    "duplicate-of": ("MOVEMENT", "The bank told this movement twice."),
    "reversal-of": ("MOVEMENT", "It undoes this movement."),
}
_FLAGS = {
    "charges": "It is the bank's own charge, or gives one back.",
    "interest": "It is interest of the bank, or for it.",
}
_TO = {
    "for-production": "production",
    "from-production": "settlement",
    "duplicate-of": "duplicate",
    "reversal-of": "reversal",
}


def _target_options(command: Callable[..., None]) -> Callable[..., None]:
    """One option for each thing that a movement may have been, as `targets`."""

    @wraps(command)
    def with_targets(**given: Any) -> None:
        """Gather the options, of which exactly one may be used."""
        chosen = {option: given.pop(option.replace("-", "_")) for option in (*_TARGETS, *_FLAGS)}
        used = {_TO.get(option, option): value for option, value in chosen.items() if value}
        if len(used) != 1:
            every = ", ".join(f"--{option}" for option in (*_TARGETS, *_FLAGS))
            raise click.UsageError(f"Say what it was by exactly one of {every}.")
        [(to, value)] = used.items()
        command(**given, to=to, names=() if value is True else value if isinstance(value, tuple) else (value,))

    made: Callable[..., None] = with_targets
    for option, about in reversed(_FLAGS.items()):
        made = click.option(f"--{option}", is_flag=True, help=about)(made)
    for option, (metavar, about) in reversed(_TARGETS.items()):
        made = click.option(f"--{option}", metavar=metavar, multiple=option == "receipt", help=about)(made)
    return made


@movement.command()
@click.argument("production")
@click.argument("account")
@click.argument("movement")
@_target_options
@click.option("--amount", metavar="AMOUNT", help='What of the claim it settles, if not all; as in "JPY 1200000".')
@click.option(
    "--bank-charge",
    metavar="AMOUNT",
    help="The bank's charge in it: deducted from what came in, or added to what went out.",
)
@click.option("--party", metavar="ID", default="", help="Whose money it is, in the production that it is for.")
@click.option("--reason", required=True, help="How that is known.")
@as_option
@key_option
@json_option
@data_option
def allocate(
    production: str,
    account: str,
    movement: str,
    to: str,
    names: tuple[str, ...],
    amount: str | None,
    bank_charge: str | None,
    party: str,
    reason: str,
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say what MOVEMENT on ACCOUNT was, by exactly one of the options from --payment to --interest.

    Needs the role treasurer in the party that owns the account.
    """
    from app.cli.session import act
    from domain.commands import AllocateMovement
    from domain.values.money import Money

    (name, settled), *further = _claims(to, names, amount)
    act(
        data,
        user,
        lambda client: client.send(
            AllocateMovement,
            production=production,
            account=account,
            movement=movement,
            to=to,
            name=name,
            amount=settled,
            charges=Money.parse(bank_charge) if bank_charge is not None else None,
            further=[{"receipt": receipt, "amount": part} for receipt, part in further],
            party=party,
            reason=reason,
        ),
        as_json,
        key,
    )


def _claims(to: str, names: tuple[str, ...], amount: str | None) -> "list[tuple[str, Money | None]]":
    """The names of what it settles, with the amounts that are given. Only receipts may be several."""
    from domain.errors import BadInput
    from domain.values.money import Money

    parts = [name.partition("=") if to == "receipt" else (name, "", "") for name in names or ("",)]
    written = [(name, part) for name, _, part in parts]
    if amount is not None:
        if len(written) > 1 or written[0][1]:
            raise BadInput("Each receipt has an amount of its own: write --receipt ID=AMOUNT, and leave --amount out.")
        written = [(written[0][0], amount)]
    return [(name, Money.parse(part) if part else None) for name, part in written]
