"""Folds the events of people."""

from domain.events import Event, PeopleChangeConfirmed, PeopleChangeProposed, PeopleChangeRejected, PeopleLoaded
from domain.identity.people import People, PeopleChange
from domain.identity.records import ProposedChange


def apply(people: People, event: Event) -> None:
    """Update the people whom an event is about."""
    match event:
        case PeopleLoaded():
            people.users.update((user.user, user) for user in event.users)
        case PeopleChangeProposed():
            fields = {name: getattr(event, name) for name in ProposedChange.model_fields}
            people.changes[event.change] = PeopleChange(ProposedChange(**fields))
        case PeopleChangeConfirmed():
            proposed = people.changes[event.change].proposed
            people.changes[event.change] = PeopleChange(proposed, "confirmed")
            if proposed.after is not None:
                people.users[proposed.after.user] = proposed.after
            if proposed.ends is not None:
                people.changes[proposed.ends] = PeopleChange(people.changes[proposed.ends].proposed, "ended")
        case PeopleChangeRejected():
            people.changes[event.change] = PeopleChange(people.changes[event.change].proposed, "rejected")
        case _:
            return
