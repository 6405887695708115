"""Payloads carry a schema version, and those of every version are read."""

import json

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.exceptions import ApplicationError

from activities.views import DistributionRef, RunRef
from adapters.temporal.payloads import DATA_CONVERTER, RecordJSON, version_of
from domain.commands import HoldPayment
from domain.schemas import Schemas, renamed

REF = RunRef(production="P", run="r")
AFTER = RecordJSON(
    Schemas({"RunRef": (renamed("project", "production"),), "DistributionRef": (renamed("of", "period"),)})
)


def payload(body, **metadata):
    return Payload(metadata={"encoding": b"json/plain", **metadata}, data=json.dumps(body).encode())


def test_a_record_that_never_changed_names_no_version():
    written = RecordJSON(Schemas({})).to_payload(REF)
    assert dict(written.metadata) == {"encoding": b"json/plain", "sluice-kind": b"RunRef"}
    assert version_of(written) == 1


def test_a_record_that_changed_names_its_version_and_is_read_in_each():
    written = AFTER.to_payload(REF)
    assert written.metadata["sluice-schema"] == b"2"
    for recorded in (written, payload({"project": "P", "run": "r"})):
        assert AFTER.from_payload(recorded, RunRef) == REF


def test_each_record_of_a_list_is_brought_to_the_current_version():
    refs = [DistributionRef(production="P", period=period) for period in ("2025-Q1", "2025-Q2")]
    assert version_of(AFTER.to_payload(refs)) == 2
    assert version_of(AFTER.to_payload([])) == 1
    before = payload([{"production": "P", "of": ref.period} for ref in refs])
    assert AFTER.from_payload(before, list[DistributionRef]) == refs


@pytest.mark.parametrize("converter", [AFTER, RecordJSON(Schemas({}))])
def test_a_version_of_a_later_release_is_refused(converter):
    later = payload({"production": "P", "run": "r"}, **{"sluice-schema": b"3"})
    with pytest.raises(ValueError, match="schema version 3; this release knows up to"):
        converter.from_payload(later, RunRef)


def test_a_record_of_one_kind_is_not_read_as_another():
    reject = RecordJSON().to_payload(HoldPayment(key="k", by="u", production="P", payment="p", reason="r"))
    with pytest.raises(ValueError, match="A HoldPayment is no RunRef"):
        RecordJSON().from_payload(reject, RunRef)
    refs = RecordJSON().to_payload([DistributionRef(production="P", period="2025-Q1")])
    with pytest.raises(ValueError, match="A DistributionRef is no RunRef"):
        RecordJSON().from_payload(refs, list[RunRef])


def test_what_a_codec_refused_is_an_error_that_is_not_retried():
    refused = payload({"production": "P", "run": "r"}, **{"sluice-refused": b"it is not sealed"})
    with pytest.raises(ApplicationError, match="is refused: it is not sealed") as raised:
        DATA_CONVERTER.payload_converter.from_payloads([refused], [RunRef])
    assert (raised.value.type, raised.value.non_retryable) == ("NotSealed", True)


def test_other_values_are_written_as_ever():
    written = DATA_CONVERTER.payload_converter.to_payloads([None, b"x", 3, ["a"]])
    assert [one.metadata["encoding"] for one in written] == [
        b"binary/null",
        b"binary/plain",
        b"json/plain",
        b"json/plain",
    ]
    assert DATA_CONVERTER.payload_converter.from_payloads(written) == [None, b"x", 3, ["a"]]
