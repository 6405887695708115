"""The verifier against bundles that somebody changed and made to look right again, and against Sluice's own verdict."""
# ruff: noqa: S608 - the names in these statements are our own

import hashlib
import json
import random
import shutil
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.db.queries import chain
from app.audit.evidence.verifier.__main__ import main
from app.audit.evidence.verifier.bundle import Bad, Bundle
from app.audit.evidence.verifier.checks import VERSIONS, Verification
from app.audit.evidence.verifier.ed25519 import L, ed25519_verify
from app.audit.evidence.verifier.postings import (
    money,
    places,
    postings,
    written,
)
from domain.errors import SluiceError, UnknownCurrency
from domain.events import StatementCount, StatementImported
from domain.ledger import entries
from domain.ledger.journal import canonical
from domain.schemas import SCHEMAS
from domain.values.currency import exponent
from domain.values.money import Money
from tests.app.audit.evidence.rewriting import rewrite
from tests.app.audit.evidence.test_bundle import EXPORT, unpacked, verified
from tests.domain.event_samples import SAMPLES
from tests.evidence import STREAM


def verdict(where, key=None):
    report = Verification(Bundle(where), key).run()
    return report.integrity, report.fidelity


def made_right(folder):
    """Let the manifest say what the files are now, as whoever changed them would."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    for one in manifest["files"]:
        raw = (folder / one["name"]).read_bytes() if (folder / one["name"]).exists() else b""
        one |= {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
    manifest["files"] = [one for one in manifest["files"] if (folder / one["name"]).exists()]
    file.write_text(json.dumps(manifest))


@pytest.fixture
def bundle(sluice, tmp_path):
    sluice(*EXPORT, str(tmp_path / "b.zip"))
    return unpacked(tmp_path / "b.zip", tmp_path / "b")


def replaced(folder, name, old, new):
    file = folder / name
    text = file.read_text()
    assert old in text, name
    file.write_text(text.replace(old, new, 1))


CHANGES = {
    "a fact of a later schema": (
        lambda b: replaced(b, "journal.jsonl", r"\"type\":\"run-submitted\"", r"\"type\":\"run-submitted\",\"v\":2"),
        "is a run-submitted fact of schema version 2, which this verifier cannot read",
        "",
    ),
    "a document": (lambda b: _agreement(b).write_bytes(b"x"), "does not have the hash", ""),
    "a document that is gone": (lambda b: _agreement(b).unlink(), "that it names is missing", ""),
    "an actor": (lambda b: replaced(b, "journal.jsonl", '"actor":"sora"', '"actor":"yuri"'), "not what was hashed", ""),
    "a history": (lambda b: next(b.glob("histories/*")).write_bytes(b'{"events":[]}'), "not the one that was", ""),
    "a history's build": (lambda b: replaced(b, "histories.jsonl", '"b1"', '"b2"'), "not described as in the", ""),
    "an entry's amount": (lambda b: replaced(b, "entries.jsonl", '"minor":', '"minor":1'), "", "its entries are not"),
    "an entry's day": (lambda b: replaced(b, "entries.jsonl", '_on":"2025', '_on":"2024'), "", "its entries are not"),
    "a lost entry": (lambda b: _without_line(b, "entries.jsonl", 0), "", "its entries are not"),
    "the last event": (lambda b: _without_line(b, "journal.jsonl", -1), "of another journal than this one", ""),
    "an event in the middle": (lambda b: _without_line(b, "journal.jsonl", 7), "does not chain", "in the journal"),
    "a payment's status": (
        lambda b: replaced(b, "snapshots/payment.jsonl", '"settled"', '"returned"'),
        "",
        "is not what the facts make it: status",
    ),
    "a milestone's approver": (
        lambda b: replaced(b, "snapshots/milestone.jsonl", "kenta", "kenji"),
        "",
        "is not what the facts make it: approvals",
    ),
    "a distribution's share": (
        lambda b: replaced(b, "snapshots/distribution.jsonl", '"posted":{"s', '"posted":{"x'),
        "",
        "is not what the facts make it: body",
    ),
    "a lost run": (lambda b: _without_line(b, "snapshots/run.jsonl", 0), "", "is missing"),
    "a balance": (lambda b: _in_list(b, "balances.jsonl", "balance", "KRW 1"), "", "and the facts make"),
    "a lost balance": (lambda b: _without_line(b, "balances.jsonl", 0), "", "by the facts and is missing"),
    "an imported row": (lambda b: _in_rows(b, ".tsv"), "are not those that were imported", ""),
    "a row's count": (lambda b: replaced(b, _rows(b), '"viewers":500', '"viewers":501'), "are not those that", ""),
    "a converted row": (lambda b: _in_rows(b, ".converted.tsv"), "into other amounts than their rates make", ""),
    "the signature": (lambda b: replaced(b, "heads.json", '"signature":"', '"signature":"0'), "heads.json", ""),
    "a bank file's hash": (lambda b: _in_list(b, "bank_files.jsonl", "sha256", "0" * 64), "bank_files.jsonl", ""),
    "an import's name": (lambda b: _in_list(b, "imports.jsonl", "source", "other"), "not described as in the", ""),
}


def _agreement(folder):
    bodies = [json.loads(json.loads(line)["body"]) for line in (folder / "journal.jsonl").read_text().splitlines()]
    return folder / "documents" / next(one["document"] for one in bodies if one["type"] == "agreement-registered")


def _without_line(folder, name, number):
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    del lines[number]
    (folder / name).write_bytes(b"".join(lines))


def _rows(folder):
    return next(f"rows/{one.name}" for one in (folder / "rows").iterdir() if one.name.count(".") == 1)


def _in_rows(folder, ending):
    file = next(one for one in (folder / "rows").iterdir() if one.name.split(".", 1)[1] == ending[1:])
    file.write_text(file.read_text().replace("12", "13", 1).replace("1000", "1001", 1))


def _in_list(folder, name, field, value):
    first, *rest = (folder / name).read_text().splitlines()
    (folder / name).write_text("\n".join([json.dumps(json.loads(first) | {field: value}), *rest]) + "\n")


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_that_the_manifest_was_made_to_agree_with_is_named(bundle, what):
    change, integrity, fidelity = CHANGES[what]
    assert verdict(bundle) == ([], [])
    change(bundle)
    made_right(bundle)
    found = verdict(bundle)
    for wanted, said in zip((integrity, fidelity), found, strict=True):
        assert any(wanted in sentence for sentence in said) if wanted else not said, found


def test_a_file_that_is_not_as_the_manifest_says_is_named(bundle):
    (bundle / "documents.jsonl").write_bytes(b"")
    (bundle / "more.txt").write_bytes(b"")
    (bundle / "README.txt").unlink()
    integrity, _ = verdict(bundle)
    assert "manifest.json: documents.jsonl is not what the manifest says" in integrity
    assert "manifest.json: more.txt is not in the manifest" in integrity
    assert "manifest.json: README.txt is missing" in integrity


def test_any_flipped_character_of_the_record_is_found(bundle):
    """Two hundred seeded changes of one character each, the manifest made to agree.

    Not in what no fact has a hash of: the names of documents, and where the rate of an imported row is from.
    """
    chance = random.Random(20261124)  # noqa: S311 - seeded, so that it can be had again
    files = ["journal.jsonl", "entries.jsonl", "balances.jsonl", "histories.jsonl", "heads.json"]
    files += [f"snapshots/{name}.jsonl" for name in ("payment", "receipt", "run", "milestone", "distribution")]
    files += [
        one.relative_to(bundle).as_posix()
        for folder in ("histories", "documents", "rows")
        for one in sorted((bundle / folder).iterdir())
        if not one.name.endswith(".converted.tsv")
    ]
    for _ in range(200):
        name = chance.choice(files)
        raw = bytearray((bundle / name).read_bytes())
        at = chance.randrange(len(raw))
        before = bytes(raw)
        raw[at] ^= 1 << chance.randrange(7)
        (bundle / name).write_bytes(raw)
        made_right(bundle)
        integrity, fidelity = verdict(bundle)
        assert integrity or fidelity, (name, at, before[at - 20 : at + 20])
        (bundle / name).write_bytes(before)
    made_right(bundle)
    assert verdict(bundle) == ([], [])


DATABASE = {
    "nothing": [],
    "an amount in the journal": [
        "UPDATE journal_event SET body = replace(body, 'KRW 1', 'KRW 2') WHERE type = 'payments-settled'"
    ],
    "an entry": ["UPDATE entry SET minor = minor + 1 WHERE line = 1 AND seq = (SELECT max(seq) FROM entry)"],
    "a moved entry": ["UPDATE entry SET account = 'asset:bank:mine' WHERE account LIKE 'asset:bank:%'"],
    "the last event": [
        f"DELETE FROM journal_event WHERE stream = '{STREAM}' AND seq = (SELECT max(seq) FROM journal_event)"
    ],
    "a payment's state": ["UPDATE payment SET status = 'due' WHERE status = 'settled'"],
    "a row's count": ["UPDATE receipt_row SET counts = '{\"viewers\":8}' WHERE line = 3"],
    "a row's conversion": ["UPDATE receipt_row SET amount = amount + 1 WHERE line = 3"],
}


@pytest.mark.parametrize("what", DATABASE)
def test_its_verdict_on_a_database_that_was_tampered_with_is_sluices_own(what, world, sluice, superuser, tmp_path):
    superuser(*DATABASE[what])
    sluice(*EXPORT, str(tmp_path / "b.zip"))
    said, status = verified(unpacked(tmp_path / "b.zip", tmp_path / "b"))
    own = bool(world.wrong()) or _folds_otherwise(world)
    assert (status == 1) is own is (what != "nothing"), (said, world.wrong())


def _folds_otherwise(world):
    try:
        return world.snapshots() != world.refolded()
    except SluiceError:
        return True


def test_a_production_that_was_rewritten_and_exported_is_signed_by_nobody_who_signed_the_first(
    bundle, world, sluice, postgres, database, tmp_path
):
    """With the head that was signed before, a journal that agrees with itself does not hold."""
    with postgres.connect(database=database.name) as connection:
        rewrite(world, connection)
    sluice(*EXPORT, str(tmp_path / "new.zip"))
    forged = unpacked(tmp_path / "new.zip", tmp_path / "new")
    integrity, fidelity = verdict(forged)
    assert integrity == []
    assert all("rests on an event that is not in the journal" in sentence for sentence in fidelity)
    shutil.copy(bundle / "heads.json", forged / "heads.json")
    made_right(forged)
    assert any("of another journal than this one" in sentence for sentence in verdict(forged)[0])


def test_counts_that_a_rewritten_fact_tells_otherwise_are_named(world, sluice, postgres, database, tmp_path):
    def miscounted(event):
        if not isinstance(event, StatementImported):
            return event
        rows = event.rows.model_copy(update={"counts": (StatementCount(of="viewers", count=508),)})
        return event.model_copy(update={"rows": rows})

    with postgres.connect(database=database.name) as connection:
        rewrite(world, connection, miscounted)
    sluice(*EXPORT, str(tmp_path / "b.zip"))
    integrity, _ = verdict(unpacked(tmp_path / "b.zip", tmp_path / "b"))
    assert any("the rows of tidewater S1 do not count what its fact says" in sentence for sentence in integrity)


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_its_postings_are_the_ledgers(event):
    own = [(one.account, one.amount.currency, one.amount.minor, one.about) for one in entries.postings(event)]
    assert postings(json.loads(canonical(event))) == own


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(["KRW", "USD", "BHD", "CLF"]))
def test_it_reads_and_writes_amounts_as_money_does(minor, currency):
    assert written(minor, currency) == str(Money(minor, currency))
    assert money(written(minor, currency)) == (minor, currency)


def test_it_knows_the_decimals_of_every_currency():
    letters = [chr(code) for code in range(65, 91)]
    for code in (a + b + c for a in letters for b in letters for c in letters):
        try:
            known = exponent(code)
        except UnknownCurrency:
            continue
        assert places(code) == known, code


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_verify_and_no_neighbour_of_them_does(public, message, signature):
    key, said, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert ed25519_verify(key, said, signed)
    assert not ed25519_verify(key, said + b"x", signed)
    assert not ed25519_verify(
        key, said, signed[:32] + (int.from_bytes(signed[32:], "little") + L).to_bytes(32, "little")
    )
    assert not ed25519_verify(key, said, signed[:63])
    assert not ed25519_verify(b"\xff" * 32, said, signed)


@settings(max_examples=20, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), bit=st.integers(0, 64 * 8 - 1))
def test_it_agrees_with_the_library_on_signatures(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))
    assert ed25519_verify(public, message, bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8
    assert not ed25519_verify(public, message, bytes(signature))


def test_what_an_enemy_hands_over_is_refused_before_it_is_read(bundle, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("journal.jsonl", b"0" * 300_000_000)
    with pytest.raises(Bad, match="far more than its size"):
        Bundle(bomb)
    for name in ("../outside", "/etc/passwd", "a/../b", "with\nnewline", "C:\\x"):
        hostile = tmp_path / "hostile.zip"
        with zipfile.ZipFile(hostile, "w") as archive:
            archive.writestr(name, b"x")
        with pytest.raises(Bad, match="no name of a file"):
            Bundle(hostile)
    (bundle / "documents" / "link").symlink_to("/etc/passwd")
    with pytest.raises(Bad, match="no plain file"):
        Bundle(bundle)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b"{}",
        b"1",
        b'{"seq":1,"stream":5}',
        b'{"seq":' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b"null",
        b'"\\ud800"',
    ],
    ids=["deep", "empty", "number", "types", "digits", "bytes", "null", "surrogate"],
)
def test_hostile_content_is_a_finding_and_no_traceback(bundle, line, capsys):
    for name in ("journal.jsonl", "entries.jsonl", "histories.jsonl", "heads.json", "snapshots/payment.jsonl"):
        before = (bundle / name).read_bytes()
        (bundle / name).write_bytes(line + b"\n" + before)
        made_right(bundle)
        assert main([str(bundle)]) == 1, name
        assert "DOES NOT HOLD" in capsys.readouterr().out
        (bundle / name).write_bytes(before)


def test_a_bundle_that_commands_a_terminal_commands_nothing(bundle):
    replaced(bundle, "entries.jsonl", '"account":"', '"account":"\\u001b]0;owned\\u0007')
    made_right(bundle)
    said, status = verified(bundle)
    assert status == 1
    assert "\x1b" not in said
    assert "owned" in said


def test_the_journal_in_a_bundle_is_the_journal(bundle, world):
    told = [json.loads(line) for line in (bundle / "journal.jsonl").read_text().splitlines()]
    with world.store.reading() as records:
        facts = list(chain.facts(records.connection, STREAM))
    assert [(one["seq"], one["body"].encode(), one["hash"]) for one in told] == [
        (f.seq, f.body, f.hash.hex()) for f in facts
    ]


def test_the_verifier_reads_every_version_of_every_fact():
    newest = {sample.type: SCHEMAS.version(type(sample).__name__) for sample in SAMPLES}
    assert {kind: version for kind, version in newest.items() if version > 1} == VERSIONS
