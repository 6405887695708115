"""The README's worked examples of a waterfall give the figures that stand beside them."""

import json
import pathlib
import re
from datetime import date

import pytest

from app.cli import execute
from domain.commands import RegisterAgreement
from tests.world import EXAMPLES, World

ROOT = pathlib.Path(__file__).parents[2]
README = ROOT / "README.md"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def words(line):
    return re.split(r" {2,}", line.strip())


@pytest.fixture
def example(tmp_path):
    (agreement,), (facts, scenarios, _) = blocks("yaml"), blocks("csv")
    for name, text in {"a.yaml": agreement, "facts.csv": facts, "scenarios.csv": scenarios}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_run_gives_each_party_what_the_readme_says(capsys, example):
    assert execute(["waterfall", "run", str(example / "a.yaml"), "--facts", str(example / "facts.csv")]) == 0
    said = [words(line)[:2] for line in capsys.readouterr().out.splitlines()]
    wanted = [words(line) for line in blocks("text")[0].splitlines()]
    assert len(wanted) == 4
    assert all(line in said for line in wanted)


def test_the_points_begin_where_the_readme_splits_the_receipt(capsys, example):
    facts = str(example / "facts.csv")
    assert execute(["waterfall", "explain", str(example / "a.yaml"), "--facts", facts, "--party", "director"]) == 0
    assert "5 % of profit (base 425000)  = 21250" in capsys.readouterr().out


def test_the_forecast_gives_the_investors_what_the_readme_says(capsys, example):
    given = ["--facts", str(example / "facts.csv"), "--scenarios", str(example / "scenarios.csv")]
    assert execute(["waterfall", "forecast", str(example / "a.yaml"), *given]) == 0
    said = [words(line) for line in capsys.readouterr().out.splitlines()]
    wanted = [words(line) for line in blocks("text")[1].splitlines()]
    assert [scenario for scenario, *_ in wanted] == ["low", "high"]
    assert [line for line in said if line[0] == "investors"] == [line[1:] for line in wanted]


@pytest.fixture
def release(database, tmp_path):
    """A data folder on whose database the film of the example is registered."""
    world = World(database.app_url, tmp_path)
    world.clock.to(date(2025, 7, 1))
    digest = world.keep((EXAMPLES / "film-release.yaml").read_bytes())
    world.productions.register(
        RegisterAgreement(key="register/MATINEE", by="sungmin", production="MATINEE", document=digest)
    )
    world.close()
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    (data / "sluice.toml").write_text(f'database_url = "{database.app_url}"\n{users}', "utf-8")
    return data


def test_a_statement_with_admissions_shares_as_the_readme_says(capsys, release):
    text = README.read_text("utf-8")
    command = re.search(r"sluice (revenue import examples/\S+ [^\n]+) \\\n\s+([^\n]+)", text)
    name, *given = " ".join(command.groups()).split()[2:]
    file = ROOT / name
    assert blocks("csv")[2] == file.read_text("utf-8")
    assert execute(["revenue", "import", str(file), *given, "--data", str(release)]) == 0
    assert "admissions: 120000" in capsys.readouterr().out
    assert execute(["distribution", "preview", "MATINEE", "2025-Q2", "--json", "--data", str(release)]) == 0
    shares = json.loads(capsys.readouterr().out)["shares"]
    said = [[share["party"], share["position"], share["to_date"]] for share in shares]
    wanted = [words(line) for line in blocks("text")[2].splitlines()]
    assert len(wanted) == 3
    assert all(line in said for line in wanted)
    agreement, facts = re.search(r"sluice waterfall run (\S+film-release\S+) --facts (\S+csv)", text).groups()
    assert execute(["waterfall", "run", str(ROOT / agreement), "--facts", str(ROOT / facts), "--json"]) == 0
    taken = json.loads(capsys.readouterr().out)["positions"]
    assert {position: taken[position]["exact"] for _, position, _ in wanted} == {line[1]: line[2] for line in wanted}
