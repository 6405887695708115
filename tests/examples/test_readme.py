"""The README's worked example of a waterfall gives the figures that stand beside it."""

import pathlib
import re

import pytest

from app.cli import execute

README = pathlib.Path(__file__).parents[2] / "README.md"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def words(line):
    return re.split(r" {2,}", line.strip())


@pytest.fixture
def example(tmp_path):
    (agreement,), (facts, scenarios) = blocks("yaml"), blocks("csv")
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
