"""`sluice sandbox`: the business clock, and faults, dialects, incoming money and books of the sandbox bank."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters.sandbox_bank.books import BankBooks
    from adapters.sandbox_bank.dialect import Dialect

_KINDS = ("reject", "delay", "lose-answer", "lose-file", "partial", "duplicate-answer", "return")
_reason = click.option("--reason", default="AC04", show_default=True, help="ISO reason code of a rejection or return.")
_seconds = click.option(
    "--seconds", default=5, show_default=True, type=click.IntRange(0), help="Until delay or return."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
@click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SLUICE_DATA",
    required=True,
    help="The stack's data folder.",
)
@click.pass_context
def sandbox(context: click.Context, data_dir: Path) -> None:
    """Look into the sandbox bank, let something happen there, or move the business clock."""
    context.obj = data_dir


@contextmanager
def _books(data_dir: Path) -> Iterator["BankBooks"]:
    from adapters.sandbox_bank.admin import books_path
    from adapters.sandbox_bank.books import BankBooks
    from domain.errors import SluiceError

    books = BankBooks(books_path(data_dir))
    try:
        yield books
    except SluiceError as error:
        raise click.ClickException(error.sentence) from error
    finally:
        books.close()


@sandbox.group()
def fault() -> None:
    """Faults that payments are to meet, each once."""


@fault.command("add")
@click.option("--payment", required=True, help="The payment's end-to-end id.")
@click.option("--kind", required=True, type=click.Choice(_KINDS))
@_reason
@_seconds
@click.pass_obj
def add(data_dir: Path, payment: str, kind: str, reason: str, seconds: int) -> None:
    """Let one payment meet a fault."""
    from adapters.sandbox_bank.faults import FaultKind, add_fault

    with _books(data_dir) as books:
        number = add_fault(books.db, payment, FaultKind(kind), reason=reason, seconds=seconds)
    click.echo(f"Fault {number}: {kind} for {payment}")


@fault.command("random")
@click.option("--seed", required=True, type=int)
@click.option("--rate", required=True, help="Share of payments, such as 0.1.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only these; may be repeated.")
@_reason
@_seconds
@click.pass_obj
def random(  # click passes options by name
    data_dir: Path, seed: int, rate: str, kinds: tuple[str, ...], reason: str, seconds: int
) -> None:
    """Let a share of all payments meet faults; the same seed strikes the same ones."""
    from adapters.sandbox_bank.faults import RANDOM_KINDS, FaultKind, add_random_faults

    chosen = tuple(FaultKind(kind) for kind in kinds) or RANDOM_KINDS
    try:
        share = Fraction(rate)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{rate!r} is not a number: write a share such as 0.1.", param_hint="--rate") from None
    with _books(data_dir) as books:
        number = add_random_faults(books.db, seed, share, chosen, reason=reason, seconds=seconds)
    click.echo(f"Fault {number}: {', '.join(chosen)} for {rate} of all payments, seed {seed}")


@fault.command("list")
@_json
@click.pass_obj
def list_(data_dir: Path, as_json: bool) -> None:
    """List the faults that are set."""
    from adapters.sandbox_bank.faults import list_faults

    with _books(data_dir) as books:
        rules = list_faults(books.db)
    if as_json:
        rows = [
            {
                "id": each.id,
                "payment": each.payment,
                "seed": each.seed,
                "rate": None if each.rate is None else str(each.rate),
                "kinds": [each.kind] if each.kind else list(each.kinds),
                "reason": each.reason,
                "seconds": each.seconds,
            }
            for each in rules
        ]
        click.echo(json.dumps(rows))
        return
    for each in rules:
        whom = each.payment or f"{each.rate} of all payments by seed {each.seed}"
        click.echo(f"{each.id}  {each.kind or ', '.join(each.kinds)}  {whom}  {each.reason}  {each.seconds} s")


@fault.command("clear")
@click.pass_obj
def clear(data_dir: Path) -> None:
    """Forget all faults that are set."""
    from adapters.sandbox_bank.faults import clear_faults

    with _books(data_dir) as books:
        clear_faults(books.db)


@sandbox.group()
def dialect() -> None:
    """How the bank writes an account's files: traits that real banks' files have."""


@dialect.command("set")
@click.option("--account", required=True, help="The account's key.")
@click.option(
    "--trait", "traits", multiple=True, metavar="NAME=VALUE", help="Such as references=shared; may be repeated."
)
@click.option("--seed", type=int, help="Draw the traits that are not named.")
@click.pass_obj
def set_dialect(data_dir: Path, account: str, traits: tuple[str, ...], seed: int | None) -> None:
    """Let the bank write an account's files with these traits from now on; the others are as at first."""
    from adapters.sandbox_bank.dialect import dialect_of

    pairs = [trait.partition("=") for trait in traits]
    with _books(data_dir) as books:
        chosen = dialect_of({name: value for name, _, value in pairs}, seed)
        books.set_dialect(account, chosen)
    click.echo(f"{account}  {_special(chosen)}")


@dialect.command("list")
@_json
@click.pass_obj
def list_dialects(data_dir: Path, as_json: bool) -> None:
    """List the accounts with the traits that differ from the default."""
    with _books(data_dir) as books:
        found = {account: books.dialect(account) for account in books.accounts()}
    if as_json:
        click.echo(json.dumps({account: each.model_dump() for account, each in found.items()}))
        return
    for account, each in found.items():
        click.echo(f"{account}  {_special(each)}")


def _special(chosen: "Dialect") -> str:
    traits = chosen.model_dump(exclude_defaults=True).items()
    return " ".join(f"{name}={value}" for name, value in traits) or "default"


@sandbox.command("clock")
@click.argument("instant", required=False)
@click.pass_obj
def clock_(data_dir: Path, instant: str | None) -> None:
    """Show the business clock of the stack, or move it forward to INSTANT, such as 2025-03-04T09:00:00+09:00.

    Every process of the stack reads it. Until it is first set, it is the machine's clock; from then on it stands still.
    """
    from adapters.clock import SandboxClock
    from domain.errors import BadInput

    clock = SandboxClock(data_dir / "clock.json")
    if instant is not None:
        try:
            at = datetime.fromisoformat(instant)
        except ValueError:
            raise BadInput(f"{instant!r} is no instant: write one such as 2025-03-04T09:00:00+09:00.") from None
        clock.set(at)
    click.echo(clock.now().isoformat())


@sandbox.command("credit")
@click.option("--account", required=True, help="The account's key, such as MANGA12-spc-jpy.")
@click.option("--amount", required=True, help='Such as "JPY 1000".')
@click.option("--from", "payer", required=True, help="Who pays.")
@click.option("--reference", required=True, help="An end-to-end id, or any text.")
@click.pass_obj
def credit_(data_dir: Path, account: str, amount: str, payer: str, reference: str) -> None:
    """Let money come in on an account from outside."""
    from adapters.clock import SandboxClock
    from adapters.sandbox_bank.admin import credit
    from domain.values.money import Money

    with _books(data_dir) as books:
        on = SandboxClock(data_dir / "clock.json").now().date()
        credit(books, account, Money.parse(amount), payer, reference, on)
    click.echo(f"{amount} from {payer} on {account}")


@sandbox.command("debit")
@click.option("--account", required=True, help="The account's key, such as MANGA12-spc-jpy.")
@click.option("--amount", required=True, help='Such as "JPY 1000".')
@click.option("--to", "payee", required=True, help="Who gets it.")
@click.option("--reference", required=True, help="Any text.")
@click.pass_obj
def debit_(data_dir: Path, account: str, amount: str, payee: str, reference: str) -> None:
    """Let money leave an account by no order of ours, such as by a card."""
    from adapters.clock import SandboxClock
    from adapters.sandbox_bank.admin import debit
    from domain.values.money import Money

    with _books(data_dir) as books:
        on = SandboxClock(data_dir / "clock.json").now().date()
        debit(books, account, Money.parse(amount), payee, reference, on)
    click.echo(f"{amount} to {payee} from {account}")


@sandbox.command("reverse")
@click.option("--account", required=True, help="The account's key.")
@click.option("--reference", required=True, help="The reference that the money came in under.")
@click.pass_obj
def reverse_(data_dir: Path, account: str, reference: str) -> None:
    """Let the bank take back the last credit under a reference."""
    from adapters.clock import SandboxClock
    from adapters.sandbox_bank.admin import reverse

    with _books(data_dir) as books:
        reverse(books, account, reference, SandboxClock(data_dir / "clock.json").now().date())
    click.echo(f"The credit for {reference} on {account} is reversed")


@sandbox.command("rate")
@click.option("--base", required=True, help="Currency of one unit, such as USD.")
@click.option("--quote", required=True, help="Currency of the rate, such as JPY.")
@click.option("--rate", required=True, help="Such as 148.50.")
@click.pass_obj
def rate_(data_dir: Path, base: str, quote: str, rate: str) -> None:
    """Set the rate that the bank converts at where none is agreed."""
    try:
        number = Decimal(rate)
    except InvalidOperation:
        raise click.BadParameter(f"{rate!r} is not a number: write it as 148.50.", param_hint="--rate") from None
    with _books(data_dir) as books:
        books.set_rate(base, quote, number)
    click.echo(f"{base} 1 = {quote} {rate}")


@sandbox.command("statement")
@click.option("--account", required=True, help="The account's key.")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day; the bank's own today if left out.")
@click.pass_obj
def statement(data_dir: Path, account: str, on: datetime | None) -> None:
    """Ask the bank for a statement of one day."""
    from adapters.clock import SandboxClock
    from adapters.sandbox_bank.admin import request_statement

    with _books(data_dir) as books:
        day = on.date() if on else SandboxClock(data_dir / "clock.json").now().date()
        request_statement(books, account, day)
    click.echo(f"Asked for the statement of {account} for {day}")


@sandbox.command("books")
@_json
@click.pass_obj
def books_(data_dir: Path, as_json: bool) -> None:
    """Show the balances, and each transfer with how often it was booked."""
    from adapters.sandbox_bank.admin import transfers

    with _books(data_dir) as books:
        balances = {key: str(amount) for key, amount in books.balances().items()}
        rows = transfers(books)
    if as_json:
        names = ("account", "end_to_end_id", "amount", "state", "times_booked")
        lines = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps({"balances": balances, "transfers": lines}))
        return
    for key, balance in balances.items():
        click.echo(f"{key}  {balance}")
    for account, end_to_end_id, amount, state, times in rows:
        click.echo(f"{account}  {end_to_end_id}  {amount}  {state}  booked {times}×")  # noqa: RUF001  # a times sign
