"""Plans that change by a command, up to the workflow that puts the amendment in force."""

from datetime import date

import pytest
from click.testing import CliRunner

from adapters.agreement.plan_changes import move_instalment
from app.cli.agreement import agreement
from app.commands.client import CommandClient
from app.commands.plan import amendment_of, cancellation_of
from domain.errors import NotFound
from tests.world import PRODUCTION, SIGNED_ALONE


async def test_a_moved_instalment_is_an_amendment_in_force_with_its_new_day(services, tmp_path):
    world, file = services.world, tmp_path / "drama.yaml"
    file.write_bytes(SIGNED_ALONE)
    await CommandClient(services, "seoyeon").register(file)
    planned = amendment_of(world.handler, PRODUCTION, move_instalment("EQ-C", date(2026, 3, 4)))
    (said,) = planned.said
    assert said == "EQ-C (Equity, last call) is due on 2026-03-04 instead of 2026-01-12"
    view = await CommandClient(services, "seoyeon").amend_by(PRODUCTION, planned.loaded)
    assert view.version == 2
    assert world.snapshots().receipts[f"{PRODUCTION}.EQ-C"].due_on == date(2026, 3, 4)
    with pytest.raises(NotFound, match="has no milestone 'strike'"):
        cancellation_of(world.handler, PRODUCTION, "strike", "x")


def test_a_command_names_one_thing_to_change():
    for named in ((), ("--milestone", "wrap", "--instalment", "EQ-C")):
        result = CliRunner().invoke(agreement, ["drop", PRODUCTION, *named, "--as", "seoyeon"])
        assert result.exit_code == 2
        assert "Name either --milestone or --instalment." in result.output
