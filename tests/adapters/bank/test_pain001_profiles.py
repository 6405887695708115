"""Every field of a profile, in both versions: bound by the library's classes, and read by hand."""

import re
from dataclasses import fields, is_dataclass

import pytest
from lxml import etree

from adapters.bank.iso import module
from adapters.bank.pain001 import write_order
from domain.bank.characters import CharacterSet
from domain.bank.messages import AccountType, BankCodes, ClearingMember, RegulatoryReporting
from domain.bank.profile import OrganisationId, Pain001Profile
from domain.errors import BadInput
from tests.adapters.bank.binding import bound
from tests.adapters.bank.samples import AGREED, DEBTOR, VENDOR, order, transfer

FULL = {
    "service_level": "URGP",
    "category_purpose": "SUPP",
    "purpose": "ROYA",
    "charge_bearer": "DEBT",
    "initiating_party_id": OrganisationId(id="CLIENT-7", scheme="CUST"),
    "debtor_id": OrganisationId(id="123 456", scheme="Agency number", issuer="Bank"),
    "agent": "both",
    "account_type": "zengin",
    "regulatory": RegulatoryReporting(authority_country="JP", code="312", information="Film rights"),
}
TOKYO = DEBTOR.model_copy(
    update={
        "clearing": ClearingMember(system="JPZGN", member="0005", branch="001"),
        "kind": AccountType.ORDINARY,
        "lei": "529900T8BM49AURSDO55",
        "bic": "BOTKJPJT",
    }
)
VERSIONS = ("pain.001.001.03", "pain.001.001.09")


def profile(version, **fields):
    return Pain001Profile(format=version, **fields)


def full_order():
    return order(
        transfer("E1", "USD 10.00", agreed_rate=AGREED),
        transfer("E2", "USD 5.50", creditor=TOKYO.model_copy(update={"bic": None, "kind": AccountType.SAVINGS})),
        debtor=TOKYO,
    ).model_copy(update={"batch_booking": False})


def leaves(raw):
    """Every text of a file by its path, read by hand; a second sibling of a name has its number."""
    found = {}

    def walk(element, path):
        name = etree.QName(element).localname
        twins = [each for each in element.itersiblings(preceding=True) if each.tag == element.tag]
        here = f"{path}/{name}" + (f"[{len(twins) + 1}]" if twins else "")
        if len(element) == 0:
            found[here] = element.text
        for child in element:
            walk(child, here)

    for child in etree.fromstring(raw)[0]:
        walk(child, "")
    return found


def unfit(record):
    """Every text of a document of the library's classes that breaks its limits of length or its pattern."""
    for field in fields(record):
        value, limits = getattr(record, field.name), field.metadata
        for each in value if isinstance(value, list) else [value]:
            if is_dataclass(each):
                yield from unfit(each)
            elif isinstance(each, str):
                longest, shortest, pattern = (limits.get(name) for name in ("max_length", "min_length", "pattern"))
                if len(each) > (longest or len(each)) or len(each) < (shortest or 0):
                    yield f"{field.name}: {each!r} is too long or too short"
                if pattern and not re.fullmatch(pattern, each):
                    yield f"{field.name}: {each!r} is not {pattern}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("given", [{}, FULL])
@pytest.mark.parametrize("made", [order, full_order])
def test_every_file_fits_the_classes_of_its_message(version, given, made):
    raw = write_order(made(), profile(version, **given))
    document = bound(module(version).Document, etree.fromstring(raw))
    assert document.cstmr_cdt_trf_initn.grp_hdr.msg_id == "RUN-1"
    assert list(unfit(document)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_a_profile_is_read_back_by_hand(version):
    early = version.endswith("03")
    told = leaves(write_order(full_order(), profile(version, **FULL)))
    bic = "BIC" if early else "BICFI"
    expected = {
        "/GrpHdr/InitgPty/Id/OrgId/Othr/Id": "CLIENT-7",
        "/GrpHdr/InitgPty/Id/OrgId/Othr/SchmeNm/Cd": "CUST",
        "/PmtInf/BtchBookg": "false",
        "/PmtInf/PmtTpInf/SvcLvl/Cd": "URGP",
        "/PmtInf/PmtTpInf/CtgyPurp/Cd": "SUPP",
        f"/PmtInf/ReqdExctnDt{'' if early else '/Dt'}": "2025-03-04",
        "/PmtInf/Dbtr/Id/OrgId/Othr/Id": "123 456",
        "/PmtInf/Dbtr/Id/OrgId/Othr/SchmeNm/Prtry": "Agency number",
        "/PmtInf/Dbtr/Id/OrgId/Othr/Issr": "Bank",
        "/PmtInf/DbtrAcct/Tp/Prtry": "1",
        f"/PmtInf/DbtrAgt/FinInstnId/{bic}": "BOTKJPJT",
        "/PmtInf/DbtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd": "JPZGN",
        "/PmtInf/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId": "0005",
        "/PmtInf/DbtrAgt/BrnchId/Id": "001",
        "/PmtInf/ChrgBr": "DEBT",
        f"/PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/{bic}": VENDOR.bic,
        "/PmtInf/CdtTrfTxInf/XchgRateInf/CtrctId": "FX-1",
        "/PmtInf/CdtTrfTxInf/Purp/Cd": "ROYA",
        "/PmtInf/CdtTrfTxInf/RgltryRptg/DbtCdtRptgInd": "DEBT",
        "/PmtInf/CdtTrfTxInf/RgltryRptg/Authrty/Ctry": "JP",
        "/PmtInf/CdtTrfTxInf/RgltryRptg/Dtls/Cd": "312",
        "/PmtInf/CdtTrfTxInf/RgltryRptg/Dtls/Inf": "Film rights",
        "/PmtInf/CdtTrfTxInf[2]/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId": "0005",
        "/PmtInf/CdtTrfTxInf[2]/CdtrAcct/Tp/Prtry": "4",
    }
    assert told | expected == told
    assert f"/PmtInf/CdtTrfTxInf[2]/CdtrAgt/FinInstnId/{bic}" not in told
    assert not [path for path in told if path.startswith("/PmtInf/CdtTrfTxInf[2]/RgltryRptg")], "it stays in Japan"
    assert ("/PmtInf/Dbtr/Id/OrgId/LEI" in told) is not early
    assert ("/PmtInf/CdtTrfTxInf/XchgRateInf/UnitCcy" in told) is not early


@pytest.mark.parametrize(
    ("agent", "account", "written"),
    [
        ("bic", TOKYO, {"BICFI"}),
        ("clearing", TOKYO, {"ClrSysMmbId"}),
        ("both", TOKYO, {"BICFI", "ClrSysMmbId"}),
        ("bic", TOKYO.model_copy(update={"bic": None}), {"ClrSysMmbId"}),
        ("clearing", VENDOR, {"BICFI"}),
    ],
)
def test_a_bank_is_named_as_the_profile_says_or_by_what_is_known(agent, account, written):
    told = leaves(write_order(order(transfer(creditor=account)), Pain001Profile(agent=agent)))
    where = "/PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/"
    assert {path.removeprefix(where).split("/")[0] for path in told if path.startswith(where)} == written


def test_an_account_whose_bank_nobody_knows_is_not_written():
    with pytest.raises(BadInput, match="transfer MANGA12-1: CdtrAgt: the account has neither"):
        write_order(order(transfer(creditor=VENDOR.model_copy(update={"bic": None}))))


@pytest.mark.parametrize(
    ("kind", "version", "code"),
    [("ordinary", VERSIONS[0], "CACC"), ("savings", VERSIONS[1], "SVGS"), ("other", VERSIONS[1], None)],
)
def test_the_type_of_an_account_has_an_iso_code_if_there_is_one(kind, version, code):
    debtor = DEBTOR.model_copy(update={"kind": AccountType(kind)})
    raw = write_order(order(debtor=debtor), profile(version, account_type="iso"))
    assert leaves(raw).get("/PmtInf/DbtrAcct/Tp/Cd") == code


@pytest.mark.parametrize("characters", [CharacterSet.SEPA, CharacterSet.SWIFT_X])
def test_names_and_addresses_are_written_in_the_letters_of_the_profile(characters):
    vendor = VENDOR.model_copy(
        update={"holder": "Müller & Söhne", "address": VENDOR.address.model_copy(update={"street": "Straße 1"})}
    )
    told = leaves(write_order(order(transfer(creditor=vendor)), Pain001Profile(character_set=characters)))
    assert told["/PmtInf/CdtTrfTxInf/Cdtr/Nm"] == "Mueller + Soehne"
    assert told["/PmtInf/CdtTrfTxInf/Cdtr/PstlAdr/StrtNm"] == "Strasse 1"


def test_a_latin_name_stands_for_one_in_another_script_but_not_where_the_script_itself_can_be_written():
    studio = VENDOR.model_copy(update={"holder": "한별 스튜디오", "latin_name": "Hanbyul Studio"})
    named = {
        each: leaves(write_order(order(transfer(creditor=studio)), Pain001Profile(character_set=each)))
        for each in CharacterSet
    }
    names = {each: told["/PmtInf/CdtTrfTxInf/Cdtr/Nm"] for each, told in named.items()}
    assert names == {"utf-8": "한별 스튜디오", "sepa": "Hanbyul Studio", "swift-x": "Hanbyul Studio"}


def test_a_name_in_a_script_without_latin_letters_is_never_guessed():
    studio = VENDOR.model_copy(update={"holder": "한별 Studio"})
    with pytest.raises(BadInput, match="Cdtr/Nm: '한별' of '한별 Studio' cannot be written in swift-x"):
        write_order(order(transfer(creditor=studio)), Pain001Profile(character_set="swift-x"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_transfers_own_codes_come_before_those_of_the_profile(version):
    told = RegulatoryReporting(indicator="CRED", authority_country="KR", code="50212")
    raw = write_order(
        order(
            transfer("E1", "USD 10.00", codes=BankCodes(purpose="SUPP", regulatory=told)),
            transfer("E2", "USD 5.50", codes=BankCodes(purpose="SALA")),
            transfer("E3", "USD 5.50"),
            debtor=TOKYO,
        ),
        profile(version, **FULL),
    )
    found = leaves(raw)
    one = "/PmtInf/CdtTrfTxInf"
    assert [found[f"{one}{n}/Purp/Cd"] for n in ("", "[2]", "[3]")] == ["SUPP", "SALA", "ROYA"]
    assert [found[f"{one}{n}/RgltryRptg/Dtls/Cd"] for n in ("", "[2]", "[3]")] == ["50212", "312", "312"]
    assert bound(module(version).Document, etree.fromstring(raw))
