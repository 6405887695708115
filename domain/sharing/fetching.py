"""Who fetched which statement: the record of its delivery."""

from domain.commands import FetchStatement
from domain.errors import NotFound
from domain.events import Event, StatementFetched
from domain.identity import Person
from domain.reads import Involvement, Resource, sight


def fetch(command: FetchStatement, issued: str | None, person: Person, involved: Involvement) -> list[Event]:
    """Record that a person gets a statement as a file. `issued` is the document of that party and period.

    Raises:
        WrongRole: the statement is not for that person.
        NotFound: that document was not issued.
    """
    what = f"the statement of {command.party} for {command.period}"
    sight(person, Resource.STATEMENTS, involved).require(command.party, f"{person.user} may not fetch {what}")
    if issued != command.document:
        raise NotFound(f"{command.document[:12]}… is not {what}.", period=command.period)
    return [
        StatementFetched(
            period=command.period,
            party=command.party,
            document=command.document,
            form=command.form,
            language=command.language,
            sha256=command.sha256,
            by=person.user,
            reader=person.party,
        )
    ]
