"""How a bank takes orders from an account: the format of the file, and what this bank asks for in it.

A profile is data of an account in the agreement. The default profile is a plain pain.001.001.09.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, StringConstraints

from domain.bank.characters import CharacterSet
from domain.bank.messages import Code4, Max35, RegulatoryReporting
from domain.bank.zengin.characters import NAME_SYMBOLS
from domain.values.record import Record


class OrganisationId(Record):
    """An id by which the bank knows a party. `scheme` is a code such as BANK or CUST, or the bank's own word."""

    id: Max35
    scheme: Max35 | None = None
    issuer: Max35 | None = None


class Pain001Profile(Record):
    """An order as ISO 20022 pain.001. The requested day is a plain date in .03 and a choice (`Dt`) in .09.

    Texts are written in `character_set`; what it lacks is transliterated. `agent` says how banks are identified.
    `account_type` says how the type of an account that has one is written: an ISO code, or the Zengin digit.
    `regulatory` goes with transfers to a bank in another country. What an instalment or a payee's account says in its
    `bank_codes` counts before `purpose` and `regulatory`.
    """

    takes_enquiries: ClassVar[bool] = True
    """Whether the bank can be asked what became of an order. Else its result or its statement is waited for."""

    extension: ClassVar[str] = "xml"
    """How the name of an order's file ends."""

    business_days_ahead: ClassVar[int] = 0
    """How many business days before the day of execution the bank must have an order."""

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


class ZenginProfile(Record):
    """An order as 総合振込, the Zengin file of Japanese banks, in yen to accounts in Japan.

    `client_code` is the number that the bank gave for this service; `client_name` stands for the owner's `kana_name`.
    `symbols` are those that the bank takes in names, `wo` what it takes for ヲ (nothing: it refuses it). `reference`
    says where our number of a transfer goes. `urgency` is 7 for telegraphic transfers. The bank must have the order
    before the account's cut-off, `business_days_ahead` of the day of execution.
    """

    takes_enquiries: ClassVar[bool] = False
    extension: ClassVar[str] = "txt"

    format: Literal["zengin-21"]
    client_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$")]
    client_name: str | None = Field(default=None, max_length=140)
    separator: Literal["none", "crlf"] = "none"
    symbols: Annotated[str, StringConstraints(pattern=r"^[().\-/\\｢｣]*$")] = NAME_SYMBOLS
    wo: Literal["", "ｦ", "ｵ"] = ""
    reference: Literal["customer-code", "edi"] = "customer-code"
    new_code: Literal["0", "1", "2"] = "0"
    urgency: Literal["7", "8"] = "7"
    most_transfers: int = Field(default=50_000, ge=1, le=999_999)
    business_days_ahead: int = Field(default=1, ge=1, le=15)


class SheetColumn(Record):
    """A column of a bulk-transfer sheet: what it holds, its heading, and its most bytes in CP949 (Hangul have two).

    `reference` is our end-to-end id and is never cut. `remittance` and `payer` are texts for passbooks, which are cut.
    """

    holds: Literal["bank", "account", "amount", "holder", "reference", "remittance", "payer", "cms", "blank"]
    heading: str = Field(default="", max_length=60)
    longest: int | None = Field(default=None, ge=1, le=200)


class ResultSheet(Record):
    """The columns of the sheet with a bank's results, by their headings, and the words for what became of a line.

    A word that is neither in `done`, `refused` nor `waiting` refuses the file: it is not guessed. With `amount`, each
    line's amount, in won, and the sums below are compared with the order.
    """

    reference: str
    status: str
    reason: str | None = None
    amount: str | None = None
    done: tuple[str, ...] = Field(min_length=1)
    refused: tuple[str, ...] = Field(min_length=1)
    waiting: tuple[str, ...] = ()


class SheetProfile(Record):
    """An order as the bulk-transfer sheet of a Korean bank, in won to accounts in Korea.

    Each bank has its own sample, so the columns are settings. `separator` and `encoding` are those of the text format,
    also of its results.
    """

    takes_enquiries: ClassVar[bool] = False
    business_days_ahead: ClassVar[int] = 0

    format: Literal["kr-bulk-xlsx", "kr-bulk-text"]
    columns: tuple[SheetColumn, ...] = Field(min_length=1)
    headings: bool = True
    cms_code: str | None = Field(default=None, max_length=20)
    separator: Literal["tab", "comma", "bar"] = "tab"
    encoding: Literal["cp949", "utf-8"] = "cp949"
    result: ResultSheet | None = None

    @property
    def extension(self) -> str:
        """How the name of an order's file ends."""
        return "xlsx" if self.format == "kr-bulk-xlsx" else "txt"

    @property
    def text_encoding(self) -> str:
        """The encoding of texts. A workbook has Unicode."""
        return "utf-8" if self.format == "kr-bulk-xlsx" else self.encoding


OrderProfile = Annotated[Pain001Profile | ZenginProfile | SheetProfile, Discriminator("format")]

PLAIN = Pain001Profile()
"""The profile of an account that names none."""
