"""Reminds those who owe us: a text in the payer's language, and a record of when it went to whom.

Sluice sends no letters. A person sends the text, and the record says that it was sent. Interest is in no reminder: it
is a claim of its own.
"""

from collections.abc import Mapping
from datetime import date

from domain.agreement.model import Agreement
from domain.commands import RemindReceipt, require
from domain.errors import IllegalTransition, NotFound
from domain.events import Event, ReceiptReminded, ReminderLanguage
from domain.identity import Person
from domain.payments.receipts import WAITING, Receipt

_SPEAKS: Mapping[str, ReminderLanguage] = {"KR": "ko", "KP": "ko", "JP": "ja"}
"""Languages by country; everywhere else English."""

_TEXTS: Mapping[ReminderLanguage, str] = {
    "en": """Reminder: {title}

To: {payer}

{outstanding} of instalment {instalment} ({what}) was due on {due_on} and has not arrived on our account
{number} at {bank}. It is {days_late} days late. Please pay it under the reference {receipt}, or tell us when it
will come. If you have paid it already, please send us the proof of payment.

{owner}, {today}""",
    "ko": """입금 요청: {title}

수신: {payer}

{what}({instalment})의 지급기일은 {due_on}이었으나, 미납액 {outstanding}이 당사 계좌({bank} {number})에
입금되지 않은 채 {days_late}일이 경과하였습니다. 참조번호 {receipt}를 기재하여 입금하여 주시거나 입금 예정일을
알려 주시기 바랍니다. 이미 입금하신 경우에는 송금 확인증을 보내 주시기 바랍니다.

{owner}, {today}""",
    "ja": """お支払いのお願い: {title}

{payer} 御中

{what}({instalment})の支払期日は{due_on}でしたが、未払額{outstanding}が弊社口座({bank} {number})に入金されないまま
{days_late}日が経過しております。照会番号{receipt}を記載のうえお支払いいただくか、お支払い予定日をお知らせください。
行き違いにてお支払い済みの場合は、送金の控えをお送りください。

{owner}、{today}""",
}


def remind(
    receipts: Mapping[str, Receipt], agreement: Agreement, command: RemindReceipt, person: Person, today: date
) -> list[Event]:
    """Record that a payer was reminded of what is late.

    Raises:
        NotFound: there is no such receipt.
        WrongRole: the person is no treasurer of the account's owner.
        IllegalTransition: it is not late.
    """
    receipt = receipts.get(command.receipt)
    if receipt is None:
        raise NotFound(
            f"There is no receipt {command.receipt}: see `sluice payment expected`.", receipt=command.receipt
        )
    require(person, RemindReceipt, (agreement.account(receipt.account).owner,), f"remind of {receipt.id}")
    open_ = receipt.status in WAITING and bool(receipt.outstanding.minor)
    if receipt.due_on is None or receipt.due_on >= today or not open_:
        when = f"due on {receipt.due_on}" if receipt.due_on is not None else "without a due day"
        raise IllegalTransition(
            f"{receipt.id} is {receipt.status}, with {receipt.outstanding} outstanding, {when}: it is not late.",
            receipt=receipt.id,
        )
    language = command.language or language_of(agreement, receipt.payer_party)
    return [
        ReceiptReminded(
            receipt=receipt.id,
            party=receipt.payer_party,
            outstanding=receipt.outstanding,
            due_on=receipt.due_on,
            days_late=(today - receipt.due_on).days,
            to=command.to,
            language=command.language,
            text=reminder(receipt, agreement, language, today),
            by=person.user,
        )
    ]


def language_of(agreement: Agreement, party: str) -> ReminderLanguage:
    """The language of a party's country; English without an address, and for countries without a text."""
    address = agreement.party(party).address
    return _SPEAKS.get(address.country, "en") if address is not None else "en"


def reminder(receipt: Receipt, agreement: Agreement, language: ReminderLanguage, today: date) -> str:
    """The text of a reminder. The account's number is whole, for the payer needs it."""
    account = agreement.account(receipt.account)
    terms = next((one for one in agreement.schedule if one.id == receipt.instalment), None)
    return _TEXTS[language].format(
        title=agreement.title,
        payer=agreement.party(receipt.payer_party).name,
        outstanding=f"{receipt.amount.currency} {receipt.outstanding.decimal:,}",
        instalment=receipt.instalment,
        what=terms.title if terms is not None else receipt.purpose,
        due_on=receipt.due_on,
        number=account.number,
        bank=account.bank,
        days_late=(today - receipt.due_on).days if receipt.due_on is not None else 0,
        receipt=receipt.id,
        owner=agreement.party(account.owner).name,
        today=today,
    )
