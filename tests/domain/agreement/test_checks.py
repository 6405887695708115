"""One broken agreement per check, each a change to the drama example."""

import copy
import pathlib
from datetime import date

import pytest

from adapters.agreement.documents import load_agreement
from domain.agreement.checks import check
from domain.agreement.checks.names import written_names
from domain.agreement.model import Agreement

EXAMPLES = pathlib.Path(__file__).parents[3] / "examples"
DRAMA = load_agreement(EXAMPLES / "drama-manga.yaml").agreement
FRENCH = load_agreement(EXAMPLES / "film-four-countries.yaml").agreement

OVERRIDE = {"calendar": "KR", "on": "2026-06-03", "business_day": False, "reason": "an election"}


def findings(change, agreement=DRAMA, previous=None):
    """What the checks say, as {path: code}, once `change` was made to the agreement's fields."""
    fields = copy.deepcopy(agreement.model_dump(mode="json"))
    change(fields)
    return {finding.path: finding.code for finding in check(Agreement.model_validate(fields), previous)}


def at(fields, *path):
    """The mapping at a path; list items by position or by id."""
    for step in path:
        if isinstance(fields, list) and isinstance(step, str):
            fields = next(item for item in fields if item["id"] == step)
        else:
            fields = fields[step]
    return fields


def setting(*path_and_value):
    """A change that sets one field."""
    *path, field, value = path_and_value
    return lambda fields: at(fields, *path).__setitem__(field, value)


def both(*changes):
    return lambda fields: [change(fields) for change in changes]


def position(kind, name, agreement=DRAMA):
    return next(n for n, item in enumerate(getattr(agreement, kind)) if item.id == name)


def codes(change, agreement=DRAMA, previous=None):
    return set(findings(change, agreement, previous).values())


STATUTORY = {"days": 60, "annual_percent": "15.5"}
STATUTORY_NIL = STATUTORY | {"annual_percent": "0"}
SEPA = setting("accounts", "spc-krw", "bank_file", {"format": "pain.001.001.09", "character_set": "sepa"})


@pytest.mark.parametrize(
    "change",
    [
        both(SEPA, setting("parties", "writer", "name", "오 작가"), setting("parties", "writer", "latin_name", "Oh")),
        both(SEPA, setting("parties", "vfx", "name", "Müller VFX")),
        setting("parties", "vfx", "lei", "529900T8BM49AURSDO55"),
        both(
            setting("accounts", "dubbing-jpy", "bic", None),
            setting("accounts", "dubbing-jpy", "clearing", {"system": "JPZGN", "member": "0005", "branch": "001"}),
        ),
        both(setting("fx", 2, "deal", "FWD-1"), setting("accounts", "spc-krw", "charges_up_to", "KRW 50000")),
    ],
)
def test_what_banks_take_has_no_findings(change):
    assert findings(change) == {}


def test_the_names_that_bank_files_write_otherwise_are_told_account_by_account():
    fields = copy.deepcopy(DRAMA.model_dump(mode="json"))
    both(SEPA, setting("parties", "writer", "name", "Müller & Oh"))(fields)
    told = list(written_names(Agreement.model_validate(fields)))
    assert ("spc-krw", "Müller & Oh", "Mueller + Oh") in told
    assert {each.account for each in told} == {"spc-krw"}


def zengin(fields):
    """Pay in yen from spc-jpy by Zengin files, to accounts that they can name."""
    place = {"system": "JPZGN", "member": "0005", "branch": "001"}
    for name in ("spc-jpy", "publisher-jpy", "dubbing-jpy"):
        at(fields, "accounts", name).update(clearing=place, kind="ordinary", number=str(len(name)))
    at(fields, "accounts", "spc-jpy")["bank_file"] = {"format": "zengin-21", "client_code": "1"}
    at(fields, "schedule", "PR-D")["payer"] = "spc-krw"


def test_an_account_may_pay_by_zengin_files():
    assert findings(zengin) == {}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (
            setting("schedule", "PR-D", "payer", "spc-jpy"),
            ("accounts", "production-krw", "currency"),
            "zengin-currency",
        ),
        (setting("accounts", "dubbing-jpy", "clearing", None), ("accounts", "dubbing-jpy", "clearing"), "zengin-bank"),
        (
            setting("accounts", "dubbing-jpy", "clearing", {"system": "JPZGN", "member": "0005"}),
            ("accounts", "dubbing-jpy", "clearing"),
            "zengin-bank",
        ),
        (setting("accounts", "dubbing-jpy", "kind", None), ("accounts", "dubbing-jpy", "kind"), "zengin-kind"),
        (setting("accounts", "spc-jpy", "kind", "savings"), ("accounts", "spc-jpy", "kind"), "zengin-kind"),
        (
            setting("accounts", "dubbing-jpy", "number", "12345678"),
            ("accounts", "dubbing-jpy", "number"),
            "zengin-number",
        ),
        (setting("parties", "dubbing", "name", "鴎音響"), ("parties", "dubbing", "kana_name"), "not-kana"),
        (setting("parties", "dubbing", "kana_name", "鴎"), ("parties", "dubbing", "kana_name"), "not-kana"),
    ],
)
def test_what_a_zengin_file_cannot_carry_is_found_where_it_stands(change, path, code):
    kind, name, field = path
    assert findings(both(zengin, change))[kind, position(kind, name), field] == code


COLUMNS = [{"holds": each, "heading": each} for each in ("bank", "account", "amount", "holder", "reference")]
RESULT = {"reference": "표시", "status": "결과", "done": ["정상"], "refused": ["오류"]}


def sheets(fields):
    """Pay in won from spc-krw by the bank's sheets, and abroad from the account in yen."""
    for account in fields["accounts"]:
        if account["currency"] == "KRW" and account["control"] == "external":
            account.update(bic=None, clearing={"system": "KR", "member": "004"})
    at(fields, "accounts", "spc-krw")["bank_file"] = {
        "format": "kr-bulk-xlsx",
        "columns": copy.deepcopy(COLUMNS),
        "result": RESULT,
    }
    fields["fx"].append({"base": "USD", "quote": "JPY", "contract": "150", "pay_at": "contract"})
    for instalment in fields["schedule"]:
        if instalment["payer"] == "spc-krw" and instalment["payee"] in {"vfx-usd", "dubbing-jpy"}:
            instalment["payer"] = "spc-jpy"


def test_an_account_may_pay_by_sheets():
    assert findings(sheets) == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (setting("schedule", "VX-A", "payer", "spc-krw"), "sheet-currency"),
        (setting("accounts", "writer-krw", "clearing", {"system": "KR", "member": "4"}), "sheet-bank"),
        (setting("accounts", "writer-krw", "number", "1002A"), "sheet-number"),
        (setting("schedule", "WR-A", "bank_codes", {"purpose": "ROYA"}), "codes-unused"),
        (setting("accounts", "spc-krw", "bank_file", "columns", COLUMNS[1:]), "sheet-column"),
        (setting("accounts", "spc-krw", "bank_file", "columns", 2, "heading", ""), "sheet-heading"),
        (setting("accounts", "spc-krw", "bank_file", "columns", COLUMNS[:-1]), "sheet-reference"),
        (
            setting("accounts", "spc-krw", "bank_file", "columns", [*COLUMNS, {"holds": "cms", "heading": "cms"}]),
            "sheet-cms",
        ),
        (
            setting("accounts", "spc-krw", "bank_file", "columns", [*COLUMNS[:-1], COLUMNS[-1] | {"longest": 14}]),
            "sheet-reference",
        ),
        (
            both(
                setting("accounts", "spc-krw", "bank_file", "format", "kr-bulk-text"),
                setting("parties", "writer", "name", "Müller"),
            ),
            "not-in-sheet",
        ),
    ],
)
def test_what_a_sheet_cannot_carry_is_found(change, code):
    assert code in codes(both(sheets, change))


@pytest.mark.parametrize(("client", "wrong"), [("トウダイ", False), ("灯台", True)])
def test_the_client_name_stands_for_the_name_of_the_owner(client, wrong):
    profile = {"format": "zengin-21", "client_code": "1", "client_name": client}
    change = both(
        zengin, setting("parties", "spc", "name", "灯台製作"), setting("accounts", "spc-jpy", "bank_file", profile)
    )
    where = ("accounts", position("accounts", "spc-jpy"), "bank_file", "client_name")
    told = findings(change)
    assert (told.get(where) == "not-kana") is wrong
    assert ("parties", position("parties", "spc"), "kana_name") not in told


def test_names_in_zengin_files_are_told_in_kana():
    fields = copy.deepcopy(DRAMA.model_dump(mode="json"))
    both(zengin, setting("parties", "dubbing", "kana_name", "株式会社カモメ"))(fields)
    told = {each.name: each.written for each in written_names(Agreement.model_validate(fields))}
    assert told["Kamome Sound Works K.K."] == "ｶ)ｶﾓﾒ"


def test_the_example_has_no_findings():
    assert check(DRAMA) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (setting("parties", "vfx", "id", "spc"), "duplicate"),
        (setting("schedule", "TV-A", "id", "tv-b"), "duplicate"),
        (setting("accounts", "vfx-usd", "owner", "vfxx"), "unknown-party"),
        (setting("milestones", "wrap", "submitter", "nobody"), "unknown-party"),
        (setting("milestones", "wrap", "after", ["nowhere"]), "unknown-milestone"),
        (setting("milestones", "wrap", "approval", "escalate_to", "nobody"), "unknown-party"),
        (setting("schedule", "DUB", "payee", "dubbing"), "unknown-account"),
        (setting("schedule", "VX-A", "of", "vfx"), "unknown-total"),
        (setting("schedule", "DUB", "due", "milestone", "lock"), "unknown-milestone"),
        (setting("milestones", "closing", "after", ["closing"]), "milestone-cycle"),
        (setting("milestones", "wrap", "planned_on", "2025-08-01"), "milestone-order"),
        (setting("milestones", "wrap", "approval", "approvals", 3), "approvals-impossible"),
        (setting("milestones", "wrap", "approval", "parties", ["studio"]), "approval-by-submitter"),
        (setting("milestones", "wrap", "approval", "parties", ["studio", "studio"]), "duplicate"),
        (setting("milestones", "wrap", "approval", "escalate_to", None), "escalate-to-nobody"),
        (setting("milestones", "wrap", "approval", "on_deadline", "reject"), "escalate-unused"),
        (setting("schedule", "TV-A", "amount", "JPY 5"), "amount-and-percent"),
        (setting("schedule", "DUB", "amount", None), "no-amount"),
        (setting("schedule", "VX-A", "of", None), "percent-of-nothing"),
        (setting("schedule", "VX-A", "percent", "0"), "not-positive"),
        (setting("schedule", "VX-A", "percent", "101"), "not-positive"),
        (setting("schedule", "DUB", "amount", "JPY -5"), "not-positive"),
        (setting("schedule", "TV-A", "late_interest", "annual_percent", "0"), "not-positive"),
        (setting("schedule", "EQ-A", "late_interest", "after_delivery", STATUTORY), "no-delivery"),
        (setting("schedule", "TV-B", "late_interest", "after_delivery", STATUTORY_NIL), "not-positive"),
        (setting("write_off", {"by_one": ["KRW 0"]}), "not-positive"),
        (setting("write_off", {"by_rule": ["KRW 5", "JPY 5", "KRW 7"]}), "limit-twice"),
        (setting("schedule", "DUB", "purpose", "late_interest"), "purpose-late-interest"),
        (setting("totals", "vfx-fee", "amount", "USD 0.00"), "not-positive"),
        (setting("schedule", "VX-A", "percent", "14.99"), "total-percent"),
        (setting("totals", "rights-fee", "amount", "JPY 1"), "comes-to-nothing"),
        (setting("schedule", "DUB", "of", "vfx-fee"), "total-currency"),
        (setting("schedule", "DUB", "of", "rights-fee"), "total-amount"),
        (lambda fields: fields["totals"].append({"id": "x", "title": "X", "amount": "JPY 5"}), "total-unused"),
        (setting("schedule", "DUB", "purpose", "grant"), "purpose-direction"),
        (setting("schedule", "TV-A", "purpose", "fee"), "purpose-direction"),
        (setting("schedule", "DUB", "payer", "tv-jpy"), "both-external"),
        (setting("schedule", "TV-A", "payer", "spc-krw"), "both-controlled"),
        (setting("schedule", "DUB", "payee", "vfx-usd"), "payee-currency"),
        (setting("schedule", "VX-A", "payer", "spc-jpy"), "no-fx-rule"),
        (setting("fx", 0, "source", None), "fx-no-reference"),
        (setting("fx", 0, "fixing", None), "fx-no-reference"),
        (setting("fx", 0, "published_on", ["KO"]), "unknown-calendar"),
        (both(setting("fx", 0, "pay_at", "contract"), setting("fx", 0, "published_on", ["KR"])), "source-unused"),
        (setting("receipt_fx", 0, "published_on", ["TARGETT"]), "unknown-calendar"),
        (setting("accounts", "spc-krw", "calendars", ["KR", "US-XX"]), "unknown-calendar"),
        (lambda fields: fields["calendar_overrides"].append(OVERRIDE | {"calendar": "kr"}), "unknown-calendar"),
        (setting("fx", 0, "contract", "-1"), "not-positive"),
        (setting("fx", 0, "quote", "USD"), "fx-same"),
        (setting("fx", 0, "base", "ZZZ"), "unknown-currency"),
        (both(setting("fx", 0, "base", "JPY"), setting("fx", 0, "quote", "KRW")), "duplicate"),
        (setting("accounts", "spc-krw", "currency", "XAU"), "unknown-currency"),
        (setting("accounts", "spc-krw", "cut_off", None), "no-cut-off"),
        (setting("accounts", "spc-krw", "bic", "12345678"), "bad-bic"),
        (setting("accounts", "vfx-usd", "iban", True), "bad-iban"),
        (setting("accounts", "vfx-usd", "number", "FR7699998000010001234567801"), "iban-unmarked"),
        (setting("fx", 2, "contract", "1e40"), "rate-too-long"),
        (setting("fx", 2, "contract", "0.00000000001"), "rate-too-long"),
        (setting("schedule", "DUB", "amount", "JPY 1000000000000000"), "amount-too-large"),
        (setting("totals", "vfx-fee", "amount", "USD 10000000000000.00"), "amount-too-large"),
        (setting("parties", "vfx", "name", "  "), "unwritable"),
        (setting("parties", "vfx", "latin_name", "  "), "unwritable"),
        (setting("parties", "vfx", "kana_name", "\0"), "unwritable"),
        (setting("title", "Light\0house"), "unwritable"),
        (setting("schedule", "DUB", "title", "Dub\x07bing"), "unwritable"),
        (setting("parties", "vfx", "name", "Bell\x07"), "unwritable"),
        (setting("parties", "vfx", "address", "postcode", ""), "unwritable"),
        (setting("parties", "vfx", "address", "building", " "), "unwritable"),
        (setting("parties", "vfx", "name", "패럴론 VFX"), "not-latin"),
        (setting("parties", "spc", "address", "town", "서울"), "not-latin"),
        (both(SEPA, setting("parties", "writer", "name", "오 작가")), "not-latin"),
        (both(SEPA, setting("parties", "writer", "latin_name", "오 작가")), "not-latin"),
        (both(SEPA, setting("parties", "writer", "address", "town", "서울")), "not-latin"),
        (both(SEPA, setting("parties", "writer", "name", "ü" * 36)), "too-long"),
        (setting("accounts", "vfx-usd", "bank_file", {"format": "pain.001.001.03"}), "profile-unused"),
        (setting("accounts", "spc-krw", "charges_up_to", "USD 5.00"), "limit-currency"),
        (setting("accounts", "spc-krw", "charges_up_to", "KRW -1"), "not-positive"),
        (setting("accounts", "vfx-usd", "bic", None), "no-bank"),
        (setting("parties", "vfx", "lei", "529900T8BM49AURSDO56"), "bad-lei"),
        (setting("fx", 0, "deal", "FWD-1"), "deal-without-rate"),
        (setting("milestones", "closing", "planned_on", "2024-12-31"), "before-effective"),
        (setting("schedule", "EQ-A", "due", "on", "2024-12-31"), "before-effective"),
        (setting("schedule", "EQ-C", "due", "on", "2925-12-31"), "implausible-date"),
    ],
)  # fmt: skip
def test_each_slip_is_found(change, code):
    assert code in codes(change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (setting("accounts", "atelier-eur", "number", "FR7699998000010001234567802"), "bad-iban"),
        (setting("accounts", "atelier-eur", "bic", "SLUHDEFF"), "bic-country"),
    ],
)
def test_slips_in_an_iban_and_its_bank_are_found(change, code):
    assert codes(change, FRENCH) == {code}


def test_a_name_in_its_own_script_stays_within_its_country():
    """Abroad only Latin letters arrive; a bank at home, and whoever only pays us, may be named as they are called."""

    def change(fields):
        at(fields, "parties", "writer").update(name="오 작가 사무소")
        at(fields, "parties", "broadcaster").update(name="みなと湾テレビ")

    assert codes(change) == set()


def test_a_circle_of_milestones_is_distinguished_from_milestones_behind_it():
    found = findings(setting("milestones", "closing", "after", ["script-lock"]))
    by_code = {}
    for path, code in found.items():
        by_code.setdefault(code, set()).add(path)
    circle = {("milestones", position("milestones", name), "after") for name in ("closing", "script-lock")}
    assert by_code["milestone-cycle"] == circle
    assert len(by_code["milestone-unreachable"]) == len(DRAMA.milestones) - 2


def test_the_circle_is_spelled_out():
    fields = DRAMA.model_dump(mode="json")
    at(fields, "milestones", "closing")["after"] = ["script-lock"]
    sentences = [f.sentence for f in check(Agreement.model_validate(fields)) if f.code == "milestone-cycle"]
    assert "closing after script-lock after closing" in sentences[0]


def test_a_finding_names_the_place():
    found = findings(setting("schedule", "DUB", "payee", "dubbing-jpyy"))
    assert found == {("schedule", position("schedule", "DUB"), "payee"): "unknown-account"}


def test_a_misspelt_reference_is_answered_with_the_nearest_name():
    fields = DRAMA.model_dump(mode="json")
    at(fields, "schedule", "DUB")["payee"] = "dubing-jpy"
    (finding,) = check(Agreement.model_validate(fields))
    assert "did you mean 'dubbing-jpy'?" in finding.sentence


def test_percentages_beside_fixed_amounts_may_come_to_part_of_a_minor_unit():
    def change(fields):
        at(fields, "totals", "rights-fee")["amount"] = "JPY 101"
        at(fields, "schedule", "RI-A").update(percent="50")
        at(fields, "schedule", "RI-B").update(percent=None, amount="JPY 51")

    assert codes(change) == set()


def test_one_approval_of_two_people_of_a_party_can_be_asked_for():
    def change(fields):
        at(fields, "milestones", "wrap", "approval").update(
            approvals=2, parties=["broadcaster"], distinct_parties=False
        )

    assert codes(change) == set()


def amended(*changes):
    return both(setting("version", 2), setting("effective_on", "2025-09-01"), *changes)


def test_the_next_version_may_repeat_what_was_due_before_it():
    assert codes(amended(), previous=DRAMA) == set()
    assert codes(amended()) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (setting("version", 1), "amendment-version"),
        (setting("version", 3), "amendment-version"),
        (setting("production", "OTHER"), "amendment-production"),
        (setting("effective_on", "2025-01-01"), "amendment-effective"),
        (setting("accounts", "spc-krw", "number", "4400000000"), "amendment-account"),
        (setting("schedule", "DUB", "purpose", "rights"), "amendment-instalment"),
        (both(setting("schedule", "EQ-C", "id", "EQ-D"), setting("schedule", "EQ-D", "due", "on", "2025-03-03")),
         "before-effective"),
    ],
)  # fmt: skip
def test_each_error_of_an_amendment_is_found(change, code):
    assert codes(amended(change), previous=DRAMA) == {code}


def test_an_amendment_may_not_change_the_account_of_a_payee():
    moved = amended(setting("accounts", "vfx-usd", "number", "4400000000"))
    assert codes(moved, previous=DRAMA) == {"amendment-payee-account"}


def test_an_amendment_may_leave_out_accounts_but_none_of_ours():
    unused = [
        DRAMA.account("spc-krw").model_copy(update={"id": "spc-old", "number": "9900000000"}),
        DRAMA.account("vfx-usd").model_copy(update={"id": "vfx-old", "number": "9900000000"}),
    ]
    before = DRAMA.model_copy(update={"accounts": (*DRAMA.accounts, *unused)})
    assert findings(amended(), previous=before) == {("accounts",): "amendment-account-missing"}


def test_versions_take_effect_in_order_or_on_the_same_day():
    assert codes(amended(setting("effective_on", str(date(2025, 1, 6)))), previous=DRAMA) == set()
