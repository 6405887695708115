"""The how-to of a new command: its changes are applied to a copy of the code, and the command is carried out there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("activities", "adapters", "app", "domain", "examples", "migrations", "tests", "workflows")
CARRY_OUT = """
import sys
from pathlib import Path
from activities.agreement import AgreementActivities
from app.ledger.verify import verify
from domain.commands import make
from domain.commands.payments import NotePayment
from domain.errors import WrongRole
from tests.world import PRODUCTION, World
from workflows.production import ProductionWorkflow
from workflows.updates import update_of

url, folder = sys.argv[1:]
world = World(url, Path(folder))
world.register()
payment = world.payment("WR-A")
def note(by):
    command = make(NotePayment, nonce=by, by=by, production=PRODUCTION, payment=payment, note="call first")
    return AgreementActivities(world.handler).note(command)
print(note("eunwoo").status)
try:
    note("sora")
except WrongRole as error:
    print(error.code)
update_of(ProductionWorkflow, NotePayment)
with world.store.reading() as records:
    print(verify(records.connection).wrong)
print([each for each in world.events() if "note" in each])
"""


def test_the_changes_of_the_page_make_a_command_that_works_in_five_files(database, tmp_path):
    page = (ROOT / "docs" / "how-to" / "add-a-command.md").read_text("utf-8")
    changes = re.findall(r"^```diff\n(.*?\n)```$", page, re.MULTILINE | re.DOTALL)
    assert len(changes) == 5
    copy = tmp_path / "sluice"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "records"))
    subprocess.run(["git", "apply", "-"], cwd=copy, input="".join(changes), text=True, check=True)
    done = subprocess.run(
        [sys.executable, "-c", CARRY_OUT, database.app_url, str(tmp_path / "world")],
        env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["scheduled", "WrongRole", "[]", "['payment-noted']"]
    helped = subprocess.run(
        [sys.executable, "-m", "app.cli", "payment", "note", "--help"],
        env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Write a note on a payment" in helped.stdout
    assert "--note" in helped.stdout
