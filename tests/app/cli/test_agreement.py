import json
import pathlib

from click.testing import CliRunner

from app.cli.agreement import agreement

EXAMPLES = pathlib.Path(__file__).parents[3] / "examples"
DRAMA, FILM = str(EXAMPLES / "drama-manga.yaml"), str(EXAMPLES / "film-mg.yaml")


def test_check_says_in_one_line_what_a_good_agreement_holds():
    result = CliRunner().invoke(agreement, ["check", FILM])
    assert result.exit_code == 0
    assert result.output == (
        f"{FILM}: NIGHTFERRY version 1: 6 parties, 5 milestones, 10 instalments; "
        "in KRW 7400000000 + USD 3500000.00; out JPY 148000000 + KRW 8300000000 + USD 186500.00\n"
    )


def test_check_says_how_bank_files_write_names(tmp_path):
    file = tmp_path / "drama.yaml"
    text = pathlib.Path(DRAMA).read_text(encoding="utf-8").replace("Oh & Partners Writers Agency", "Öhm & Söhne")
    file.write_text(
        text.replace("cut_off: 15:30", "cut_off: 15:30\n    bank_file: {format: pain.001.001.03, character_set: sepa}")
    )
    result = CliRunner().invoke(agreement, ["check", str(file)])
    assert result.exit_code == 0
    assert result.output.endswith(f"{file}: bank files of spc-krw write 'Öhm & Söhne' as 'Oehm + Soehne'\n")


def test_check_prints_every_finding_of_every_file_and_exits_1(tmp_path):
    broken = tmp_path / "broken.yaml"
    text = pathlib.Path(DRAMA).read_text(encoding="utf-8")
    broken.write_text(text.replace("cut_off: 15:30", "cut_off:").replace("payee: vfx-usd", "payee: vfx"))
    result = CliRunner().invoke(agreement, ["check", str(broken), FILM, str(tmp_path / "none.yaml")])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert len([line for line in lines if line.startswith(f"{broken}:")]) == 5
    assert lines[-2].startswith(f"{FILM}: NIGHTFERRY")
    assert "none.yaml: No such file" in lines[-1]


def test_check_compares_an_amendment_with_the_version_before(tmp_path):
    result = CliRunner().invoke(agreement, ["check", "--amends", DRAMA, DRAMA])
    assert result.exit_code == 1
    assert ": version: it follows version 1: write 2." in result.output


def test_schema_prints_a_json_schema():
    result = CliRunner().invoke(agreement, ["schema"])
    schema = json.loads(result.output)
    assert result.exit_code == 0
    assert schema["title"] == "Sluice agreement"
    assert {"$schema", "description", "properties", "$defs"} <= set(schema)
