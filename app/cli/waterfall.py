"""`sluice waterfall`: who gets what of what the work earns, from files alone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.cli.options import F, json_option, mapping_option


def _inputs(command: F) -> F:
    """AGREEMENT, `--facts FILE...`, `--mapping FILE`, `--amends FILE`, `--as-of DATE`.

    Click gives an option one value, so further files of `--facts` arrive as arguments.
    """
    for decorate in (
        click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar=""),
        click.argument("agreement", type=click.Path(path_type=Path)),
        click.option(
            "--facts",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE...",
            help="CSV, XLSX or YAML of receipts, costs, advances, metrics, opening balances.",
        ),
        mapping_option,
        click.option(
            "--amends",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="A version before, the first version first.",
        ),
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Facts up to and with a day."),
    ):
        command = decorate(command)
    return command


_view = click.option("--view", metavar="PARTY", help="The whole work as this party's contract defines it.")

_scenarios = click.option(
    "--scenarios",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="SHEET",
    help="CSV or XLSX: the columns of facts and `scenario`; a row without one counts in all.",
)
_chart = click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw it too: FILE.svg or FILE.png.",
)


@click.group()
def waterfall() -> None:
    """Share what the work earns: run, explain, draw, forecast, break-even. Works on files alone."""


@waterfall.command()
@_inputs
@_view
@json_option
def run(as_json: bool, **inputs: Any) -> None:
    """Entitlements to date by party and position, pools, thresholds, and what is payable."""
    from app.sharing.waterfall import as_json as written
    from app.sharing.waterfall import as_text, run_files

    result = run_files(**_named(inputs))
    click.echo(json.dumps(written(result), indent=2, ensure_ascii=False) if as_json else as_text(result))


@waterfall.command()
@_inputs
@_view
@click.option("--party", required=True, metavar="PARTY", help="Whose entitlement.")
@json_option
def explain(as_json: bool, party: str, **inputs: Any) -> None:
    """Where each amount of a party comes from: receipt, pools, position, share, base, slice."""
    from app.sharing.waterfall_explain import as_json as written
    from app.sharing.waterfall_explain import as_text, explain_files

    inputs.pop("view")  # a party with its own view is explained by it
    explanation = explain_files(party=party, **_named(inputs))
    click.echo(json.dumps(written(explanation), indent=2, ensure_ascii=False) if as_json else as_text(explanation))


@waterfall.command()
@_inputs
@_view
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The SVG.")
def draw(out: Path, **inputs: Any) -> None:
    """Draw pools, positions and parties as SVG, with amounts where facts are given."""
    from app.sharing.waterfall import run_files
    from app.sharing.waterfall_draw import draw as drawn

    named = _named(inputs)
    result = run_files(**named) if named["facts"] else None
    out.write_text(drawn(named["agreement"], result), encoding="utf-8")
    click.echo(f"{out}: the waterfall of {named['agreement']}")


@waterfall.command()
@_inputs
@_scenarios
@_chart
@json_option
def forecast(as_json: bool, chart: Path | None, **inputs: Any) -> None:
    """Recoupment date, multiple and IRR of each party in each scenario of a sheet of assumed receipts."""
    from app.sharing.waterfall_forecast import as_json as written
    from app.sharing.waterfall_forecast import as_text, forecast_files

    if chart is not None:  # Matplotlib is slow to import
        from app.sharing.waterfall_forecast_chart import chart_kind, write_chart

        chart_kind(chart)
    found = forecast_files(**_named(inputs))
    if chart is not None:
        write_chart(found, chart)
    click.echo(json.dumps(written(found), indent=2, ensure_ascii=False) if as_json else as_text(found))


@waterfall.command(name="break-even")
@_inputs
@_scenarios
@_chart
@json_option
def break_even(as_json: bool, chart: Path | None, **inputs: Any) -> None:
    """Gross at which each claim is recouped and each party has back what it lays out, in each scenario.

    What a scenario brings comes in by date; what is needed beyond it, in its mix of receipts.
    """
    from app.sharing.waterfall_break_even import as_json as written
    from app.sharing.waterfall_break_even import as_text, break_even_files

    if chart is not None:  # Matplotlib is slow to import
        from app.sharing.waterfall_break_even_chart import chart_kind, write_chart

        chart_kind(chart)
    found = break_even_files(**_named(inputs))
    if chart is not None:
        write_chart(found, chart)
    click.echo(json.dumps(written(found), indent=2, ensure_ascii=False) if as_json else as_text(found))


def _named(inputs: dict[str, Any]) -> dict[str, Any]:
    as_of: datetime | None = inputs.pop("as_of")
    facts = [*inputs.pop("facts"), *inputs.pop("more")]
    return {**inputs, "facts": facts, "as_of": as_of.date() if as_of else None}
