"""Productions, and the versions of their agreements."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from adapters.db import tables
from adapters.db.streams import stream_of
from domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProductionRow:
    """A production with the version of its agreement in force. `document` is that version's SHA-256."""

    key: str
    title: str
    version: int
    document: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A recorded version of an agreement. `document` is its SHA-256.

    `status` is how it is in force: `approved`, `provisional until` a day, `provisional` and what ended it, `restored`
    after that, or `registered alone` by the rule of the first release, which asked nobody.
    """

    status: str
    production: str
    title: str
    version: int
    document: str
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposed version. `document` is its SHA-256, `amends` that of the version that it would amend."""

    production: str
    version: int
    status: str
    proposed_by: str
    party: str
    needs: list[str]
    approvals: dict[str, str]
    open_until: date
    document: str
    amends: str | None
    reason: str

    @property
    def approved_by(self) -> list[str]:
        """The parties that have approved, with the user who has."""
        return [f"{party} ({user})" for user, party in self.approvals.items()]

    @property
    def waits_for(self) -> list[str]:
        """The parties whose approval is missing, while it can be given."""
        open_still = self.status in {"open", "provisional"}
        return [party for party in self.needs if party not in self.approvals.values()] if open_still else []


def proposals(connection: Connection, production: str | None = None, *, waiting: bool = False) -> list[ProposalRow]:
    """Return proposals by production and version: all, or those `waiting` for approvals or for their day."""
    table = tables.proposal.c
    query = sa.select(*(table[name] for name in _PROPOSAL)).order_by(table.production, table.version, table.document)
    if production is not None:
        query = query.where(table.production == production)
    if waiting:
        query = query.where(table.status.in_(("open", "approved", "provisional")))
    rows = connection.execute(query).mappings()
    return [ProposalRow(**{**row, "approvals": dict(row["approvals"])}) for row in rows]


_PROPOSAL = tuple(field.name for field in fields(ProposalRow))


def the_proposed(connection: Connection, production: str) -> str:
    """Return a production whose agreement is in force or was proposed.

    Raises:
        NotFound: there is none.
    """
    return production if proposals(connection, production) else the_production(connection, production).key


def productions(connection: Connection) -> list[ProductionRow]:
    """Return every production, by key."""
    table = tables.production.c
    query = sa.select(table.key, table.title, table.version, table.document).order_by(table.key)
    return [ProductionRow(*row) for row in connection.execute(query)]


def the_production(connection: Connection, production: str) -> ProductionRow:
    """Return one production.

    Raises:
        NotFound: its agreement is not registered.
    """
    table = tables.production.c
    query = sa.select(table.key, table.title, table.version, table.document).where(table.key == production)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no production {production!r} here: register its agreement with `sluice agreement register`.",
            production=production,
        )
    return ProductionRow(*row)


def the_only_production(connection: Connection, named: str | None) -> str:
    """Return the named production, or the only one if none is named.

    Raises:
        NotFound: it is neither registered nor proposed, or there are several to choose from.
    """
    if named is not None:
        return the_proposed(connection, named)
    known = [row.key for row in productions(connection)]
    if len(known) == 1:
        return known[0]
    if not known:
        raise NotFound("There is no production here: register an agreement with `sluice agreement register`.")
    raise NotFound(f"There are the productions {', '.join(known)}: say which one with --production.")


def agreement_versions(
    connection: Connection, production: str, as_of: date | None = None, through: int | None = None
) -> list[VersionRow]:
    """Return the versions recorded for a production, oldest first.

    `as_of` selects those that counted on that day. `through` selects those recorded up to that number in its stream.
    """
    journal = tables.journal_event.c
    query = sa.select(journal.body, journal.effective_on, journal.recorded_at).where(
        journal.stream == stream_of(production), journal.type.in_(_IN_FORCE)
    )
    if as_of is not None:
        query = query.where(journal.effective_on <= as_of)
    if through is not None:
        query = query.where(journal.seq <= through)
    found = [(json.loads(body), *when) for body, *when in connection.execute(query.order_by(journal.seq))]
    provisional = any(body.get("provisional_until") for body, *_ in found)
    became = {row.document: row.status for row in proposals(connection, production)} if provisional else {}
    return [_version(body, became, *when) for body, *when in found]


def lasting_versions(
    connection: Connection, production: str, until: date, through: int | None = None
) -> list[VersionRow]:
    """Return the versions that counted by a day, oldest first, without provisional ones that had ended."""
    lasting: list[VersionRow] = []
    for row in agreement_versions(connection, production, until, through):
        if row.status == "restored":
            lasting.pop()  # nothing amends a provisional version
        else:
            lasting.append(row)
    return lasting


_IN_FORCE = ("agreement-registered", "agreement-amended", "agreement-restored")


def _version(body: dict[str, Any], became: Mapping[str, str], effective_on: date, recorded_at: datetime) -> VersionRow:
    """Return a row. `became` says by document what a provisional version has become."""
    now = became.get(body["document"], "")
    if body["type"] == "agreement-restored":
        status = "restored"
    elif body.get("provisional_until") and now not in {"in force", "superseded"}:
        status = f"provisional until {body['provisional_until']}" if now == "provisional" else f"provisional, {now}"
    else:
        status = "approved" if "approved_by" in body else "registered alone"
    named = {name: body[name] for name in ("production", "title", "version", "document")}
    return VersionRow(status, **named, effective_on=effective_on, recorded_at=recorded_at)


def document(connection: Connection, sha256: str) -> bytes | None:
    """Return a stored document's bytes."""
    table = tables.document.c
    content = connection.execute(sa.select(table.content).where(table.sha256 == sha256)).scalar_one_or_none()
    return None if content is None else bytes(content)
