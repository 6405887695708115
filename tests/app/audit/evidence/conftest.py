"""A production that has lived, in a database of each test's own, and the command line on it as an auditor."""

import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from adapters.embedded.postgres import APP, AUDITOR, OWNER
from app import cli
from tests.conftest import Database
from tests.evidence import lived
from tests.world import EXAMPLES, World


@pytest.fixture(scope="module")
def story(postgres, module_database, tmp_path_factory):
    """The database that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("story")
    world = World(module_database.app_url, folder)
    lived(world, folder)
    at = world.clock.at
    world.close()
    return module_database, folder, at


@pytest.fixture
def database(postgres, story):
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template=story[0].name)
    yield Database(name, postgres.url(APP, name), postgres.url(OWNER, name), postgres.url(AUDITOR, name))
    postgres.drop_database(name)


@pytest.fixture
def world(database, story):
    made = World(database.app_url, story[1], at=story[2])
    yield made
    made.close()


def key_file(path: Path) -> Path:
    """A new signing key as `openssl genpkey` writes one."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.touch(0o600)
    path.write_bytes(pem)
    return path


@pytest.fixture
def data(database, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    key_file(folder / "key.pem")
    users = (EXAMPLES / "users.toml").read_text("utf-8")
    lines = (
        f'database_url = "{database.app_url}"',
        f'auditor_database_url = "{database.auditor_url}"',
        f'signing_key = "{folder}/key.pem"',
        users,
    )
    (folder / "sluice.toml").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.fixture
def sluice(data, capsys):
    """The command line; what it says on stdout, and on stderr too where it is to fail."""

    def call(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert cli.execute([*arguments, "--data", str(data)]) == code, capsys.readouterr()
        said = capsys.readouterr()
        return said.out + said.err if code else said.out

    return call


@pytest.fixture
def superuser(postgres, database):
    """Carries statements out with every trigger off, as nobody but the database's superuser can."""

    def change(*statements: str) -> None:
        with postgres.connect(database=database.name) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)

    return change


@pytest.fixture
def owner(database):
    engine = create_engine(database.owner_url, poolclass=NullPool)
    yield engine
    engine.dispose()
