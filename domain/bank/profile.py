"""How a bank takes orders from an account: the format of the file, and what this bank asks for in it.

A profile is data of an account in the agreement. The default profile is a plain pain.001.001.09.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from domain.bank.characters import CharacterSet
from domain.bank.messages import Max35
from domain.values.record import Record

Code4 = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,4}$")]
"""A code of an ISO external code list, such as SEPA or SALA."""


class OrganisationId(Record):
    """An id by which the bank knows a party. `scheme` is a code such as BANK or CUST, or the bank's own word."""

    id: Max35
    scheme: Max35 | None = None
    issuer: Max35 | None = None


class RegulatoryReporting(Record):
    """What the bank must report to an authority of a transfer abroad."""

    indicator: Literal["CRED", "DEBT", "BOTH"] = "DEBT"
    authority_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,10}$")] | None = None
    information: Max35 | None = None


class Pain001Profile(Record):
    """An order as ISO 20022 pain.001. The requested day is a plain date in .03 and a choice (`Dt`) in .09.

    Texts are written in `character_set`; what it lacks is transliterated. `agent` says how banks are identified.
    `account_type` says how the type of an account that has one is written: an ISO code, or the Zengin digit.
    `regulatory` goes with transfers to a bank in another country.
    """

    answered: ClassVar[bool] = True
    """Whether the bank answers an order by a status report. Without one, its statement is the answer."""

    extension: ClassVar[str] = "xml"
    """How the name of an order's file ends."""

    format: Literal["pain.001.001.03", "pain.001.001.09"] = "pain.001.001.09"
    character_set: CharacterSet = CharacterSet.UTF_8
    service_level: Code4 | None = None
    category_purpose: Code4 | None = None
    purpose: Code4 | None = None
    charge_bearer: Literal["SHAR", "SLEV", "DEBT", "CRED"] = "SHAR"
    initiating_party_id: OrganisationId | None = None
    debtor_id: OrganisationId | None = None
    agent: Literal["bic", "clearing", "both"] = "bic"
    account_type: Literal["iso", "zengin"] | None = None
    regulatory: RegulatoryReporting | None = None


OrderProfile = Pain001Profile

PLAIN = Pain001Profile()
"""The profile of an account that names none."""
