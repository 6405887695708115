"""Signed heads outside the database: a database that was rewritten as a whole is found out."""

# ruff: noqa: S608 - the names in these statements are our own

import json

import pytest

from app.audit.evidence.keys import signing_key
from app.settings import BadSettings, Settings
from tests.app.audit.evidence.conftest import key_file
from tests.app.audit.evidence.rewriting import rewrite
from tests.evidence import STREAM

CHECK = ("audit", "anchor", "--check")


@pytest.fixture
def anchored(sluice, tmp_path):
    folder = tmp_path / "anchors"
    sluice("audit", "anchor", "--to", str(folder))
    return folder


def test_what_was_anchored_holds_also_after_more_was_recorded(world, sluice, anchored):
    world.clock.forward(days=200)
    world.open_day()
    sluice("audit", "anchor", "--to", str(anchored))
    assert len(list(anchored.iterdir())) == 2
    assert sluice("audit", "anchor", "--check", str(anchored)) == "every anchor holds\n"


def test_a_production_that_is_rewritten_as_a_whole_passes_every_check_inside_and_is_named_by_its_anchor(
    world, sluice, anchored, postgres, database
):
    with postgres.connect(database=database.name) as connection:
        rewrite(world, connection)
    assert world.wrong() == []
    assert world.snapshots() == world.refolded()
    (file,) = anchored.iterdir()
    said = sluice(*CHECK, str(anchored), code=1)
    assert f"{STREAM}: event" in said
    assert f"is not the one that {file.name} has: the journal was rewritten" in said
    audited = sluice("audit", "replay", "--anchors", str(anchored), code=1)
    assert f"anchor: {STREAM}: event" in audited
    assert "the journal was rewritten" in audited


def test_a_journal_that_lost_its_end_is_named(sluice, superuser, anchored):
    superuser(
        f"DELETE FROM journal_event WHERE stream = '{STREAM}' AND seq = (SELECT max(seq) FROM journal_event)",
        f"UPDATE stream_head SET seq = seq - 1 WHERE stream = '{STREAM}'",
    )
    assert "which the journal does not have any more" in sluice(*CHECK, str(anchored), code=1)


def test_an_anchor_that_was_changed_or_signed_by_another_is_named(sluice, data, anchored):
    (file,) = anchored.iterdir()
    file.chmod(0o600)
    honest = file.read_text()
    written = json.loads(honest)
    written["heads"][0]["hash"] = "0" * 64
    file.write_text(json.dumps(written))
    assert "the signature over event" in sluice(*CHECK, str(anchored), code=1)
    file.write_text(honest[:-20])
    assert "is not an anchor as it was written" in sluice(*CHECK, str(anchored), code=1)
    file.write_text(honest)
    (data / "key.pem").unlink()
    key_file(data / "key.pem")
    assert "which is not a key of ours" in sluice(*CHECK, str(anchored), code=1)
    known = json.loads(honest)["heads"][0]["public_key"]
    assert sluice("audit", "anchor", "--check", str(anchored), "--key", known) == "every anchor holds\n"


def test_a_folder_without_anchors_proves_nothing_and_says_so(sluice, tmp_path):
    assert "holds no anchors" in sluice("audit", "anchor", "--check", str(tmp_path / "nowhere"), code=1)
    assert "name one folder" in sluice("audit", "anchor", code=2)


def test_an_embedded_key_is_made_once_and_nobody_else_can_read_it(tmp_path):
    settings = Settings(data=tmp_path)
    first = signing_key(settings)
    assert signing_key(settings).private_bytes_raw() == first.private_bytes_raw()
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "makes one"),
        (lambda path: path.write_bytes(b"x") and path.chmod(0o600), "no private key in PEM"),
        (lambda path: key_file(path).chmod(0o644), "others can read"),
    ],
)
def test_a_key_that_proves_nothing_is_refused_in_a_sentence(tmp_path, make, said):
    make(tmp_path / "k.pem")
    with pytest.raises(BadSettings, match=said):
        signing_key(Settings(data=tmp_path, signing_key=tmp_path / "k.pem"))


def test_outside_the_embedded_stack_a_key_has_to_be_named(tmp_path):
    with pytest.raises(BadSettings, match="signing_key is not set"):
        signing_key(Settings(data=tmp_path, database_url="postgresql+psycopg://x@/y"))
