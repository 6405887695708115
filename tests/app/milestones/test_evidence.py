"""Evidence through the command line: stored sealed, fetched by those who may, and who did is on record."""

import json
import zipfile
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from app import cli
from app.audit.evidence.verifier.bundle import Bundle
from app.audit.evidence.verifier.checks import Verification
from app.milestones.evidence import keep, store_of
from app.private_files import make_once
from app.settings import load_settings
from tests.world import EXAMPLES, PRODUCTION, World, submit_command

CONTENT = {"title-chain": b"chain of title", "finance-plan": b"finance plan"}


@pytest.fixture(scope="module")
def stack(module_database, tmp_path_factory):
    """Closing was handed in with two files, of which one is stored."""
    folder = tmp_path_factory.mktemp("stack")
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    lines = (
        f'database_url = "{module_database.app_url}"',
        f'evidence_keys = "{folder / "keys"}"',
        "evidence_up_to_mb = 1",
        users,
    )
    (folder / "sluice.toml").write_text("\n".join(lines), "utf-8")
    (folder / "keys").touch(0o600)
    (folder / "keys").write_text("a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U=\n")
    world = World(module_database.app_url, folder)
    world.register()
    world.milestones.submit(
        submit_command("closing", {name: sha256(content).hexdigest() for name, content in CONTENT.items()})
    )
    for name, content in CONTENT.items():
        (folder / f"{name}\u202efdp.pdf").write_bytes(content)
    keep(folder, "seoyeon", PRODUCTION, "closing", {"title-chain": folder / "title-chain\u202efdp.pdf"})
    yield world
    world.close()


@pytest.fixture
def sluice(stack, capsys):
    def call(*arguments: str, code: int = 0):
        capsys.readouterr()
        assert cli.execute(["evidence", *arguments, "--data", str(stack.data)]) == code
        return capsys.readouterr()

    return call


def fetched(sluice, out, *more, code=0, document="title-chain"):
    return sluice("fetch", PRODUCTION, "closing", document, "--out", str(out), *more, code=code)


def test_what_is_stored_and_what_is_kept_elsewhere_is_listed(sluice):
    rows = {row["document"]: row for row in json.loads(sluice("list", PRODUCTION, "--json").out)}
    assert [(rows[name]["content"], rows[name]["size"]) for name in CONTENT] == [("stored", 14), ("elsewhere", None)]
    assert rows["title-chain"]["name"] == "title-chainfdp.pdf"
    page = sluice("list", PRODUCTION, "--limit", "1")
    assert "1 of 2 shown" in page.err


def test_content_is_fetched_and_who_did_is_on_record_before(sluice, stack, tmp_path):
    told = fetched(sluice, tmp_path / "out.pdf", "--as", "jiho").out
    assert (tmp_path / "out.pdf").read_bytes() == CONTENT["title-chain"]
    assert "title-chainfdp.pdf, 14 bytes" in told
    shown = json.loads(sluice("show", PRODUCTION, "closing", "title-chain", "--json").out)
    assert [(one["who"], one["why"]) for one in shown["readings"]] == [
        ("jiho", "evidence title-chain of closing, round 1")
    ]
    assert "read by jiho at 20" in sluice("show", PRODUCTION, "closing", "title-chain").out
    with stack.store.reading() as records:
        roles = records.connection.execute(text("SELECT role, production FROM audit_read")).all()
    assert roles == [("sluice_app", PRODUCTION)]


def test_who_does_not_decide_on_it_sees_no_evidence(sluice, tmp_path):
    assert json.loads(sluice("list", PRODUCTION, "--json", "--as", "hyunwoo").out) == []
    refused = fetched(sluice, tmp_path / "none", "--as", "hyunwoo", code=1).err
    assert "There is no evidence title-chain of closing" in refused
    assert not (tmp_path / "none").exists()
    assert len(json.loads(sluice("list", PRODUCTION, "--json", "--as", "auditor").out)) == 2


def test_what_cannot_be_fetched_or_stored_is_one_sentence(sluice, stack, tmp_path):
    assert "kept elsewhere" in fetched(sluice, tmp_path / "x", document="finance-plan", code=1).err
    (tmp_path / "taken").write_text("mine")
    assert "exists already" in fetched(sluice, tmp_path / "taken", code=1).err
    big = tmp_path / "masters.mov"
    with big.open("wb") as file:
        file.truncate(3_000_000_000)
    for path, says in (
        (big, "has more than 1 MB, the most that is stored"),
        ("/dev/zero", "is no plain file"),
        (stack.data / "title-chain\u202efdp.pdf", "This file is not the finance-plan that was handed in"),
    ):
        refused = sluice("keep", PRODUCTION, "closing", "finance-plan", str(path), "--as", "seoyeon", code=1).err
        assert says in refused
        assert len(refused.splitlines()) == 1
    good = stack.data / "finance-plan\u202efdp.pdf"
    refused = sluice("keep", PRODUCTION, "closing", "finance-plan", str(good), "--as", "jiho", code=1).err
    assert "jiho of studio may not store evidence" in refused or "needs the role producer" in refused
    assert stack.events().count("command-refused") == 2


def test_content_that_was_deleted_or_swapped_is_said_and_can_be_stored_again(sluice, stack, tmp_path):
    row = json.loads(sluice("show", PRODUCTION, "closing", "title-chain", "--json").out)
    place = stack.data / "evidence" / row["sha256"][:2] / f"{row['sha256']}.sealed"
    place.write_bytes(b"swapped")
    assert "cannot be used: it is no sealed file" in fetched(sluice, tmp_path / "a", code=1).err
    place.unlink()
    assert "is not in the store" in fetched(sluice, tmp_path / "b", code=1).err
    assert list(tmp_path.iterdir()) == []
    good = stack.data / "title-chain\u202efdp.pdf"
    sluice("keep", PRODUCTION, "closing", "title-chain", str(good), "--as", "seoyeon")
    assert b"".join(store_of(load_settings(stack.data)).blocks(row["sha256"])) == CONTENT["title-chain"]


def audit_of(stack, capsys, code=0):
    capsys.readouterr()
    assert cli.execute(["audit", "replay", "--json", "--as", "auditor", "--data", str(stack.data)]) == code
    return json.loads(capsys.readouterr().out)


def test_an_audit_reads_what_is_stored_and_names_what_is_missing(stack, capsys):
    assert audit_of(stack, capsys)["holds"] is True
    place = next((stack.data / "evidence").rglob("*.sealed"))
    aside = place.replace(stack.data / "aside")
    (finding,) = audit_of(stack, capsys, code=1)["verdicts"]["integrity"]["findings"]
    assert "title-chain of closing" in str(finding)
    assert "is not in the store" in str(finding)
    aside.replace(place)
    (stack.data / "keys").rename(stack.data / "keys-elsewhere")
    notes = audit_of(stack, capsys)["notes"]
    (stack.data / "keys-elsewhere").rename(stack.data / "keys")
    assert "1 stored contents of evidence were not checked" in str(notes)


def test_a_bundle_takes_the_evidence_if_asked_and_who_took_it_is_on_record(stack, sluice, capsys, tmp_path):
    key = tmp_path / "key.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    make_once(key, lambda: pem)
    with (stack.data / "sluice.toml").open("r+", encoding="utf-8") as file:
        settings = file.read()
        file.seek(0)
        file.write(f'signing_key = "{key}"\n{settings}')
    for name, more in (("plain.zip", ()), ("whole.zip", ("--evidence", "--as", "auditor"))):
        out = tmp_path / name
        where = ("--production", PRODUCTION, "--out", str(out), "--data", str(stack.data))
        assert cli.execute(["audit", "export", *where, *more]) == 0
        with zipfile.ZipFile(out) as opened:
            names = {each for each in opened.namelist() if each.startswith("evidence/")}
            assert names == ({f"evidence/{sha256(CONTENT['title-chain']).hexdigest()}"} if more else set())
        report = Verification(Bundle(out), None).run()
        assert (report.integrity, report.fidelity) == ([], [])
    shown = json.loads(sluice("show", PRODUCTION, "closing", "title-chain", "--json").out)
    assert [(one["who"], one["why"]) for one in shown["readings"]][-1] == ("auditor", "export of evidence")
