"""What a user may read of a production, by its agreement in force and the people in force."""

from collections.abc import Callable
from dataclasses import replace

from adapters.command_handler import CommandHandler
from adapters.db.records import Records
from domain.agreement.involvement import involvement
from domain.agreement.productions import the_production
from domain.identity.people import rights_of
from domain.reads import Involvement, Resource, Sight, widest_sight


def sight_of(handler: CommandHandler, records: Records, production: str, user: str) -> Callable[[Resource], Sight]:
    """Return a function that says what a user sees of each resource of a production.

    Raises:
        WrongRole: nobody of that name acts in the production. The returned function raises it for a forbidden resource.
    """
    persons = rights_of(records.people(user), user, production, handler.house_day)
    involved = _involved(handler, records, production)
    return lambda resource: widest_sight(persons, resource, involved)


def _involved(handler: CommandHandler, records: Records, production: str) -> Involvement:
    """Who is involved by the agreement in force, else by one that is proposed; and whoever must approve another."""
    state = records.state(production, proposals=True)
    if state.production is None and state.proposals:
        document = max(state.proposals, key=lambda name: state.proposals[name].waits)
    else:
        document = the_production(state.production, production).document
    involved = involvement(handler.agreements.of(records, document))
    asked = {party for proposal in state.proposals.values() if proposal.waits for party in proposal.needs}
    return replace(involved, parties=involved.parties | asked)
