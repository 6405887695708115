"""Plays the demonstration: `python -m app.demo [DIR]`."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from temporalio.exceptions import TemporalError

from adapters.agreement.documents import load_agreement
from adapters.clock import SandboxClock
from adapters.db.rates import keep_rates
from adapters.rates import read_rates
from adapters.sandbox_bank import admin
from adapters.sandbox_bank.books import BankBooks
from app import demo, interrupt, logs
from app.bootstrap import Services, connect
from app.cli.errors import sentence
from app.demo.earning import PERIODS, earn
from app.demo.figures import figures, same_as_bank
from app.demo.making import make
from app.demo.stage import EXAMPLES, PATIENCE_S, Stage
from app.endpoints import endpoints
from app.settings import load_settings
from app.sharing.statements import write_all
from app.stack.stack import EmbeddedStack, ForeignFolder
from domain.agreement.model import Agreement
from domain.errors import SluiceError
from workflows.names import production_workflow

_AsWritten = argparse.RawDescriptionHelpFormatter
SETTINGS = "answer_within_s = 2\nlog_level = 'warning'\n"
RATES = ("ecb-illustrative.xml", "ecb-illustrative-quarters.xml")


async def play(data: Path, folder: Path, screen: Console) -> dict[str, int | bool]:
    """Play the demonstration on the stack of `data`, and return the figures. Statements go to `folder`."""
    settings = load_settings(data)
    services = await connect(settings, endpoints(settings))
    _import_rates(services)
    agreement = load_agreement(EXAMPLES / "drama-manga.yaml").agreement
    books = BankBooks(admin.books_path(data))
    try:
        await _act(services, agreement, books, screen)
        with services.store.reading() as records:
            found = figures(records, agreement.production)
            wrong = same_as_bank(records.connection, agreement, books)
            files = write_all(records, agreement.production, folder, PERIODS[-1])
    finally:
        books.close()
    screen.print(f"{len(files)} files of the last period's statements, in three languages, are in {folder}")
    for difference in wrong:
        screen.print(f"[red]{difference}[/red]")
    return found | {"ledger_balanced": bool(found["ledger_balanced"]) and not wrong}


async def _act(services: Services, agreement: Agreement, books: BankBooks, screen: Console) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as bar:
        task = bar.add_task("starting", total=len(agreement.schedule) + len(agreement.milestones) + len(PERIODS))
        stage = Stage(services, agreement, SandboxClock(services.settings.data / "clock.json"), books, bar, task)
        await make(stage)
        handle = services.client.get_workflow_handle(production_workflow(agreement.production))
        await asyncio.wait_for(handle.result(), PATIENCE_S)
        stage.say("nothing is left to accept, to pay or to receive: the production's workflow has ended")
        await earn(stage)


def _import_rates(services: Services) -> None:
    with services.store.transaction() as transaction:
        for name in RATES:
            raw, rates = read_rates(EXAMPLES / "rates" / name)
            keep_rates(transaction, name, raw, rates)


def main() -> int:
    """Play in the named empty folder, or in a temporary one. The last line on stdout is the JSON object.

    Statements are kept: in `statements` below the named folder, otherwise in a folder of their own.
    """
    parser = argparse.ArgumentParser("python -m app.demo", description=demo.__doc__, formatter_class=_AsWritten)
    parser.add_argument("data", nargs="?", type=Path, metavar="DIR", help="a new folder to keep everything in")
    data: Path | None = parser.parse_args().data
    screen = Console(stderr=True)
    try:
        if data is not None:
            return shown(data, data / "statements", screen)
        with tempfile.TemporaryDirectory(prefix="sluice-demo-") as thrown_away:
            return shown(Path(thrown_away), Path(tempfile.mkdtemp(prefix="sluice-statements-")), screen)
    except KeyboardInterrupt:
        return 130
    except (SluiceError, TimeoutError, OSError, TemporalError) as error:
        screen.print(f"error: {sentence(error)}", markup=False, highlight=False)
        return 1


def shown(data: Path, folder: Path, screen: Console) -> int:
    """Play in a data folder, print the figures, and return the exit status."""
    begun = time.monotonic()
    logs.configure("console", "warning")
    data.mkdir(mode=0o700, exist_ok=True)
    if any(data.iterdir()):
        raise ForeignFolder(f"{data} is not empty: name a new folder for the demonstration.")
    (data / "sluice.toml").write_text(SETTINGS + (EXAMPLES / "users.toml").read_text("utf-8"), "utf-8")
    with EmbeddedStack(data):
        ready_s = time.monotonic() - begun
        screen.print(f"the stack is up after {ready_s:.1f} s")
        folder.mkdir(exist_ok=True)
        found = interrupt.run(play(data, folder, screen))
    good = all(found[name] for name in ("participation_ties_out", "ledger_balanced", "chain_verified"))
    print(json.dumps(found | {"seconds": round(time.monotonic() - begun, 1)}), flush=True)  # noqa: T201 - its result
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
