import errno
import os
import resource
import time
import unicodedata
from contextlib import suppress

import pytest

from adapters.bank import folder as folder_module
from adapters.bank.folder import BankFolder
from adapters.bank.xml import BadBankFile
from domain.errors import BadInput, IdempotencyConflict, NotFound
from tests.scarce import room_for

KEY = "MANGA12-spc-jpy"


@pytest.fixture
def folder(tmp_path):
    return BankFolder(tmp_path)


def names(tmp_path, part):
    return sorted(each.name for each in (tmp_path / KEY / part).iterdir())


def arrived(folder, tmp_path, name="a.xml", raw=b"<a/>"):
    folder.waiting(KEY)
    (tmp_path / KEY / "inbox" / name).write_bytes(raw)


def test_a_delivered_file_is_out_once_and_kept(folder, tmp_path):
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    assert names(tmp_path, "outbox") == names(tmp_path, "sent") == ["RUN-1.xml"]
    assert names(tmp_path, "staging") == []


def test_delivering_the_same_bytes_again_changes_nothing_also_after_the_bank_took_them(folder, tmp_path):
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    (tmp_path / KEY / "outbox" / "RUN-1.xml").unlink()
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    assert names(tmp_path, "outbox") == []


def test_other_bytes_under_a_name_that_was_used_are_refused(folder, tmp_path):
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    with pytest.raises(IdempotencyConflict, match=r"already sent as RUN-1\.xml"):
        folder.deliver(KEY, "RUN-1.xml", b"<b/>")
    assert (tmp_path / KEY / "outbox" / "RUN-1.xml").read_bytes() == b"<a/>"
    assert names(tmp_path, "staging") == []


@pytest.mark.parametrize("cut_at", ["link", "_send"])
def test_a_delivery_that_was_cut_off_is_finished_by_delivering_again(folder, tmp_path, monkeypatch, cut_at):
    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "link") if cut_at == "link" else (BankFolder, "_send")), cut)
        with pytest.raises(KeyboardInterrupt):
            folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    assert names(tmp_path, "outbox") == []
    folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    assert names(tmp_path, "outbox") == ["RUN-1.xml"]


def test_a_delivery_for_which_there_is_no_room_puts_nothing_out_and_leaves_nothing_lying(folder, tmp_path):
    folder.waiting(KEY)
    with room_for(10), pytest.raises(OSError, match="large"):
        folder.deliver(KEY, "RUN-1.xml", b"<order/>" * 10)
    assert [names(tmp_path, part) for part in ("outbox", "sent", "staging")] == [[], [], []]
    folder.deliver(KEY, "RUN-1.xml", b"<order/>" * 10)
    assert (tmp_path / KEY / "outbox" / "RUN-1.xml").read_bytes() == b"<order/>" * 10


def test_a_delivery_that_cannot_be_recorded_leaves_nothing_lying(folder, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", full)
        with pytest.raises(OSError, match="No space"):
            folder.deliver(KEY, "RUN-1.xml", b"<a/>")
    assert [names(tmp_path, part) for part in ("outbox", "sent", "staging")] == [[], [], []]


def test_waiting_lists_only_finished_regular_files_in_order(folder, tmp_path):
    arrived(folder, tmp_path, "b.xml")
    arrived(folder, tmp_path, "a.xml")
    arrived(folder, tmp_path, ".c.xml.tmp")
    assert folder.waiting(KEY) == ["a.xml", "b.xml"]


def test_what_cannot_be_a_banks_file_is_kept_aside_unopened(folder, tmp_path):
    folder.waiting(KEY)
    inbox = tmp_path / KEY / "inbox"
    (tmp_path / "secret").write_text("s")
    (inbox / "link.xml").symlink_to(tmp_path / "secret")
    (inbox / "folder.xml").mkdir()
    os.mkfifo(inbox / "pipe.xml")
    (inbox / "a\nb.xml").write_text("x")
    assert folder.waiting(KEY) == []
    assert list(inbox.iterdir()) == []
    assert len([name for name in names(tmp_path, "refused") if name.endswith(".why.txt")]) == 4
    assert (tmp_path / "secret").read_text() == "s"


def test_a_link_a_pipe_or_a_folder_put_in_a_files_place_is_not_read(folder, tmp_path):
    folder.waiting(KEY)
    (tmp_path / KEY / "inbox" / "link.xml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / KEY / "inbox" / "pipe.xml")
    (tmp_path / KEY / "inbox" / "folder.xml").mkdir()
    for name in ("link.xml", "pipe.xml", "folder.xml"):
        with pytest.raises(BadBankFile, match="not a regular file"):
            folder.read(KEY, name)


@pytest.mark.parametrize(
    ("raw", "grows"),
    [
        (b"", True),
        (b"<?xml version='1.0'?>\n<Docu", True),
        (b"<?xml version='1.0'?>\n<Document xmlns='x'><a>1</a>", True),
        (b"<?xml version='1.0'?>\n<Document xmlns='x'><a>1</a></Document>", False),
        (b"<p:Document xmlns:p='x'><a/></p:Document >\n\n", False),
        (b"<Document/>\n", False),
        ("<?xml version='1.0' encoding='UTF-16'?><Document><a>가</a>".encode("utf-16"), True),
        ("<?xml version='1.0' encoding='UTF-16'?><Document><a>가</a></Document>\r\n".encode("utf-16"), False),
        (b"{1:F01X}{4:\r\n:20:1\r\n:62F:C250210KRW0,\r\n", True),
        (b"{1:F01X}{4:\r\n:20:1\r\n:62F:C250210KRW0,\r\n-}", False),
        (b"{1:F01X}{4:\r\n:20:1\r\n:62F:C250210KRW0,\r\n-}{5:{CHK:1}}\r\n", False),
        (b":20:1\r\n:25:1\r\n:62F:C250210KRW0,\r\n-\r\n", False),
        (b":20:1\r\n:25:1\r\n:62F:C250210KRW0,\r\n-MORE OF FIELD 86", True),
        (b"1030" + b" " * 196 + b"9" + b" " * 199, False),
        (b"1030" + b" " * 196 + b"\r\n9" + b" " * 199 + b"\r\n\x1a", False),
        (b"1030" + b" " * 196 + b"\r\n8" + b"9" * 199 + b"\r\n", True),
        (b"1010" + b" " * 196 + b"9" + b" " * 100, True),
    ],
)
def test_a_file_without_its_end_mark_may_grow_until_nobody_has_written_to_it_for_a_while(folder, tmp_path, raw, grows):
    arrived(folder, tmp_path, raw=raw)
    assert folder.may_grow(KEY, "a.xml", raw) is grows
    os.utime(tmp_path / KEY / "inbox" / "a.xml", times=(0, time.time() - folder_module.WRITTEN_WITHIN_S))
    assert folder.may_grow(KEY, "a.xml", raw) is False


def test_a_machine_that_can_open_no_more_files_does_not_speak_ill_of_the_banks(folder, tmp_path):
    arrived(folder, tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            folder.read(KEY, "a.xml")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert folder.read(KEY, "a.xml") == b"<a/>"


def test_a_file_is_read_as_it_came_and_archived_once(folder, tmp_path):
    arrived(folder, tmp_path)
    assert folder.read(KEY, "a.xml") == b"<a/>"
    folder.archive(KEY, "a.xml")
    folder.archive(KEY, "a.xml")
    assert (folder.waiting(KEY), names(tmp_path, "archive")) == ([], ["a.xml"])


def test_a_name_that_the_bank_uses_again_for_another_file_loses_neither(folder, tmp_path):
    for raw in (b"<a/>", b"<b/>", b"<a/>"):
        arrived(folder, tmp_path, raw=raw)
        folder.archive(KEY, "a.xml")
    assert {each.read_bytes() for each in (tmp_path / KEY / "archive").iterdir()} == {b"<a/>", b"<b/>"}


def test_a_refused_file_is_kept_with_the_reason(folder, tmp_path):
    arrived(folder, tmp_path)
    folder.keep_aside(KEY, "a.xml", "Line 1: not XML.")
    assert names(tmp_path, "refused") == ["a.xml", "a.xml.why.txt"]
    assert (tmp_path / KEY / "refused" / "a.xml.why.txt").read_text() == "Line 1: not XML.\n"


def test_a_refused_file_stays_where_it_is_until_there_is_room_to_say_why(folder, tmp_path):
    arrived(folder, tmp_path)
    with room_for(10), pytest.raises(OSError, match="large"):
        folder.keep_aside(KEY, "a.xml", "Line 1: it is not XML.")
    assert (folder.waiting(KEY), names(tmp_path, "refused")) == (["a.xml"], [])
    folder.keep_aside(KEY, "a.xml", "Line 1: it is not XML.")
    assert (folder.waiting(KEY), names(tmp_path, "refused")) == ([], ["a.xml", "a.xml.why.txt"])


def test_what_was_said_of_a_refused_file_stays_when_there_is_no_room_to_say_it_again(folder, tmp_path):
    for _ in range(2):
        arrived(folder, tmp_path)
        with suppress(OSError), room_for(10 if names(tmp_path, "refused") else 100):
            folder.keep_aside(KEY, "a.xml", "Line 1: it is not XML.")
    assert (tmp_path / KEY / "refused" / "a.xml.why.txt").read_text() == "Line 1: it is not XML.\n"


def test_what_cannot_be_a_banks_file_stays_until_there_is_room_to_say_why(folder, tmp_path):
    folder.waiting(KEY)
    (tmp_path / KEY / "inbox" / "folder.xml").mkdir()
    with room_for(10), pytest.raises(OSError, match="large"):
        folder.waiting(KEY)
    assert (names(tmp_path, "inbox"), names(tmp_path, "refused")) == (["folder.xml"], [])


def test_a_file_that_is_not_there_is_named(folder):
    for act in (folder.read, folder.archive):
        with pytest.raises(NotFound, match=r"a\.xml"):
            act(KEY, "a.xml")


BAD_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "/etc/passwd",
    ".hidden",
    "a\x00b",
    "a\nb",
    "a\u202exml.b",
    "a" * 256,
    "가" * 86,
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_could_lead_elsewhere_is_refused(folder, name):
    for act in (lambda: folder.deliver(KEY, name, b""), lambda: folder.read(KEY, name), lambda: folder.waiting(name)):
        with pytest.raises(BadInput):
            act()


@pytest.mark.parametrize("name", ["a" * 101, "é.xml", "a b.xml"])
def test_our_own_files_have_names_that_every_bank_can_open(folder, name):
    with pytest.raises(BadInput):
        folder.deliver(KEY, name, b"")


BANK_NAMES = [
    "입출금 내역 (2025-03-04).xml",
    unicodedata.normalize("NFD", "거래내역 3월.xml"),
    "入出金取引明細.txt",
    " blanks around .xml ",
    "a&b;c'd\"e$f*g[h].xml",
    "가" * 80 + ".xml",
    "a" * 251 + ".xml",
]


@pytest.mark.parametrize("name", BANK_NAMES)
def test_a_banks_file_may_have_any_plain_name(folder, tmp_path, name):
    arrived(folder, tmp_path, name)
    assert folder.waiting(KEY) == [name]
    assert folder.read(KEY, name) == b"<a/>"
    assert [each for each, _ in folder.arrived(KEY)] == [name]
    folder.archive(KEY, name)
    folder.archive(KEY, name)
    assert (folder.waiting(KEY), len(names(tmp_path, "archive"))) == ([], 1)


@pytest.mark.parametrize("name", BANK_NAMES)
def test_a_refused_file_of_any_plain_name_is_kept_with_its_reason(folder, tmp_path, name):
    for raw in (b"<a/>", b"<b/>"):
        arrived(folder, tmp_path, name, raw)
        folder.keep_aside(KEY, name, "Line 1: it is not XML.")
    assert folder.waiting(KEY) == []
    assert [why for _, _, why in folder.refused(KEY)] == ["Line 1: it is not XML."] * 2
    assert all(each.startswith(name[:4]) for each, _, _ in folder.refused(KEY))


def test_a_name_in_another_encoding_than_utf_8_is_kept_aside_and_shown_as_it_came(folder, tmp_path):
    folder.waiting(KEY)
    (tmp_path / KEY / "inbox" / os.fsdecode("거래.xml".encode("cp949"))).write_bytes(b"<a/>")
    assert folder.waiting(KEY) == []
    assert "udcb0" in folder.refused(KEY)[0][2]


def test_a_file_beyond_the_limit_is_not_read_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module, "MAX_BYTES", 3)
    arrived(folder, tmp_path)
    with pytest.raises(BadBankFile, match="more than 3 bytes"):
        folder.read(KEY, "a.xml")
