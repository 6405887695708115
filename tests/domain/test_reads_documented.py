"""The documented table of who reads what is the one in use."""

from pathlib import Path

from domain.identity import Role
from domain.reads import ACCESS, Access

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lists.md"


def written(access: Access) -> str:
    roles = ", ".join(role for role in Role if role in access.roles)
    more = f"{access.keeper} ({roles}): {access.kept} " if access.roles else ""
    return f"{access.parties} | {more}|"


def test_the_documented_table_is_the_one_that_is_used():
    rows = PAGE.read_text("utf-8").partition("|---|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert rows == [f"| {resource} | {written(access)}" for resource, access in ACCESS.items()]
