"""`sluice milestone`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli import plan
from app.cli.documents import named_documents
from app.cli.groups import ActingGroup
from app.cli.options import as_option, data_option, json_option, key_option, page_options, viewer_option

if TYPE_CHECKING:
    from adapters.db.queries.paging import PageRequest

STATUSES = ("open", "submitted", "rejected", "accepted")
_SAID = {"needs": "needs", "closed": "no business day until the deadline:"}
_EVIDENCE = ("round", "document", "content", "name", "size", "read_by")
_RELEASES = ("id", "direction", "status", "amount", "due_on", "party", "title")
_COLUMNS = ("id", "status", "round", "submitted_by", "deadline_on", "escalated_to", "accepted_on", "reason")


@click.group(cls=ActingGroup)
def milestone() -> None:
    """Submit evidence for milestones, approve it, reject it; cancel milestones."""


milestone.add_command(plan.cancel)


@milestone.command()
@click.argument("production")
@viewer_option
@json_option
@data_option
def late(production: str, user: str, as_json: bool, data: Path | None) -> None:
    """List the milestones whose planned day is over, and the instalments that wait for them."""
    from app.cli.printing import show
    from app.payments.late import late_milestones_of

    columns = ("id", "status", "planned_on", "days_late", "submitter", "waits", "title")
    show(late_milestones_of(data, production, user), columns, as_json, f"no milestone of {production} is late")


@milestone.command(name="list")
@click.argument("production")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that are so.")
@viewer_option
@page_options
@json_option
@data_option
def list_(
    production: str, status: str | None, user: str, page: "PageRequest", as_json: bool, data: Path | None
) -> None:
    """List the milestones that something has happened to."""
    from adapters.db.queries.milestones import MilestoneFilter
    from app.cli.printing import show_page, with_any
    from app.reads import reads

    with reads(data, production, user) as reading:
        found = reading.milestones(MilestoneFilter(production, status), page)
    columns = with_any(_COLUMNS, found.items, "escalated_to", "reason")
    show_page(found, columns, as_json, f"nothing has been submitted for {production} yet")


@milestone.command()
@click.argument("production")
@click.argument("milestone_id", metavar="MILESTONE")
@viewer_option
@json_option
@data_option
def show(production: str, milestone_id: str, user: str, as_json: bool, data: Path | None) -> None:
    """Show a MILESTONE: its terms, every round with who decided what and why, what it releases, and what is next."""
    from app.cli.printing import plain, show_one
    from app.cli.printing import show as show_rows
    from app.milestones.shown import milestone_of

    found = milestone_of(data, production, milestone_id, user)
    if as_json:
        more = {"rounds": found.rounds, "evidence": found.evidence, "instalments": found.instalments}
        show_one(plain(found.head) | plain(more), as_json=True)
        return
    head = plain(found.head)
    lists = {name: head.pop(name) for name in ("needs", "closed")}
    show_one(head, as_json=False)
    for name, lines in lists.items():
        for line in lines:
            click.echo(f"{_SAID[name]} {line}")
    for one in found.rounds:
        who = f"{one.submitted_by} of {one.party} on {one.submitted_on}"
        click.echo(f"\nround {one.number}: handed in by {who}, to be answered until {one.deadline_on}")
        for step in one.steps:
            who = " of ".join(name for name in (step.by, step.party) if name)
            why = f": {step.reason}" if step.reason else ""
            click.echo(f"  {step.on}  {step.what}{f' by {who}' if step.by else f' to {who}' if who else ''}{why}")
    if found.evidence:
        click.echo()
        show_rows(found.evidence, _EVIDENCE, as_json=False, nothing="")
    click.echo()
    show_rows(found.instalments, _RELEASES, as_json=False, nothing="it releases nothing")


@milestone.command()
@click.argument("production")
@click.argument("milestone_id", metavar="MILESTONE")
@click.option(
    "--evidence",
    "documents",
    multiple=True,
    required=True,
    metavar="ID=FILE|ID=sha256:HASH",
    callback=named_documents,
    help="A document that the agreement asks for; once for each. A FILE is stored; of one that is kept elsewhere, "
    "hand in the SHA-256.",
)
@as_option
@key_option
@json_option
@data_option
def submit(
    production: str,
    milestone_id: str,
    documents: Mapping[str, Path | str],
    user: str,
    key: str,
    as_json: bool,
    data: Path | None,
) -> None:
    """Hand in the evidence of a milestone. Other evidence voids the approvals given before.

    The SHA-256 of each document is recorded. Files are stored, sealed, for those who may see them.

    Needs the role producer in the party that submits the milestone.
    """
    from app.cli.session import act
    from app.milestones.evidence import digests, keep, stores
    from domain.commands import SubmitMilestone
    from domain.errors import BadInput, SluiceError

    evidence = digests(data, documents)
    fields = {"production": production, "milestone": milestone_id, "evidence": evidence}
    act(data, user, lambda client: client.send(SubmitMilestone, **fields), as_json, key)
    files = {name: path for name, path in documents.items() if isinstance(path, Path)}
    if files and stores(data):
        try:
            keep(data, user, production, milestone_id, files)
        except (SluiceError, OSError) as error:
            raise BadInput(
                f"{milestone_id} is handed in, but not all of its files are stored: {str(error).rstrip('.')}. "
                "`sluice evidence list` shows which are; `sluice evidence keep` stores the others."
            ) from error
    elif files:
        click.echo("only hashes were handed in: files are stored once `evidence_keys` is set", err=True)
