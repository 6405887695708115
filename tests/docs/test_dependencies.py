import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_dependency_is_described():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    named = {
        re.split(r"[\[<>=]", one)[0] for one in (*project["dependencies"], *(one for each in extras for one in each))
    }
    page = (ROOT / "docs/reference/dependencies.md").read_text()
    described = set(re.findall(r"^\| ([a-z0-9.-]+) \|", page, re.MULTILINE)) - {"package"}
    assert named == described
