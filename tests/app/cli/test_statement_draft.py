"""Draft statements through the command line: a party sees its own before it approves, and nobody else's."""

from datetime import date

import pypdf
import pytest

from app import cli
from domain.commands import ComputeDistribution
from tests.statements import Q1, Q2, distribute, first_quarter, register
from tests.world import EXAMPLES, PRODUCTION


@pytest.fixture
def sluice(world, database, tmp_path, capsys):
    """The first quarter's statements are issued, the second is computed; the command line on their database."""
    register(world)
    first_quarter(world, tmp_path)
    distribute(world, Q1)
    world.clock.to(date(2025, 7, 1))
    given = {"by": "system", "production": PRODUCTION, "period": Q2}
    world.distributions.compute_distribution(ComputeDistribution(key=f"compute/{Q2}", **given))
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (tmp_path / "sluice.toml").write_text(f'database_url = "{database.app_url}"\n{users}', "utf-8")

    def call(*arguments, code=0):
        assert cli.execute(["statement", "draft", *arguments, "--data", str(tmp_path)]) == code
        return capsys.readouterr().err

    return call


def test_a_party_sees_its_draft_before_it_approves_and_nobody_elses(world, sluice, tmp_path):
    before, file = world.events(), tmp_path / "draft.pdf"
    common = ("--period", Q2, "--out", str(file))
    sluice("--party", "writer", "--as", "hyunwoo", *common)
    assert pypdf.PdfReader(file).pages[0].extract_text().startswith("DRAFT")
    assert "may not read the statement of studio" in sluice("--party", "studio", "--as", "hyunwoo", *common, code=1)
    assert world.events() == before


def test_an_issued_period_has_no_draft(sluice):
    assert "are issued: `sluice statement render`" in sluice("--party", "writer", "--period", Q1, code=1)
