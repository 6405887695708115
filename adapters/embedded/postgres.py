"""PostgreSQL 18 from its wheel: a child process of ours, on a Unix socket inside its own folder, no TCP."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from adapters.embedded import system_user
from adapters.embedded.process import Launch, ServiceFailed, await_ready, end, plain_environment

DATABASE = "sluice"
OWNER, APP, AUDITOR = "sluice_owner", "sluice_app", "sluice_auditor"
_ADMIN = "postgres"
_HERE = "/proc/self/cwd"
_LONGEST_SOCKET_FOLDER = 85  # a socket's path has some 100 bytes, and `/.s.PGSQL.5432.lock` is appended

_SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "150",
    # A server that recovers by itself can hang if its checkpointer crashes again, as it does on a full disk. So the
    # server exits, and its supervisor starts it again.
    "restart_after_crash": "off",
    # Statements and rows hold account numbers: neither may reach a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedPostgres:
    """One server, its folder, the database `sluice` and its three roles.

    `sluice_owner` owns the tables and runs migrations, `sluice_app` gets what migrations grant it (and no DDL),
    `sluice_auditor` reads.
    """

    name = "postgres"
    stop_signal = signal.SIGINT
    """PostgreSQL's fast shutdown: sessions are ended, everything is flushed."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder.resolve()
        self._user = system_user.postgres_user()
        self._binaries = system_user.postgres_binaries()
        self._log = log
        self._socket_folder: Path | None = None

    @property
    def binaries(self) -> Path:
        """Where `pgbench` and the like are."""
        return self._binaries

    @property
    def where(self) -> str:
        """Return a description of the server's location for people."""
        return f"unix socket in {self.folder}"

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """An SQLAlchemy URL (psycopg 3)."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self._reachable()), safe='/')}"

    def connect(self, role: str = _ADMIN, database: str = _ADMIN) -> psycopg.Connection:
        """A plain autocommit connection."""
        return psycopg.connect(
            host=str(self._reachable()), user=role, dbname=database, autocommit=True, connect_timeout=5
        )

    def launch(self) -> Launch:
        """How the server is started."""
        settings = [part for name, value in _SERVER_SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return self._run_as(self.folder, "postgres", "-D", str(self.folder) if self._user is None else _HERE, *settings)

    def prepare(self) -> None:
        """Stop processes left over from an earlier start, and initialise the cluster if the folder has none.

        Raises:
            ServiceFailed: `initdb` failed.
        """
        self._clear_leftovers()
        if (self.folder / "PG_VERSION").exists():
            return
        unfinished = self.folder.with_name(self.folder.name + ".new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700, parents=True)
        if self._user is not None:
            os.chown(unfinished, self._user.pw_uid, self._user.pw_gid)
        named = str(unfinished) if self._user is None else _HERE
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        arguments = ("-D", named, "-U", _ADMIN, "--auth=trust", "--encoding=UTF8", *locale)
        initdb = self._run_as(unfinished, "initdb", *arguments)
        if initdb.start().wait(60) != 0:
            raise ServiceFailed(f"initdb failed in {unfinished}; {self._log}: {initdb.log_tail()}")
        unfinished.rename(self.folder)

    def await_ready(self, process: subprocess.Popen[bytes], patience_s: float = 60.0) -> None:
        """Return when the server answers; after a crash it first recovers.

        Raises:
            ServiceFailed: it ended, or does not answer in `patience_s`.
        """
        await_ready("PostgreSQL", self.launch(), process, self.answers, patience_s)

    def answers(self) -> bool:
        """Whether a connection can be made now."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str = DATABASE, template: str | None = None) -> None:
        """Create the roles and the database `name` where they are missing, `template`'s copy if one is named."""
        with self.connect() as admin:
            for role in (OWNER, APP, AUDITOR):
                if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                return
            database, roles = sql.Identifier(name), [sql.Identifier(role) for role in (OWNER, APP, AUDITOR)]
            of = sql.Identifier(template or "template0")
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(database, of, roles[0]))
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.SQL(", ").join(roles)))
            admin.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(roles[2]))

    def drop_database(self, name: str) -> None:
        """Drop the database and end its connections."""
        with self.connect() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run_as(self, folder: Path, program: str, *arguments: str) -> Launch:
        return Launch(
            argv=(str(self._binaries / program), *arguments),
            log=self._log,
            cwd=folder,
            env=plain_environment() | {"LC_ALL": "C"},
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
            stop_signal=self.stop_signal,
        )

    def _reachable(self) -> Path:
        """The socket's folder, by a short link if its own path is too long for a socket."""
        if len(os.fsencode(self.folder)) <= _LONGEST_SOCKET_FOLDER:
            return self.folder
        if self._socket_folder is None:
            self._socket_folder = Path(tempfile.mkdtemp(prefix="sluice-")) / "pg"
            self._socket_folder.symlink_to(self.folder)
        return self._socket_folder

    def close(self) -> None:
        """Remove the short link, if there was one."""
        if self._socket_folder is not None:
            self._socket_folder.unlink(missing_ok=True)
            self._socket_folder.parent.rmdir()
            self._socket_folder = None

    def _clear_leftovers(self) -> None:
        """Stop servers and orphaned sessions of this folder, identified by name and working folder, not pid."""
        leftovers = [p for p in psutil.process_iter() if _is_postgres_of(p, self.folder)]
        ids = {p.pid for p in leftovers}
        servers = [p for p in leftovers if _parent(p) not in ids]
        for process in servers:
            end(process, signal.SIGINT)
        for process in leftovers:
            end(process, signal.SIGQUIT, patience_s=2.0)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)


def _parent(process: psutil.Process) -> int | None:
    """Return the parent process; None if the process has just ended."""
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def _is_postgres_of(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False
