"""`sluice cash`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import data_option, json_option, viewer_option

if TYPE_CHECKING:
    from app.payments.cash import CashForecast

_DAYS = ("on", "comes_in", "goes_out", "balance", "lowest", "short")
_MOVEMENTS = ("on", "amount", "kind", "about", "party")


@click.group()
def cash() -> None:
    """See what accounts hold, and forecast what they will hold."""


@cash.command()
@click.argument("production")
@click.argument("account", required=False)
@click.option("--weeks", default=13, show_default=True, type=click.IntRange(1, 520), help="How far to look ahead.")
@click.option("--by", default="week", show_default=True, type=click.Choice(("day", "week")), help="A line for each.")
@click.option(
    "--late", "late_days", multiple=True, type=click.IntRange(1, 3650), help="Also if receipts come so many days late."
)
@click.option("--movements", is_flag=True, help="List what moves, in place of the balances.")
@click.option("--chart", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this SVG or PNG file.")
@viewer_option
@json_option
@data_option
def forecast(  # click passes options by name
    production: str,
    account: str | None,
    weeks: int,
    by: str,
    late_days: tuple[int, ...],
    movements: bool,
    chart: Path | None,
    user: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Say what comes in and goes out, and where an account turns negative; without ACCOUNT, of all.

    A bank account that several productions name is counted with all of them.
    """
    from app.payments.cash import forecasts_of

    found = forecasts_of(data, production, account, weeks, late_days, user)
    if chart is not None:
        from app.payments.cash_chart import write_cash_chart

        write_cash_chart(production, found, chart)
        click.echo(f"{chart}: drawn", err=True)
    if as_json:
        click.echo(json.dumps([_row(one, by) for one in found], ensure_ascii=False, indent=2))
        return
    for number, one in enumerate(found):
        click.echo("\n" * (number > 0), nl=False)
        _say(one, by, listed=movements)


def _say(found: "CashForecast", by: str, *, listed: bool) -> None:
    from app.cli.printing import show

    holds = f"holds {found.balance} by {found.balance_by}" if found.balance is not None else "its balance is unknown"
    overdraft = f", overdraft {found.overdraft}" if found.overdraft.minor else ""
    click.echo(click.style(f"{found.account} on {found.today}: {holds}{overdraft}", bold=True))
    if found.late.minor:
        click.echo(f"{found.late} is late and not counted: `sluice receipt late {found.production}`")
    if listed:
        in_order = sorted(found.movements, key=lambda one: (one.on is None, one.on, one.about))
        show([_shown(one, _MOVEMENTS) for one in in_order], _MOVEMENTS, as_json=False, nothing="nothing is expected")
        return
    for name, short in found.short_on.items():
        if len(found.short_on) > 1:
            click.echo(f"\n{name}: {f'short from {short} on' if short else 'never short'}")
        show(_lines(found, name, by), _DAYS, as_json=False, nothing="nothing is expected to move")


def _lines(found: "CashForecast", scenario: str, by: str) -> list[dict[str, Any]]:
    from domain.payments.cash import by_week

    days = found.scenarios[scenario]
    return [
        _shown(one, _DAYS[:-1]) | {"short": "SHORT" if one.lowest is not None and one.lowest < -found.overdraft else ""}
        for one in (by_week(days) if by == "week" else days)
    ]


def _shown(one: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _row(found: "CashForecast", by: str) -> dict[str, Any]:
    from app.cli.printing import plain

    facts = (
        "production",
        "account",
        "currency",
        "today",
        "until",
        "balance",
        "balance_by",
        "overdraft",
        "late",
        "short_on",
    )
    return {
        **{name: plain(getattr(found, name)) for name in facts},
        "scenarios": {name: plain(_lines(found, name, by)) for name in found.scenarios},
        "movements": [plain(_shown(one, ("production", *_MOVEMENTS))) for one in found.movements],
    }
