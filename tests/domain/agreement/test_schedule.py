from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement.model import Agreement
from domain.agreement.schedule import (
    InstalmentDirection,
    amounts,
    direction,
    due_date,
)
from domain.calendar.overrides import CalendarOverride
from domain.errors import BadInput
from domain.values.money import Money, total

ADDRESS = {"street": "Road", "postcode": "1", "town": "Seoul", "country": "KR"}


def account(name, owner, control, currency, *calendars):
    return {
        "id": name, "owner": owner, "control": control, "currency": currency,
        "bic": "SLUIKRSE", "number": "123", "calendars": calendars,
    }  # fmt: skip


def agreement(*schedule, totals=(), overrides=()):
    return Agreement.model_validate(
        {
            "sluice": 1,
            "production": "P",
            "title": "T",
            "version": 1,
            "effective_on": date(2025, 1, 1),
            "time_zone": "Asia/Seoul",
            "parties": [
                {"id": "studio", "name": "Studio", "kind": "studio", "address": ADDRESS},
                {"id": "tv", "name": "TV", "kind": "broadcaster", "address": ADDRESS},
            ],
            "accounts": [
                account("own", "studio", "controlled", "KRW", "KR"),
                account("own-2", "studio", "controlled", "JPY", "KR"),
                account("theirs", "tv", "external", "JPY", "JP"),
            ],
            "milestones": [
                {
                    "id": "lock", "title": "Script lock", "planned_on": date(2025, 3, 1), "submitter": "studio",
                    "evidence": [{"id": "s", "title": "Scripts"}],
                    "approval": {"approvals": 1, "parties": ["tv"], "business_days": 5, "on_deadline": "reject"},
                }
            ],
            "calendar_overrides": overrides,
            "totals": totals,
            "schedule": schedule,
        }
    )  # fmt: skip


def instalment(name="A", due=None, **terms):
    return {
        "id": name, "title": name, "purpose": "licence_fee", "payer": "theirs", "payee": "own-2",
        "due": due or {"on": date(2025, 10, 6)}, **terms,
    }  # fmt: skip


def test_per_cents_of_a_total_add_up_to_it_to_the_last_unit():
    third = {"of": "fee", "percent": "33.333333"}
    parties = agreement(
        instalment("A", **third), instalment("B", **third), instalment("C", of="fee", percent="33.333334"),
        totals=[{"id": "fee", "title": "Fee", "amount": "JPY 100"}],
    )  # fmt: skip
    assert [amount.minor for amount in amounts(parties).values()] == [33, 33, 34]


def test_per_cents_share_what_fixed_instalments_leave_of_the_total():
    mixed = agreement(
        instalment("A", of="fee", percent="50"), instalment("B", of="fee", amount="JPY 51"),
        totals=[{"id": "fee", "title": "Fee", "amount": "JPY 101"}],
    )  # fmt: skip
    assert amounts(mixed) == {"A": Money(50, "JPY"), "B": Money(51, "JPY")}
    assert list(amounts(mixed)) == ["A", "B"]


@given(st.integers(1, 10**12), st.lists(st.integers(1, 97), min_size=1, max_size=12))
def test_any_split_in_per_cents_conserves_the_total(minor, weights):
    whole = sum(weights)
    shares = [Decimal(100 * weight) / whole for weight in weights]
    split = agreement(
        *(instalment(f"I{n}", of="fee", percent=str(share)) for n, share in enumerate(shares)),
        totals=[{"id": "fee", "title": "Fee", "amount": f"JPY {minor}"}],
    )
    assert total(amounts(split).values(), "JPY") == Money(minor, "JPY")


def test_an_instalment_without_any_amount_is_refused_by_name():
    with pytest.raises(BadInput, match=r"^B: "):
        amounts(agreement(instalment("A", amount="JPY 1"), instalment("B")))


def test_a_payment_goes_out_of_a_controlled_account_and_comes_in_from_an_external_one():
    plan = agreement(instalment("IN", amount="JPY 1"), instalment("OUT", amount="JPY 1", payer="own-2", payee="theirs"))
    assert [direction(plan, each) for each in plan.schedule] == [
        InstalmentDirection.INCOMING,
        InstalmentDirection.OUTGOING,
    ]


def test_a_payment_between_two_controlled_accounts_has_no_direction():
    plan = agreement(instalment("A", amount="JPY 1", payer="own"))
    with pytest.raises(BadInput, match="exactly one of own and own-2"):
        direction(plan, plan.schedule[0])


def test_a_due_date_waits_for_the_calendars_of_both_sides():
    # 6 to 9 October 2025 is Chuseok in Seoul, 13 October Sports Day in Tokyo.
    plan = agreement(
        instalment("A", amount="JPY 1"),
        instalment("B", amount="JPY 1", convention="preceding"),
        instalment("C", amount="JPY 1", due={"milestone": "lock", "business_days": 2}),
    )
    on_date, before, after = plan.schedule
    assert due_date(plan, on_date, None) == date(2025, 10, 10)
    assert due_date(plan, before, None) == date(2025, 10, 2)
    assert due_date(plan, after, date(2025, 10, 2)) == date(2025, 10, 14)


def test_an_instalment_after_a_milestone_has_no_date_until_it_is_accepted():
    plan = agreement(instalment(amount="JPY 1", due={"milestone": "lock", "business_days": 5}))
    assert due_date(plan, plan.schedule[0], None) is None


def test_overrides_of_the_agreement_hold_and_those_of_the_settings_win():
    closed = {"calendar": "KR", "on": date(2025, 10, 10), "business_day": False, "reason": "declared"}
    plan = agreement(instalment(amount="JPY 1"), overrides=[closed])
    reopened = CalendarOverride(calendar="KR", on=date(2025, 10, 10), business_day=True, reason="withdrawn")
    assert due_date(plan, plan.schedule[0], None) == date(2025, 10, 14)
    assert due_date(plan, plan.schedule[0], None, [reopened]) == date(2025, 10, 10)
