"""What an order must be in any format."""

from collections import Counter

from domain.bank.messages import PaymentOrder
from domain.errors import BadInput

_MAX_AMOUNT_DIGITS = 18


def check_order(order: PaymentOrder) -> None:
    """Check what no bank takes in any format.

    Raises:
        BadInput: transfers in two currencies, an end-to-end id twice, or an amount that is not above zero.
    """
    currency = order.transfers[0].amount.currency
    for each in order.transfers:
        if each.amount.currency != currency:
            raise BadInput(
                f"Order {order.message_id} mixes {currency} and {each.amount.currency} "
                f"(transfer {each.end_to_end_id}): write one order for each currency.",
                end_to_end_id=each.end_to_end_id,
            )
        if each.amount.minor <= 0 or len(str(each.amount.minor)) > _MAX_AMOUNT_DIGITS:
            raise BadInput(
                f"Transfer {each.end_to_end_id} is of {each.amount}: a bank transfers amounts above zero "
                f"of at most {_MAX_AMOUNT_DIGITS} digits.",
                end_to_end_id=each.end_to_end_id,
            )
    twice = [key for key, times in Counter(each.end_to_end_id for each in order.transfers).items() if times > 1]
    if twice:
        raise BadInput(
            f"Order {order.message_id} carries the end-to-end id {twice[0]} twice: each payment is sent once.",
            end_to_end_id=twice[0],
        )
