"""`sluice audit`."""

import click


@click.group()
def audit() -> None:
    """Prove every figure from the record, years later."""
