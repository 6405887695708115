"""Who could do what at an instant: the people of the house, folded from the facts of its stream."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from domain.audit.refold import UNFIT
from domain.identity.folding import apply
from domain.identity.people import People
from domain.ledger.journal import Fact
from domain.schemas import SCHEMAS, Schemas


class PeopleHistory:
    """The people at every instant. A fact of people counts for whatever is recorded after it.

    `facts` are those of people, in order. A command waits for the changes of people under way, and they for it, so the
    time of a fact says which of them it was decided under.
    """

    def __init__(self, facts: Iterable[Fact], schemas: Schemas = SCHEMAS) -> None:
        self._instants: list[datetime] = []
        self._people: list[People] = []
        people = People()
        for fact in facts:
            people = people.copy()
            with suppress(*UNFIT):  # the audit of the house's stream names it
                apply(people, fact.read(schemas))
            self._instants.append(fact.recorded_at)
            self._people.append(people)

    def known_by(self, instant: datetime) -> People:
        """The people of whom something was recorded up to an instant."""
        place = bisect_right(self._instants, instant)
        return self._people[place - 1] if place else People()

    def at(self, instant: datetime) -> People | None:
        """The people under whom a fact of this instant was decided. None before anybody was on record."""
        place = bisect_left(self._instants, instant)
        return self._people[place - 1] if place else None
