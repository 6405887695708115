"""A user's paths may be anything."""

import os
from pathlib import Path

import pytest

from adapters.evidence.files import plain_file, write_new
from domain.errors import BadInput


def test_only_a_plain_file_is_read(tmp_path):
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    (tmp_path / "zero").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    for name in ("one", "link"):
        with plain_file(tmp_path / name) as file:
            assert file.read() == b"1"
    for path in (Path("/dev/zero"), tmp_path / "zero", tmp_path / "pipe", tmp_path):
        with pytest.raises(BadInput, match=r"is no plain file|Is a directory"), plain_file(path):
            pass
    with pytest.raises(BadInput, match="cannot be read: No such file"), plain_file(tmp_path / "none"):
        pass


def test_nothing_is_overwritten_and_nothing_half_written_stays(tmp_path):
    out = tmp_path / "out"
    write_new(out, [b"a", b"b"])
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (b"ab", 0o600)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for taken in (out, tmp_path / "link"):
        with pytest.raises(BadInput, match="exists already"):
            write_new(taken, [b"c"])

    def cut():
        yield b"half"
        raise ValueError("cut")

    with pytest.raises(ValueError, match="cut"):
        write_new(tmp_path / "half", cut())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "out"]
