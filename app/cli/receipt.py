"""`sluice receipt`."""

from pathlib import Path

import click

from app.cli.groups import ActingGroup
from app.cli.options import data_option, json_option, viewer_option

_LATE = (
    *("id", "payer_party", "outstanding", "due_on", "days_late", "late_interest"),
    *("account", "reminded_on", "reminders"),
)


@click.group(cls=ActingGroup)
def receipt() -> None:
    """Money that others owe: list what is late, and remind of it. `sluice payment expected` lists all."""


@receipt.command()
@click.argument("production", required=False)
@viewer_option
@json_option
@data_option
def late(production: str | None, user: str, as_json: bool, data: Path | None) -> None:
    """List what should have come in, the latest first, and when the payer was reminded."""
    from app.cli.printing import show
    from app.payments.late import late_receipts_of

    show(late_receipts_of(data, production, user), _LATE, as_json, "nothing is late")
