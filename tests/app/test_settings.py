from pathlib import Path

import pytest

from app.settings import BadSettings, default_data, load_settings
from domain.identity import Role


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("SLUICE_")]:
        monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    (folder / "sluice.toml").write_text(text)
    return folder


def test_without_any_setting_it_is_the_embedded_stack_with_the_sandbox_bank():
    settings = load_settings()
    assert settings.embedded
    assert settings.bank_mode == "sandbox"
    assert settings.data == default_data().resolve()
    assert settings.bank_files == settings.data / "bank"


def test_a_file_in_the_data_folder_is_read(tmp_path):
    text = 'answer_within_s = 7\n[users.minji]\nparty = "studio-kr"\nroles = ["preparer", "treasurer"]\n'
    settings = load_settings(write(tmp_path, text))
    assert settings.answer_within_s == 7
    assert settings.users["minji"].roles == {Role.PREPARER, Role.TREASURER}


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SLUICE_ANSWER_WITHIN_S", "9")
    assert load_settings(write(tmp_path, "answer_within_s = 7")).answer_within_s == 9


def test_a_file_can_be_named(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text("answer_within_s = 8")
    monkeypatch.setenv("SLUICE_CONFIG", str(tmp_path / "mine.toml"))
    assert load_settings(tmp_path / "data").answer_within_s == 8


def test_the_folder_of_the_command_line_wins_over_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SLUICE_DATA", str(tmp_path / "b"))
    assert load_settings().data == tmp_path / "b"
    assert load_settings(tmp_path / "a").data == tmp_path / "a"


def test_users_can_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SLUICE_USERS", '{"ken": {"party": "studio-jp", "roles": ["approver"]}}')
    assert load_settings().users["ken"].party == "studio-jp"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("answer_within_s = 0", "answer_within_s: Input should be greater than or equal to 1"),
        ("answer_wihtin_s = 1", "there is no setting 'answer_wihtin_s'"),
        ('[users.ken]\nparty = "p"\nroles = ["king"]', "users.ken.roles"),
        ('[users."Kim Sora"]\nparty = "p"\nroles = []', "users.Kim Sora"),
        ("answer_within_s = ", "is not TOML"),
        (
            '[[calendar_overrides]]\ncalendar = "KO"\non = 2026-06-03\nbusiness_day = false\nreason = "election"',
            "calendar_overrides: there is no calendar 'KO': did you mean",
        ),
    ],
)
def test_a_bad_file_is_one_sentence_naming_file_and_field(tmp_path, text, sentence):
    with pytest.raises(BadSettings) as refused:
        load_settings(write(tmp_path, text))
    assert str(tmp_path / "sluice.toml") in refused.value.sentence
    assert sentence in refused.value.sentence
    assert "\n" not in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "value"), [("ANSWER_WITHIN_S", "soon"), ("USERS", "{not json"), ("LOG_FORMAT", "xml")]
)
def test_a_bad_variable_is_one_sentence_naming_it(monkeypatch, name, value):
    monkeypatch.setenv(f"SLUICE_{name}", value)
    with pytest.raises(BadSettings, match=f"SLUICE_{name}") as refused:
        load_settings()
    assert "\n" not in refused.value.sentence


def test_a_named_file_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("SLUICE_CONFIG", "/nowhere/sluice.toml")
    with pytest.raises(BadSettings, match=r"/nowhere/sluice\.toml"):
        load_settings()


def test_the_embedded_stack_refuses_a_real_bank(monkeypatch, tmp_path):
    monkeypatch.setenv("SLUICE_BANK_MODE", "folder")
    monkeypatch.setenv("SLUICE_BANK_FOLDER", str(tmp_path))
    with pytest.raises(BadSettings, match="embedded stack refuses it"):
        load_settings()


def test_an_outside_temporal_with_the_embedded_database_is_refused(monkeypatch):
    monkeypatch.setenv("SLUICE_TEMPORAL_ADDRESS", "temporal:7233")
    with pytest.raises(BadSettings, match="database_url"):
        load_settings()


def test_a_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("SLUICE_DATABASE_URL", "postgresql+psycopg://app:secret@db/sluice")
    assert "secret" not in repr(load_settings())


def test_a_secret_file_is_read(monkeypatch, tmp_path):
    (tmp_path / "sluice_database_url").write_text("postgresql+psycopg://app:secret@db/sluice\n")
    monkeypatch.setenv("SLUICE_SECRETS", str(tmp_path))
    assert load_settings().database_url == "postgresql+psycopg://app:secret@db/sluice"
