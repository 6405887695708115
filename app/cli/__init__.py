"""The command line. It imports only click, and a command's module when it runs, so `--help` is fast."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from app.worker.collector import collect_seldom

_COMMANDS = {
    "up": ("app.cli.stack:up", "Run PostgreSQL, Temporal, worker and sandbox bank in one folder."),
    "status": ("app.cli.stack:status", "Say what of the embedded stack is up."),
    "agreement": ("app.cli.agreement:agreement", "Check, register, amend and show agreements."),
    "milestone": ("app.cli.milestone:milestone", "Submit, approve and reject milestones."),
    "evidence": ("app.cli.milestone_evidence:evidence", "List, store, show and fetch the evidence of milestones."),
    "payment": ("app.cli.payment:payment", "List, show, hold and resume payments."),
    "account": ("app.cli.account:account", "Change the bank accounts of payees, with a call-back."),
    "party": ("app.cli.party:party", "Freeze parties, so that nothing is paid to them."),
    "receipt": ("app.cli.receipt:receipt", "List money that others owe and is late, remind of it."),
    "sanctions": ("app.cli.sanctions:sanctions", "Import lists of names that nothing may be paid to."),
    "movement": ("app.cli.movement:movement", "List and allocate what moved and nothing explains."),
    "bank": ("app.cli.bank:bank", "Compare the bank's balances with the books."),
    "run": ("app.cli.run:run", "Open, preview, release and show payment runs."),
    "cash": ("app.cli.cash:cash", "Forecast what accounts will hold."),
    "waterfall": ("app.cli.waterfall:waterfall", "Share what the work earns: run, explain, draw, forecast."),
    "revenue": ("app.cli.facts:revenue", "Import what the finished work earned."),
    "cost": ("app.cli.facts:cost", "Record and import costs that are recouped."),
    "advance": ("app.cli.facts:advance", "Record and import advances, guarantees and loans."),
    "metric": ("app.cli.facts:metric", "Record and import counts: admissions, viewers, units."),
    "opening": ("app.cli.facts:opening", "Record and import balances taken over."),
    "date": ("app.cli.facts:date", "Record and import days: the end of the run, a release."),
    "distribution": ("app.cli.distribution:distribution", "Share a period's earnings: compute, answer, pay out."),
    "statement": ("app.cli.statement:statement", "List and render what each party was told of a period."),
    "ledger": ("app.cli.ledger:ledger", "Balances and entries of the books."),
    "user": ("app.cli.user:user", "Change who may act, for whom, and in whose absence."),
    "audit": ("app.cli.evidence:audit", "Prove every figure from the record alone."),
    "journal": ("app.cli.journal:journal", "Show and verify the journal."),
    "history": ("app.cli.history:history", "The archived histories of workflows: list, show, fetch."),
    "tax": ("app.cli.tax:tax", "Quote tax at source, list its rules and the days it is due."),
    "command": ("app.cli.command:command", "Say what became of a command."),
    "rate": ("app.cli.rate:rate", "Import, correct and show exchange rates."),
    "sandbox": ("app.cli.sandbox:sandbox", "Look into the sandbox bank and make it fail on demand."),
    "doctor": ("app.cli.doctor:doctor", "Say what is stuck, late or unexplained, and what to do."),
    "db": ("app.cli.db:db", "Bring the database's schema up to date."),
    "deployment": ("app.cli.deployment:deployment", "Which code the workers run, and which gets new work."),
    "worker": ("app.cli.worker:worker", "Run a worker (the embedded stack runs one by itself)."),
    "sandbox-bank": ("app.cli.sandbox_bank:sandbox_bank", "Run the sandbox bank (likewise)."),
}


class LazyGroup(click.Group):
    """A group that imports a command only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which a newcomer needs them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command; None if the name is unknown."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in _COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sluice")
def cli() -> None:
    """Sluice runs the money of international film and drama co-productions."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process: 0 done, 1 refused or failed (one sentence), 2 not understood, 130 Ctrl-C."""
    collect_seldom()  # imports make no garbage, and collecting takes a tenth of a list's time
    status = execute(arguments)
    if "temporalio" in sys.modules:
        # Temporal's client keeps threads. They may call into an interpreter during its teardown, and abort it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status. Errors for people become one sentence on stderr.

    SLUICE_LOG_LEVEL=debug shows the traceback instead.
    """
    try:
        status = cli.main(
            args=None if arguments is None else list(arguments), prog_name="sluice", standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if os.environ.get("SLUICE_LOG_LEVEL") == "debug":
            raise
        from app.cli.errors import sentence

        click.echo(f"error: {sentence(error)}", err=True)
        return 1
    return status if isinstance(status, int) else 0
