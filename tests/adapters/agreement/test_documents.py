import hashlib
import pathlib

import pytest

from adapters.agreement.documents import BadDocument, load_agreement, parse_agreement
from adapters.agreement.yaml_lines import MAX_BYTES
from domain.errors import BadInput
from tests.world import DRAMA

EXAMPLE = pathlib.Path(__file__).parents[3] / "examples" / "drama-manga.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def said(text):
    """What is said about a text, line by line."""
    with pytest.raises(BadDocument) as caught:
        parse_agreement(text if isinstance(text, bytes) else text.encode(), "a.yaml")
    return [str(finding) for finding in caught.value.findings]


def changed(old, new):
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def line_of(part, text=TEXT):
    return text[: text.index(part)].count("\n") + 1


def test_an_agreement_comes_with_its_bytes_their_hash_and_its_lines():
    loaded = load_agreement(EXAMPLE)
    assert loaded.raw == EXAMPLE.read_bytes()
    assert loaded.sha256 == hashlib.sha256(loaded.raw).hexdigest()
    assert loaded.lines["parties", 1, "name"] == line_of("name: Hanbyul")
    assert loaded.agreement.effective_on.isoformat() == "2025-01-06"
    assert loaded.agreement.account("spc-krw").cut_off.isoformat() == "15:30:00"


def test_a_misspelt_field_is_answered_with_the_right_name_and_the_missing_one_is_named():
    text = changed("    planned_on: 2025-04-25\n", "    planed_on: 2025-04-25\n")
    line = line_of("planed_on", text)
    assert said(text) == [
        f"a.yaml:{line_of('  - id: script-lock')}: milestones[script-lock].planned_on: this field is missing: add it.",
        f"a.yaml:{line}: milestones[script-lock].planed_on: there is no such field here: did you mean 'planned_on'?",
    ]


def test_findings_of_the_whole_document_have_lines_too():
    text = changed("payee: dubbing-jpy", "payee: dubing-jpy")
    (found,) = said(text)
    assert found.startswith(
        f"a.yaml:{line_of('payee: dubing', text)}: schedule[DUB].payee: there is no account 'dubing"
    )
    assert found.endswith("did you mean 'dubbing-jpy'?")


def test_every_finding_is_reported_at_once_sorted_by_line():
    text = changed("version: 1", "version: one").replace("Asia/Seoul", "3").replace("amount: JPY 18500000", "amount: 5")
    lines = [int(finding.split(":")[1]) for finding in said(text)]
    assert lines == sorted(lines)
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ('"1385.00"', "1385.00", "fx[1].contract", "write it in quotes"),
        ('"1385.00"', "1385", "fx[1].contract", "quoted string"),
        ('"1385.00"', '"1_385"', "fx[1].contract", "not a decimal number"),
        ('"1385.00"', '"1e999999999"', "fx[1].contract", "not a decimal number"),
        ('"1385.00"', '"NaN"', "fx[1].contract", "not a decimal number"),
        ("JPY 18500000", "JPY 18500000.5", "schedule[DUB].amount", "JPY has 0"),
        ("JPY 18500000", "18500000", "schedule[DUB].amount", "text in quotes"),
        ("JPY 18500000", "JPY 18,500,000", "schedule[DUB].amount", "plain digits"),
        ('"06236"', "06236", "parties[spc].address.postcode", "text in quotes"),
        ("2025-01-06", "2025-02-30", "effective_on", "a date such as"),
        ("2025-01-06", '"1735689600"', "effective_on", "a date such as"),
        ("15:30", "1530", "accounts[spc-krw].cut_off", "a time such as 15:30"),
        ("15:30", "25:30", "accounts[spc-krw].cut_off", "a time such as 15:30"),
        ("15:30", "half past three", "accounts[spc-krw].cut_off", "a time such as 15:30"),
        ("control: controlled", "control: ours", "accounts[spc-krw].control", "controlled or external"),
        ("calendars: [KR]", "calendars: KR", "accounts[spc-krw].calendars", "a list"),
        ("calendars: [KR]", "calendars: []", "accounts[spc-krw].calendars", "at least 1"),
        ("calendars: [KR]", "calendars: [KR, KOR]", "accounts[spc-krw].calendars[2]", "did you mean 'KR'?"),
        ("calendars: [KR]", "calendars: [US-NW]", "accounts[spc-krw].calendars[1]", "did you mean 'US-"),
        ("calendar: KR", "calendar: KOR", "calendar_overrides[1].calendar", "did you mean 'KR'?"),
        ('annual_percent: "3"', 'annual_percent: "3", days: 30/365', "schedule[TV-A].late_interest.days", "30/360 US"),
        ("time_zone:", "opens_at: 8 o'clock\ntime_zone:", "opens_at", "a time such as 15:30"),
        ("production: LIGHTHOUSE", "production: The Lighthouse", "production", "letters, digits and hyphens"),
        ("sluice: 1", "sluice: 2", "sluice", "write 1"),
        ("version: 1", "version: 0", "version", "1 or more"),
        ("business_days: 10}", "business_days: 999}", "schedule[TV-A].due.business_days", "250 or less"),
        ("business_days: 10}", "busines_days: 10}", "schedule[TV-A].due.busines_days", "did you mean 'business_days'?"),
        ("due: {on: 2025-01-20}", "due: 2025-01-20", "schedule[EQ-A].due", "fields"),
        ("business_day: false", "business_day: no", "calendar_overrides[1].business_day", "true or false"),
        ("Asia/Seoul", "Asia/Soul", "time_zone", "did you mean 'Asia/Seoul'?"),
        ("Asia/Seoul", "../../etc/passwd", "time_zone", "no time zone"),
        ("title: The Lighthouse Keeper's", "title:\ntitles: The", "title", "nothing is given"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_gets_a_sentence_with_what_to_write(old, new, field, sentence):
    found = said(changed(old, new))
    assert any(f": {field}: " in one and sentence in one for one in found), found
    assert not any("pydantic" in one or "Input should" in one for one in found)


def test_a_field_given_twice_is_found_on_its_second_line():
    text = changed("version: 1\n", "version: 1\nversion: 2\n")
    line = line_of("version: 2", text)
    assert said(text) == [
        f"a.yaml:{line}: version: this field is given twice, first on line {line - 1}: keep one of them."
    ]


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("- a\n- b\n", 1, "something else"),
        ("just words", 1, "something else"),
        (BOMB, 1, "anchors"),
        ("a: [x, *b]\n", 1, "aliases"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "tags"),
        ("a: 1\n!!str b: 2\n", 2, "tags"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a: 'open\n", 2, "in what begins on line 1"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("? [a, b]\n: 1\n", 1, "single word"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested deeper"),
        ("a: [" + "1," * 60_000 + "]", 1, "more than 50000"),
        ("a: \x00\n", 1, "control character"),
        (b"\xff\xfe\x00binary", 1, "UTF-8"),
        (b"a: 1\nb: \xe9\n", 2, "UTF-8"),
        (b"#" * (MAX_BYTES + 1), 1, "is it one?"),
    ],
)
def test_hostile_or_broken_yaml_gets_one_clear_sentence(text, line, sentence):
    found = said(text)
    assert len(found) == 1
    assert found[0].startswith(f"a.yaml:{line}: document: ")
    assert sentence in found[0]


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BadInput, match=r"name an agreement's YAML file"):
            load_agreement(path)


def test_a_byte_order_mark_and_windows_line_ends_are_read_past():
    raw = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    assert parse_agreement(raw, "a.yaml").agreement == load_agreement(EXAMPLE).agreement


@pytest.mark.parametrize(
    ("member", "branch", "said"),
    [
        ("9998", "001", "clearing.member: no bank has the code 9998"),
        ("0005", "ZZZ", "clearing.branch: 三菱ＵＦＪ (0005) has no branch ZZZ"),
    ],
)
def test_a_japanese_bank_or_branch_that_is_not_in_the_register_is_found(member, branch, said):
    place = f'{{system: JPZGN, member: "{member}", branch: "{branch}"}}'
    raw = DRAMA.read_bytes().replace(b"bic: SLUDJPJT,", f"clearing: {place},".encode())
    with pytest.raises(BadDocument) as refused:
        parse_agreement(raw, "a.yaml")
    assert said in str(refused.value)


def test_a_japanese_bank_without_its_branch_is_found():
    raw = DRAMA.read_bytes().replace(b"bic: SLUDJPJT,", b'clearing: {system: JPZGN, member: "0005"},')
    with pytest.raises(BadDocument, match=r"clearing.branch: the branch of .* is missing: add its three digits"):
        parse_agreement(raw, "a.yaml")


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("{format: pain.001.001.04}", "bank_file: its format is pain.001.001.04, which is not possible: write one of"),
        ('{client_code: "1"}', "bank_file: its format is missing, which says what it is: add it."),
        ("zengin-21", "bank_file: 'zengin-21': write fields, each on a line of its own."),
        (
            '{format: zengin-21, client_code: "1", purpose: SALA}',
            "bank_file.purpose: there is no such field here: write one of format, client_code, client_name, separator,",
        ),
        ("{format: kr-bulk-xlsx, columns: [{holds: money}]}", "columns[1].holds: 'money' is not possible here: write"),
    ],
)
def test_a_profile_that_is_none_is_told_by_what_its_own_format_has(profile, said):
    raw = DRAMA.read_bytes().replace(b"cut_off: 15:30", f"cut_off: 15:30\n    bank_file: {profile}".encode())
    with pytest.raises(BadDocument) as refused:
        parse_agreement(raw, "a.yaml")
    assert said in str(refused.value)
