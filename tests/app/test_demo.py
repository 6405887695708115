"""The demonstration is the README's first command: it is played here once, as a user would."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_the_demonstration_ends_with_every_figure_in_order_and_statements_in_three_languages(tmp_path):
    data = tmp_path / "demo"
    played = subprocess.run(
        [sys.executable, "-m", "app.demo", str(data)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stderr[-2000:]
    found = json.loads(played.stdout.splitlines()[-1])
    readme = re.search(r"\{.*?\}", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found | {"seconds": 0} == json.loads(readme[0]) | {"seconds": 0}
    files = {file.name for file in (data / "statements").iterdir()}
    for party in ("studio", "broadcaster", "publisher", "writer", "production"):
        assert {f"LIGHTHOUSE-2028-Q3-{party}.{language}.pdf" for language in ("en", "ko", "ja")} <= files
    assert str(data / "statements") in played.stderr.replace("\n", "")


def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path):
    (tmp_path / "letters.txt").write_text("mine")
    refused = subprocess.run(
        [sys.executable, "-m", "app.demo", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is not empty: name a new folder" in " ".join(refused.stderr.split())
    assert [file.name for file in tmp_path.iterdir()] == ["letters.txt"]
