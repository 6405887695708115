"""The comparisons on the same server: pgbench's TPC-B, and pgledger driven by pgbench."""

import subprocess
import tempfile
from pathlib import Path

import sqlalchemy as sa

from adapters.embedded.postgres import OWNER, EmbeddedPostgres

TPC_B, PGLEDGER = "tpc_b", "pgledger"
_FILES = (
    "vendor/scoville-pgsql-ulid/ulid-to-uuid.sql",
    "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql",
    "pgledger.sql",
)
_ACCOUNTS = """
CREATE TABLE account_of AS
SELECT n::int, (SELECT id FROM pgledger_create_account('account ' || n, 'USD')) AS id FROM generate_series(1, 1000) n;
ALTER TABLE account_of ADD PRIMARY KEY (n);
"""
_TRANSFER = """
\\set payer random(1, :accounts)
\\set beside random(1, :accounts - 1)
SELECT pgledger_create_transfer(
    (SELECT id FROM account_of WHERE n = :payer),
    (SELECT id FROM account_of WHERE n = 1 + (:payer - 1 + :beside) % :accounts),
    1
);
"""


def prepare_tpc_b(server: EmbeddedPostgres, scale: int) -> None:
    server.create_database(TPC_B)
    _pgbench(server, TPC_B, "-q", "-i", "-s", str(scale))


def tpc_b_per_s(server: EmbeddedPostgres, clients: int, seconds: int) -> float:
    """Return pgbench's TPC-B transactions per second."""
    return _per_s(server, TPC_B, clients, seconds)


def prepare_pgledger(server: EmbeddedPostgres, checkout: Path) -> None:
    """Install pgledger from a checkout, and create a thousand accounts."""
    server.create_database(PGLEDGER)
    with server.connect(OWNER, PGLEDGER) as connection:
        for file in _FILES:
            connection.execute((checkout / file).read_text("utf-8"))
        connection.execute(_ACCOUNTS)


def pgledger_per_s(server: EmbeddedPostgres, clients: int, seconds: int, accounts: int) -> float:
    """Return transfers per second between two of the first `accounts`."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_TRANSFER)
        script.flush()
        return _per_s(
            server, PGLEDGER, clients, seconds, "-n", "-M", "prepared", "-D", f"accounts={accounts}", "-f", script.name
        )


def _per_s(server: EmbeddedPostgres, database: str, clients: int, seconds: int, *what: str) -> float:
    said = _pgbench(server, database, "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds), *what)
    (line,) = (line for line in said.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _pgbench(server: EmbeddedPostgres, database: str, *arguments: str) -> str:
    host = str(sa.make_url(server.url(OWNER, database)).query["host"])
    run = (str(server.binaries / "pgbench"), *arguments, "-h", host, "-U", OWNER, database)
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout
