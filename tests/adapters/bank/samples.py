"""Orders and bank messages for the tests of bank files."""

from datetime import date, datetime, timedelta, timezone

from domain.bank.messages import (
    Address,
    AgreedRate,
    BankAccount,
    CreditTransfer,
    Enquiry,
    PaymentOrder,
)
from domain.values.money import Money

SEOUL = timezone(timedelta(hours=9))
AT = datetime(2025, 3, 4, 9, 0, tzinfo=SEOUL)
DEBTOR = BankAccount(
    holder="MANGA12 SPC & Co",
    address=Address(street="Teheran-ro", building="152", postcode="06236", town="Seoul", country="KR"),
    bic="HNBNKRSE",
    number="11022033044",
    currency="JPY",
)
VENDOR = BankAccount(
    holder="Studio <Nord> GmbH",
    address=Address(street="Torstrasse", postcode="10119", town="Berlin", country="DE"),
    bic="DEUTDEFF500",
    number="DE89370400440532013000",
    iban=True,
    currency="EUR",
)
AGREED = AgreedRate(rate="148.50", contract_id="FX-1")


def transfer(end_to_end_id="MANGA12-1", amount="JPY 1000", **fields):
    defaults = {"creditor": VENDOR, "remittance": "Instalment 1"}
    return CreditTransfer(end_to_end_id=end_to_end_id, amount=Money.parse(amount), **(defaults | fields))


def order(*transfers, message_id="RUN-1", debtor=DEBTOR):
    return PaymentOrder(
        message_id=message_id,
        created_at=AT,
        execution_on=date(2025, 3, 4),
        debtor=debtor,
        transfers=transfers or (transfer(),),
    )


def enquiry(*end_to_end_ids, message_id="ASK-1", order_message_id="RUN-1"):
    return Enquiry(
        message_id=message_id,
        created_at=AT,
        order_message_id=order_message_id,
        debtor=DEBTOR,
        end_to_end_ids=end_to_end_ids,
    )
