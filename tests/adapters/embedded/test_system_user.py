import os
import stat

import pytest

from adapters.embedded import system_user


@pytest.fixture
def closed_wheel(tmp_path, monkeypatch):
    """A server installed in a folder that only its owner may enter."""
    package = tmp_path / "closed/site-packages/pgserver"
    (package / "install18/bin").mkdir(parents=True)
    (package / "install18/bin/postgres").write_text("server")
    (package.parent / "pgserver.libs").mkdir()
    (package.parent / "pgserver.libs/libpq.so").write_text("library")
    (tmp_path / "closed").chmod(0o700)
    monkeypatch.setattr(system_user, "POSTGRES_VERSIONS", {18: package / "install18/bin"})
    monkeypatch.setattr(system_user, "_COPIES", tmp_path / "copies")
    return tmp_path / "closed"


def test_as_root_a_server_in_a_closed_folder_is_copied_with_its_libraries_once(closed_wheel, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    binaries = system_user.postgres_binaries()
    assert binaries.is_relative_to(tmp_path / "copies")
    assert (binaries / "postgres").read_text() == "server"
    assert (binaries / "../../../pgserver.libs/libpq.so").resolve().read_text() == "library"
    assert system_user.postgres_binaries() == binaries
    assert len(list((tmp_path / "copies").iterdir())) == 1
    assert stat.S_IMODE(closed_wheel.stat().st_mode) == 0o700


def test_an_ordinary_user_runs_the_server_where_it_is_and_as_themselves(closed_wheel, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system_user.postgres_binaries().is_relative_to(closed_wheel)
    assert system_user.postgres_user() is None
