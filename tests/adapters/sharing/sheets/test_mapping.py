import pytest

from adapters.agreement.documents import BadDocument
from adapters.sharing.sheets.mapping import load_mapping
from domain.errors import BadInput
from domain.events import StatementKind

WHOLE = """
header: 3
dates: "%d.%m.%Y"
decimal: ","
thousands: "."
columns:
  on: Booking date
  amount: Net revenue
constants: {currency: EUR, media: svod}
"""


def test_a_mapping_is_read_with_the_hash_that_the_journal_names(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text(WHOLE)
    declared = load_mapping(path, StatementKind.RECEIPT)
    assert declared.mapping.columns == {"on": "Booking date", "amount": "Net revenue"}
    assert (declared.mapping.header, len(declared.sha256), declared.raw) == (3, 64, WHOLE.encode())


@pytest.mark.parametrize(
    ("written", "kind", "told"),
    [
        (WHOLE.replace("on: ", "day: "), "receipt", ["m.yaml:7: columns.day: 'day' is not possible here"]),
        (WHOLE.replace("  on: Booking date\n", ""), "receipt", ["m.yaml:6: columns: on is missing: name its column"]),
        (WHOLE, "cost", ["m.yaml:6: columns: name is missing", "m.yaml:9: constants.media: a cost has no media"]),
        (WHOLE.replace('"."', '","'), "receipt", ["m.yaml:2: document: ',' cannot mark both decimals and thousands"]),
        (WHOLE + "encoding: martian\n", "receipt", ["m.yaml:10: encoding: 'martian' is no encoding of text"]),
        (WHOLE + "encoding: zip\n", "receipt", ["m.yaml:10: encoding: 'zip' is no encoding of text"]),
        (WHOLE.replace("%d.%m.%Y", "%d.%m"), "receipt", ["m.yaml:3: dates: '%d.%m' does not say year and month"]),
        (WHOLE.replace("media:", "amount:"), "receipt", ["m.yaml:2: document: amount is both a column and a constant"]),
        (WHOLE + "colums: {}\n", "receipt", ["m.yaml:10: colums: there is no such field here: did you mean 'columns'"]),
        (WHOLE + "counts: {ticket sales: A}\n", "receipt", ["m.yaml:10: counts.ticket sales"]),
        (WHOLE + "counts: {tickets: ''}\n", "receipt", ["m.yaml:10: counts.tickets"]),
        (
            WHOLE.replace("media: svod", "name: a") + "counts: {tickets: A}\n",
            "cost",
            ["m.yaml:10: counts.tickets: a cost has no counts, which come with receipts: leave them out"],
        ),
        ("- a\n", "receipt", ["m.yaml:1: document: a mapping is a list of fields"]),
        ("a: &x 1\n", "receipt", ["m.yaml:1: document: anchors"]),
    ],
)
def test_every_slip_of_a_mapping_is_named_with_its_line(tmp_path, written, kind, told):
    path = tmp_path / "m.yaml"
    path.write_text(written)
    with pytest.raises(BadDocument) as raised:
        load_mapping(path, StatementKind(kind))
    found = [str(finding) for finding in raised.value.findings]
    assert len(found) == len(told), found
    for line, start in zip(found, told, strict=True):
        assert start in line


def test_a_mapping_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match="name the mapping's YAML file"):
        load_mapping(tmp_path / "m.yaml", StatementKind.RECEIPT)
