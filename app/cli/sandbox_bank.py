"""`sluice sandbox-bank`: the sandbox bank's process."""

import signal
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import FrameType

import click


@click.command("sandbox-bank")
@click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SLUICE_DATA",
    required=True,
    help="The stack's data folder.",
)
def sandbox_bank(data_dir: Path) -> None:
    """Serve the accounts of the sandbox bank until told to stop."""
    from adapters.clock import SandboxClock
    from adapters.sandbox_bank.bank import SandboxBank
    from domain.errors import SluiceError

    stop = Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    bank = SandboxBank(data_dir, SandboxClock(data_dir / "clock.json"))
    with suppress(OSError):  # the disk below its log may be full
        click.echo(f"The sandbox bank serves {data_dir / 'bank'}")
    try:
        bank.run(stop)
    except SluiceError as error:
        raise click.ClickException(error.sentence) from error
    finally:
        bank.close()
