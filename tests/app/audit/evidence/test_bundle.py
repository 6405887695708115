"""Bundles: the same bytes for the same state, and a verifier that finds in them what Sluice would."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from tests.world import PRODUCTION

EXPORT = ("audit", "export", "--production", PRODUCTION, "--out")


def verified(where, *more):
    """What a plain Python without any package says of a bundle, and its exit status."""
    script = where / "verify.py" if where.is_dir() else None
    if script is None:
        raise AssertionError(where)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), *more], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    return done.stdout, done.returncode


def unpacked(file, folder):
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def exported(sluice, tmp_path):
    sluice(*EXPORT, str(tmp_path / "b.zip"))
    return tmp_path / "b.zip"


def test_a_bundle_verifies_itself_with_the_standard_library_alone(sluice, exported, tmp_path):
    key = sluice("audit", "key").strip()
    folder = unpacked(exported, tmp_path / "b")
    said, status = verified(folder, "--key", key)
    assert (said, status) == (f"integrity: holds\nfidelity: holds\nsigned by {key}\n", 0)
    assert verified(folder)[1] == 0
    assert verified(folder, str(exported))[1] == 0
    other = "0" * 64
    assert f"it is signed by {key}, and not by {other}" in verified(folder, "--key", other)[0]


def test_it_holds_everything_that_is_on_record_of_the_production(world, exported):
    with zipfile.ZipFile(exported) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        facts = [json.loads(line) for line in archive.read("journal.jsonl").splitlines()]
        files = [json.loads(line) for line in archive.read("bank_files.jsonl").splitlines()]
        names = archive.namelist()
    assert [fact["type"] for fact in facts] == world.events()
    assert {file["direction"] for file in files} == {"in", "out"}
    assert all(f"documents/{file['sha256']}" in names for file in files)
    for kind, field in (("agreement-registered", "document"), ("run-submitted", "file"), ("statements-issued", None)):
        bodies = [json.loads(fact["body"]) for fact in facts if fact["type"] == kind]
        assert bodies
        for body in bodies:
            digests = [body[field]] if field else [one["sha256"] for one in body["statements"]]
            assert all(f"documents/{digest}" in names for digest in digests)
    assert manifest["counts"]["histories"] == 1
    assert manifest["counts"]["imports"] == 1
    assert [file["name"] for file in manifest["files"]] == names[:-1]


def test_the_same_state_makes_the_same_bytes_and_another_state_others(world, sluice, exported, tmp_path):
    sluice(*EXPORT, str(tmp_path / "again.zip"))
    assert (tmp_path / "again.zip").read_bytes() == exported.read_bytes()
    world.clock.forward(days=200)
    world.open_day()
    sluice(*EXPORT, str(tmp_path / "later.zip"))
    assert (tmp_path / "later.zip").read_bytes() != exported.read_bytes()
    assert verified(unpacked(tmp_path / "later.zip", tmp_path / "later"))[1] == 0


def test_nothing_is_overwritten_and_nothing_half_done_is_left(sluice, exported, tmp_path, superuser):
    before = exported.read_bytes()
    assert "exists already" in sluice(*EXPORT, str(exported), code=1)
    assert "There is no folder" in sluice(*EXPORT, str(tmp_path / "no" / "b.zip"), code=1)
    sentence = sluice("audit", "export", "--production", "NOBODY", "--out", str(tmp_path / "n.zip"), code=1)
    assert "Nothing is recorded of 'NOBODY'" in sentence
    superuser("DELETE FROM history", "UPDATE history SET content = ''")
    superuser("DELETE FROM document WHERE name LIKE '%.xml'")
    sluice(*EXPORT, str(tmp_path / "gone.zip"))
    assert exported.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "data", "gone.zip"]
    said, status = verified(unpacked(tmp_path / "gone.zip", tmp_path / "gone"))
    assert status == 1
    assert "the history of" in said
    assert "that it names is missing" in said


def test_ctrl_c_leaves_nothing(data, tmp_path, database):
    """The export waits for a table that somebody holds when the Ctrl-C comes."""
    import psycopg

    held = psycopg.connect(database.owner_url.replace("postgresql+psycopg", "postgresql"))
    held.execute("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
    out = tmp_path / "b.zip"
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *EXPORT, str(out), "--data", str(data)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - what runs in the background ignores it
    )
    give_up_at = time.monotonic() + 60
    while not list(tmp_path.glob(".b.zip.*.part")):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    held.close()
    assert process.returncode == 130, said
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
