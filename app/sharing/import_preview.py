"""Previews of imports: whose next payout a statement would change, and by how much."""

import json
from dataclasses import dataclass
from pathlib import Path

import click

from activities.facts import FactActivities
from adapters.command_handler import CommandHandler
from adapters.sharing.sheets.mapping import Declared, load_mapping
from app.bootstrap import handler_on
from app.sharing.imports import Import, Ticks, statements_of
from domain.events import StatementKind
from domain.values.money import Money


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """Entitlements to date by party, before an import and with it."""

    parties: dict[str, tuple[Money, Money]]

    def show(self, as_json: bool) -> None:
        """Print whom it would change."""
        rows = [
            {"party": party, "before": str(before), "with_it": str(after), "next_payout": str(after - before)}
            for party, (before, after) in self.parties.items()
            if before != after
        ]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        from app.cli.printing import show

        show(rows, ("party", "before", "with_it", "next_payout"), as_json=False, nothing="nobody's payout changes")


def preview_file(data: Path | None, request: Import, file: Path, mapping: Path | None) -> ImportPreview:
    """Show what importing a file would change. Nothing is recorded.

    Raises:
        SluiceError: the file does not fit, or the user may not import it.
    """
    declared = load_mapping(mapping, StatementKind(request.kind)) if mapping else None
    with handler_on(data) as handler:
        return preview_on(handler, request, file, declared)


def preview_on(handler: CommandHandler, request: Import, file: Path, declared: Declared | None = None) -> ImportPreview:
    """Show what importing a file through a command handler would change."""
    facts = FactActivities(handler, request.authentication, request.acting_for)
    with statements_of(facts, request, file, declared, Ticks()) as found:
        return ImportPreview(facts.change(request.production, request.user, found))
