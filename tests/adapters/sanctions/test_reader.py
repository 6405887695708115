"""Lists of names as their publishers write them, and files that are none."""

from datetime import date

import pytest

from adapters.sanctions.reader import BadList, read_list

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-11-20T00:00:03.000-05:00">
 <INDIVIDUALS><INDIVIDUAL><DATAID>6908</DATAID><FIRST_NAME>RI</FIRST_NAME><SECOND_NAME>WON HO</SECOND_NAME>
  <REFERENCE_NUMBER>KPi.033</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>리원호</NAME_ORIGINAL_SCRIPT>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Ri Wonho</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>
 <ENTITIES><ENTITY><DATAID>1</DATAID><FIRST_NAME>GREEN PINE</FIRST_NAME>
  <REFERENCE_NUMBER> KPe.010 </REFERENCE_NUMBER></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>"""
EU = """<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-11-19T10:00:00.000+01:00">
 <sanctionEntity logicalId="13" euReferenceNumber="EU.27.28"><nameAlias wholeName="Hussein Al-T."/>
  <nameAlias wholeName="Abu Ali"/></sanctionEntity>
 <sanctionEntity logicalId="14"><nameAlias wholeName="Somebody Else"/></sanctionEntity></export>"""
SDN = """<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
 <publshInformation><Publish_Date>11/18/2026</Publish_Date><Record_Count>1</Record_Count></publshInformation>
 <sdnEntry><uid>36</uid><lastName>AEROCARIBBEAN AIRLINES</lastName><sdnType>Entity</sdnType>
  <akaList>
  <aka><uid>12</uid><type>a.k.a.</type><lastName>AERO-CARIBBEAN</lastName>
  </aka></akaList>
 </sdnEntry></sdnList>"""
SDN_CSV = (
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '306,"BANCO NACIONAL DE CUBA",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'BNC\'; X."\r\n\x1a'
)
EU_CSV = "\ufefffileGenerationDate;Entity_LogicalId;NameAlias_WholeName\n19/11/2026;13;Abu Ali\n19/11/2026;13;Abu Aly\n"


@pytest.mark.parametrize(
    ("written", "source", "on", "entries"),
    [
        (UN, "un", date(2026, 11, 20), {"KPi.033": ("RI WON HO", "리원호", "Ri Wonho"), "KPe.010": ("GREEN PINE",)}),
        (
            EU,
            "eu-fsf",
            date(2026, 11, 19),
            {"EU.27.28": ("Hussein Al-T.", "Abu Ali"), "14": ("Somebody Else",)},
        ),
        (SDN, "ofac-sdn", date(2026, 11, 18), {"36": ("AEROCARIBBEAN AIRLINES", "AERO-CARIBBEAN")}),
        (SDN_CSV, "ofac-sdn", None, {"36": ("AEROCARIBBEAN AIRLINES",), "306": ("BANCO NACIONAL DE CUBA", "BNC")}),
        (EU_CSV, "eu-fsf", None, {"13": ("Abu Ali", "Abu Aly")}),
        ("id,name\n1,Kim\n1,Gim\n2, \n", None, None, {"1": ("Kim", "Gim")}),
    ],
    ids=("un", "eu", "ofac", "ofac-csv", "eu-csv", "own"),
)
def test_each_publishers_list_is_read_with_every_name(written, source, on, entries):
    found = read_list(written.encode(), "list")
    assert (found.source, found.published_on) == (source, on)
    assert {entry.id: entry.names for entry in found.entries} == entries


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e 'x'>]><CONSOLIDATED_LIST>&e;</CONSOLIDATED_LIST>", "no DOCTYPE"),
        ("<CONSOLIDATED_LIST><INDIVIDUALS>", "not well-formed"),
        ("<Document/>", "'Document' is no list"),
        ("<CONSOLIDATED_LIST dateGenerated='2026-01-01'/>", "no names in it"),
        ("<CONSOLIDATED_LIST dateGenerated='soon'><ENTITIES/></CONSOLIDATED_LIST>", "no day of a publication"),
        ("date,rate\n1,2\n", "columns id and name"),
        ("", "columns id and name"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(written, words):
    with pytest.raises(BadList, match=words):
        read_list(written.encode(), "list")
