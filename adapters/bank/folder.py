"""Exchanges files with a bank through a folder per account, the usual form of host-to-host banking.

    ROOT/{account}/outbox;   from us, until the bank takes it
    ROOT/{account}/sent;     a copy of all we sent
    ROOT/{account}/staging;  not yet sent
    ROOT/{account}/inbox;    from the bank
    ROOT/{account}/archive;  read and done
    ROOT/{account}/refused;  kept aside, each with the reason

Everything is durable when a call returns. Repeating an interrupted call completes it.
"""

import errno
import hashlib
import os
import re
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from adapters.bank.xml import MAX_BYTES, BadBankFile, is_cut_off
from domain.errors import BadInput, IdempotencyConflict, NotFound

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,40}")
_OUR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BANKS_NAME = re.compile(r"(?!\.)[^/\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]{1,255}")
"""No slash, leading dot or control character, nor one that turns the direction of writing."""

_MAX_NAME_BYTES = 255
_KEPT_NAME_BYTES = 200
"""Longest name under which a file is put away: there is room for a digest and for the name of its reason."""
_PARTS = ("outbox", "inbox", "archive", "refused", "sent", "staging")
_WHY = ".why.txt"
WRITTEN_WITHIN_S = 5.0
"""An incomplete file that has not grown for this long is taken to stay incomplete."""
_NO_FILE = {errno.ELOOP, errno.ENXIO}
"""Errors of opening a link or a socket. Any other error is this machine's, not the file's."""
_READ_ONCE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def folder_of(production: str, account: str) -> str:
    """Return the key of an account's folder. Neither part holds a dot, so no two accounts share a key."""
    return f"{production}.{account}"


class BankFolder:
    """The exchange folders of all accounts below one root. An account's folders are made at first use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def deliver(self, account: str, name: str, raw: bytes) -> None:
        """Put a file out for the bank once.

        Repeating a name with equal bytes changes nothing, even after the bank took it.

        To send equal bytes again on purpose, use another name. The bank identifies messages by their message id.

        Raises:
            BadInput: the account or the name is not a plain file name.
            IdempotencyConflict: other bytes were sent under this name.
        """
        home = self._home(account)
        staged = self._staged(home, _checked(_OUR_NAME, name, "file name"), raw)
        try:
            os.link(staged, home / "sent" / name)
        except FileExistsError:
            staged.unlink()
            if (home / "sent" / name).read_bytes() != raw:
                raise IdempotencyConflict(
                    f"{account}: another file was already sent as {name}: give this one its own name.", name=name
                ) from None
        except OSError:  # a full disk must not gain a staged file with every retry
            staged.unlink(missing_ok=True)
            raise
        _sync(home / "sent")
        self._send(home, name)

    def waiting(self, account: str) -> list[str]:
        """Return the sorted names of files from the bank. Anything that cannot be a bank's file is kept aside at once.

        Names that begin with a dot are still being written and are left alone.
        """
        home = self._home(account)
        names = []
        with os.scandir(home / "inbox") as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if _is_name(entry.name) and entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
                else:
                    self._keep_strange(home, entry.name)
        return sorted(names)

    def read(self, account: str, name: str) -> bytes:
        """Return the bytes of a waiting file.

        Raises:
            NotFound: there is no such file.
            BadBankFile: it is not a regular file, or it is larger than a bank's file may be.
        """
        path = self._home(account) / "inbox" / _banks(name)
        try:
            descriptor = os.open(path, _READ_ONCE)
        except FileNotFoundError:
            raise _not_waiting(account, name) from None
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
            raise BadBankFile(f"{account}: {name} is not a regular file: keep it aside.", name=name) from error
        if not S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise BadBankFile(f"{account}: {name} is not a regular file: keep it aside.", name=name)
        with os.fdopen(descriptor, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BadBankFile(f"{account}: {name} has more than {MAX_BYTES} bytes: keep it aside.", name=name)
        return raw

    def may_grow(self, account: str, name: str, raw: bytes) -> bool:
        """Return whether the bank may still be writing a waiting file (read as `raw`): not all banks use hidden names.

        Raises:
            NotFound: the file is gone.
        """
        if not is_cut_off(raw):
            return False
        path = self._home(account) / "inbox" / _banks(name)
        try:
            return time.time() - path.stat().st_mtime < WRITTEN_WITHIN_S
        except FileNotFoundError:
            raise _not_waiting(account, name) from None

    def archive(self, account: str, name: str) -> None:
        """Archive a file that was read and recorded. A file that is already archived stays where it is.

        Raises:
            NotFound: there never was such a file.
        """
        self._put_away(account, name, self._away(account, name, "archive"))

    def keep_aside(self, account: str, name: str, why: str) -> None:
        """Put a refused file aside, next to `{name}.why.txt` with the reason.

        The reason is written first: without it nobody would be told of the file.

        Raises:
            NotFound: there never was such a file.
        """
        kept = self._away(account, name, "refused")
        _write_whole(kept.with_name(f"{kept.name}{_WHY}"), f"{why}\n".encode())
        self._put_away(account, name, kept)

    def arrived(self, account: str) -> list[tuple[str, datetime]]:
        """Return name and arrival time of everything in the inbox. Nothing is opened or moved."""
        home = self._root / _checked(_ACCOUNT, account, "account key") / "inbox"
        found = []
        for path in sorted(home.glob("[!.]*")):
            with suppress(FileNotFoundError):  # the file was taken in meanwhile
                found.append((path.name, datetime.fromtimestamp(path.lstat().st_ctime, UTC)))
        return found

    def refused(self, account: str) -> list[tuple[str, datetime, str]]:
        """Return the files that are still kept aside: name, time and reason of each."""
        home = self._root / _checked(_ACCOUNT, account, "account key") / "refused"
        found = []
        for why in sorted(home.glob(f"*{_WHY}")):
            name = why.name.removesuffix(_WHY)
            with suppress(FileNotFoundError):  # the file was removed meanwhile
                if os.path.lexists(home / name):
                    at = datetime.fromtimestamp(why.stat().st_mtime, UTC)
                    found.append((name, at, why.read_text("utf-8", "replace").strip()))
        return found

    def _away(self, account: str, name: str, part: str) -> Path:
        """Return the path to which an inbox file is put away, or was already."""
        home = self._home(account)
        source = home / "inbox" / _banks(name)
        target = home / part / _shortened(name)
        if not os.path.lexists(source):
            if not target.exists():
                raise NotFound(f"{account}: there is no file {name} to put away.", name=name)
        elif target.exists() and target.read_bytes() != source.read_bytes():
            digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
            target = target.with_name(f"{target.stem}-{digest}{target.suffix}")
        return target

    def _put_away(self, account: str, name: str, target: Path) -> None:
        source = self._home(account) / "inbox" / name
        if os.path.lexists(source):
            source.replace(target)
        _sync(target.parent)
        _sync(source.parent)

    def _keep_strange(self, home: Path, name: str) -> None:
        digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
        kept = home / "refused" / f"strange-{digest}-{secrets.token_hex(4)}"
        why = f"{name!r} is not a regular file with a plain name, so it was not opened.\n"
        _write_whole(kept.with_name(f"{kept.name}{_WHY}"), why.encode(errors="backslashreplace"))
        (home / "inbox" / name).rename(kept)
        _sync(home / "refused")

    def _home(self, account: str) -> Path:
        home = self._root / _checked(_ACCOUNT, account, "account key")
        if not (home / _PARTS[-1]).is_dir():
            for part in _PARTS:
                (home / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(home)
            _sync(self._root)
        return home

    def _staged(self, home: Path, name: str, raw: bytes) -> Path:
        staged = home / "staging" / f"{name}.{secrets.token_hex(8)}"
        _write(staged, raw)
        return staged

    def _send(self, home: Path, name: str) -> None:
        """Rename the staged file that `sent` records into the outbox. Afterwards no staged file is left.

        A link in `sent` and its file in `staging` share one inode. The recorded bytes therefore go out exactly once,
        even after an interruption.
        """
        recorded = (home / "sent" / name).stat().st_ino
        for staged in (home / "staging").glob(f"{name}.*"):
            try:
                if staged.stat().st_ino == recorded:
                    staged.replace(home / "outbox" / name)
            except FileNotFoundError:
                continue  # another worker has sent it, or removed its own copy
        _sync(home / "outbox")


def _not_waiting(account: str, name: str) -> NotFound:
    return NotFound(f"{account}: no file {name} is waiting: list the waiting files first.", name=name)


def _checked(pattern: re.Pattern[str], written: str, what: str) -> str:
    if not pattern.fullmatch(written):
        raise BadInput(f"{written!r} is not a {what}: use letters, digits and hyphens.")
    return written


def _is_name(written: str) -> bool:
    return bool(_BANKS_NAME.fullmatch(written)) and len(written.encode()) <= _MAX_NAME_BYTES


def _banks(name: str) -> str:
    if not _is_name(name):
        raise BadInput(f"{name!r} is not a plain file name: use no slash, leading dot or control character.")
    return name


def _shortened(name: str) -> str:
    """Return a name that leaves room for what is added to it when the file is put away. Equal names give equal ones."""
    raw = name.encode()
    if len(raw) <= _KEPT_NAME_BYTES:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:12]
    return f"{raw[:_KEPT_NAME_BYTES].decode(errors='ignore')}-{digest}"


def _write(path: Path, raw: bytes) -> None:
    """Write a new file. If there is no room for all of it, nothing is left behind."""
    try:
        with path.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        _sync(path.parent)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _write_whole(path: Path, raw: bytes) -> None:
    """Replace a file atomically: it has either all of the new content or the old one."""
    part = path.with_name(f".{path.name}.part")
    _write(part, raw)
    part.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
