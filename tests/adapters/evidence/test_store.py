"""Stored content comes back as it was, or not at all."""

import hashlib
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.evidence import sealing
from adapters.evidence.sealing import BLOCK, SealingKeys, sealed, unsealed
from adapters.evidence.store import EvidenceFolder
from domain.errors import BadInput, Broken, NotFound

KEYS = SealingKeys.of([b"k" * 32])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path):
    return EvidenceFolder(tmp_path / "evidence", KEYS)


def kept(folder, content: bytes) -> str:
    return folder.keep(io.BytesIO(content), sha256(content)).sha256


def place(tmp_path, digest):
    return tmp_path / "evidence" / digest[:2] / f"{digest}.sealed"


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_content_of_any_size_comes_back(folder, size):
    content = os.urandom(size)
    assert folder.keep(io.BytesIO(content), sha256(content)).size == size
    assert b"".join(folder.blocks(sha256(content))) == content


def test_it_is_sealed_on_disk_and_only_its_owner_reads_it(folder, tmp_path):
    file = place(tmp_path, kept(folder, b"the finance plan"))
    assert b"finance" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert {each.stat().st_mode & 0o777 for each in (file.parent, file.parent.parent)} == {0o700}


def test_content_with_another_hash_is_not_stored_and_leaves_nothing(folder, tmp_path):
    with pytest.raises(BadInput, match="changed while it was read"):
        folder.keep(io.BytesIO(b"other"), sha256(b"one"))
    assert [each for each in (tmp_path / "evidence").rglob("*") if each.is_file()] == []


def test_storing_again_mends_what_was_damaged(folder, tmp_path):
    digest = kept(folder, b"plan")
    place(tmp_path, digest).write_bytes(b"rubbish")
    kept(folder, b"plan")
    assert b"".join(folder.blocks(digest)) == b"plan"


def changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: b"", "no sealed file"),
        (lambda raw: b"plain content of some length, longer than a header is", "no sealed file"),
        (lambda raw: changed(raw, len(sealing.MAGIC)), "the key that sealed it"),
        (lambda raw: changed(raw, len(sealing.MAGIC) + 9), "was changed"),
        (lambda raw: changed(raw, len(raw) - 1), "was changed"),
        (lambda raw: raw[:-1], "was changed"),
        (lambda raw: raw[: -BLOCK - 16], "was changed"),
        (lambda raw: raw + b"x", "was changed"),
    ],
)
def test_what_was_changed_cut_or_lengthened_on_disk_is_broken(folder, tmp_path, change, says):
    content = os.urandom(2 * BLOCK)
    file = place(tmp_path, kept(folder, content))
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(Broken, match=says):
        list(folder.blocks(sha256(content)))


def test_a_file_swapped_for_another_sealed_one_is_other_content(folder, tmp_path):
    one, other = kept(folder, b"one"), kept(folder, b"other")
    place(tmp_path, other).replace(place(tmp_path, one))
    with pytest.raises(Broken, match="is other content"):
        list(folder.blocks(one))


def test_a_link_a_pipe_or_nothing_in_its_place_is_not_followed(folder, tmp_path):
    digest = kept(folder, b"one")
    file = place(tmp_path, digest)
    for make, error in ((lambda: file.symlink_to("/dev/zero"), Broken), (lambda: os.mkfifo(file), Broken)):
        file.unlink()
        make()
        with pytest.raises(error):
            list(folder.blocks(digest))
    file.unlink()
    with pytest.raises(NotFound, match="is not in the store"):
        list(folder.blocks(digest))


def test_a_link_planted_where_content_goes_is_replaced_and_not_written_through(folder, tmp_path):
    target, digest = tmp_path / "target", sha256(b"one")
    target.write_text("mine")
    place(tmp_path, digest).parent.mkdir(parents=True)
    place(tmp_path, digest).symlink_to(target)
    kept(folder, b"one")
    assert target.read_text() == "mine"
    assert b"".join(folder.blocks(digest)) == b"one"


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path):
    old = EvidenceFolder(tmp_path / "evidence", SealingKeys.of([b"old" + b"k" * 29]))
    new = EvidenceFolder(tmp_path / "evidence", SealingKeys.of([b"new" + b"k" * 29, b"old" + b"k" * 29]))
    digest, later = kept(old, b"one"), kept(new, b"two")
    assert b"".join(new.blocks(digest)) == b"one"
    with pytest.raises(Broken, match="the key that sealed it is not among"):
        list(old.blocks(later))


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_blocks_are_unsealed_in_their_order(parts):
    whole = b"".join(parts)
    raw = b"".join(sealed([whole] if whole else [], KEYS))
    assert b"".join(unsealed(io.BytesIO(raw), KEYS)) == whole
