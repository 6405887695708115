"""Files with the traits of real banks, taken in on a real database: what each does to payments, receipts and books.

The files are those of a production with one account for each trait. Its clock stands at 10 February 2025.
"""

from datetime import date
from pathlib import Path

import pytest

from activities.views import AccountRef
from adapters.db.queries import chain, ledger
from adapters.db.streams import stream_of
from app.payments.preview import preview
from domain import events as e
from domain.commands import ReleaseRun
from tests.world import World

FILES = Path(__file__).parent / "bank_files"
PRODUCTION, DAY = "BANKLAB", date(2025, 2, 10)


class Lab:
    """The production, with the payments of each account sent to its bank when the account is first used."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.clock.to(DAY)
        world.put_in_force((FILES / "banklab.yaml").read_bytes(), PRODUCTION)
        self.sent: set[str] = set()

    def send(self, account: str) -> None:
        """Release and send what is due on an account, once."""
        if account in self.sent:
            return
        self.sent.add(account)
        runs, ref = self.world.runs, AccountRef(production=PRODUCTION, account=account, by="system")
        runs.fall_due(ref)
        for planned in runs.plan_runs(ref):
            view = runs.prepare(planned)
            sha256 = preview(self.world.handler, view.run).head.sha256
            runs.release(
                ReleaseRun(key=f"release/{view.run}", by="sora", production=PRODUCTION, run=view.run, sha256=sha256)
            )
            from activities.views import RunRef

            runs.send(RunRef(production=PRODUCTION, run=view.run))

    def take(self, account: str, *names: str) -> list[e.Event]:
        """Take in files of an account that begin with these names; return the events that they caused."""
        self.send(account)
        before = len(self.facts())
        for name in names:
            (path,) = FILES.glob(f"{name}-*")
            assert self.world.bank.take(PRODUCTION, account, path.name, path.read_bytes()) is None
        return self.facts()[before:]

    def refusal(self, account: str, raw: bytes) -> str | None:
        self.send(account)
        return self.world.bank.take(PRODUCTION, account, "x", raw)

    def facts(self) -> list[e.Event]:
        with self.world.store.reading() as records:
            return [fact.event for fact in chain.facts(records.connection, stream_of(PRODUCTION))]

    def statuses(self, account: str) -> list[str]:
        with self.world.store.reading() as records:
            import sqlalchemy as sa

            from adapters.db import tables

            state = records.state(PRODUCTION, payments=tables.payment.c.account == account, receipts=sa.false())
        return [str(payment.status) for _, payment in sorted(state.payments.items())]

    def receipt(self, account: str) -> tuple[str, str]:
        """The status of an account's receipt, and what is outstanding."""
        from adapters.db import tables

        with self.world.store.reading() as records:
            state = records.state(PRODUCTION, receipts=tables.receipt.c.account == account)
        (receipt,) = state.receipts.values()
        return receipt.status, str(receipt.outstanding)

    def balances(self, account: str) -> dict[str, str]:
        with self.world.store.reading() as records:
            rows = ledger.balances(records.connection, PRODUCTION)
        return {row.account: str(row.balance) for row in rows if row.account.endswith(f":{account}")}


@pytest.fixture(scope="module")
def lab(module_database, tmp_path_factory):
    world = World(module_database.app_url, tmp_path_factory.mktemp("lab"))
    yield Lab(world)
    world.close()


def tallies(events: list[e.Event]) -> dict[str, tuple[int, str, str]]:
    """What became of the bookings of taken files, by fate: number, debits, credits."""
    return {
        tally.fate: (tally.bookings, str(tally.debits), str(tally.credits))
        for event in events
        if isinstance(event, e.BankFileTaken)
        for report in event.reports
        for tally in report.tallies
    }


def of_type(events: list[e.Event], kind: type) -> list[e.Event]:
    return [event for event in events if isinstance(event, kind)]


def test_a_debit_of_fifty_times_the_payment_settles_nothing(lab):
    events = lab.take("k21", "01")
    assert lab.statuses("k21")[0] == "submitted"
    (contradiction,) = of_type(events, e.AnswerContradicted)
    assert (contradiction.payment, contradiction.answer) == ("BANKLAB.K21-1", "settled KRW 51050050")
    assert tallies(events) == {"suspense": (1, "KRW 51050050", "KRW 0")}


def test_an_instruction_id_of_ours_settles_where_the_end_to_end_id_is_not_provided(lab):
    assert tallies(lab.take("k21", "18")) == {"settles": (1, "KRW 1021003", "KRW 0")}
    assert lab.statuses("k21")[2] == "settled"


def test_blanks_around_an_id_do_not_count(lab):
    assert tallies(lab.take("k21", "19")) == {"settles": (1, "KRW 1021002", "KRW 0")}
    assert lab.statuses("k21")[1] == "settled"


def test_details_that_all_repeat_the_entrys_reference_settle_their_payments(lab):
    assert tallies(lab.take("k04", "02")) == {"settles": (4, "KRW 4016010", "KRW 0")}
    assert lab.statuses("k04") == ["settled"] * 4
    assert lab.balances("k04") == {"asset:bank:k04": "KRW -4016010"}


def test_a_counter_as_reference_makes_two_fees_of_two_days_two_bookings(lab):
    assert tallies(lab.take("k08", "04a")) == {"suspense": (1, "KRW 700", "KRW 0")}
    assert tallies(lab.take("k08", "04b")) == {"suspense": (1, "KRW 900", "KRW 0")}


def test_a_rejected_payment_information_rejects_its_payments_whatever_the_group_says(lab):
    (rejected,) = of_type(lab.take("k09", "05"), e.PaymentsRejected)
    assert {line.reason for line in rejected.payments} == {"AM04"}
    assert lab.statuses("k09") == ["rejected"] * 4


def test_a_refused_duplicate_rejects_nothing_and_the_first_copy_settles(lab):
    lab.take("k24", "06")
    assert lab.statuses("k24") == ["unknown"] * 4
    assert tallies(lab.take("k24", "06b")) == {"settles": (2, "KRW 2048003", "KRW 0")}
    assert lab.statuses("k24") == ["settled", "settled", "unknown", "unknown"]


def test_one_sum_settles_the_payments_of_the_order_that_it_names(lab):
    assert tallies(lab.take("k02", "07")) == {"settles": (4, "KRW 4008010", "KRW 0")}
    assert lab.statuses("k02") == ["settled"] * 4


def test_a_sum_in_the_statement_repeats_the_details_of_the_notification(lab):
    assert tallies(lab.take("k03", "08a")) == {"settles": (4, "KRW 4012010", "KRW 0")}
    assert tallies(lab.take("k03", "08b")) == {"known": (1, "KRW 4012010", "KRW 0")}
    assert lab.balances("k03") == {"asset:bank:k03": "KRW -4012010"}


def test_details_without_a_reference_of_the_bank_settle_by_end_to_end_id(lab):
    assert tallies(lab.take("k05", "10")) == {"settles": (4, "KRW 4020010", "KRW 0")}


def test_entries_with_a_counter_only_settle_by_end_to_end_id(lab):
    assert tallies(lab.take("k06", "11")) == {"settles": (4, "KRW 4024010", "KRW 0")}


def test_a_charge_that_the_entry_includes_is_the_banks(lab):
    (settled,) = of_type(lab.take("k07", "12"), e.PaymentsSettled)
    assert [(str(line.booked), str(line.charges)) for line in settled.payments] == [("KRW 1007501", "KRW 500")]


def test_a_receipt_less_the_correspondents_charge_is_received_in_full(lab):
    (matched,) = of_type(lab.take("k18", "14"), e.ReceiptMatched)
    assert (str(matched.amount), str(matched.booked), str(matched.charges)) == (
        "KRW 25000018",
        "KRW 24985018",
        "KRW 15000",
    )
    assert lab.receipt("k18") == ("received", "KRW 0")


def test_a_return_is_known_by_our_id_in_its_text(lab):
    settled = (FILES / "18-instrid-only.xml").read_bytes().replace(b"K21-3", b"K15-2").replace(b"1021003", b"1015002")
    raw = settled.replace(b"10020030000021", b"10020030000015").replace(b"N-K21c", b"N-K15").replace(b"INS3", b"S2")
    lab.send("k15")
    assert lab.world.bank.take(PRODUCTION, "k15", "settled.xml", raw) is None
    (returned,) = of_type(lab.take("k15", "15"), e.PaymentReturned)
    assert (returned.payment, returned.reason) == ("BANKLAB.K15-2", "AC01")
    assert lab.statuses("k15")[1] == "returned"


def test_a_reversed_credit_makes_its_receipt_owed_again(lab):
    reversal = (FILES / "17-receipt-reversed.xml").read_bytes()
    credit = reversal.replace(b"DBIT", b"CRDT").replace(b"<RvslInd>true</RvslInd>", b"").replace(b"N-RC2", b"N-RC1")
    lab.send("k17")
    assert lab.world.bank.take(PRODUCTION, "k17", "credit.xml", credit.replace(b"RC2", b"RC1")) is None
    assert lab.receipt("k17") == ("received", "KRW 0")
    assert tallies(lab.take("k17", "17")) == {"reverses": (1, "KRW 25000017", "KRW 0")}
    assert lab.receipt("k17") == ("owed", "KRW 25000017")
    assert lab.balances("k17")["asset:bank:k17"] == "KRW 0"


def test_any_character_that_the_schema_allows_may_stand_in_a_reference(lab):
    (settled,) = of_type(lab.take("k22", "20"), e.PaymentsSettled)
    assert [line.bank_reference for line in settled.payments] == ["CN_98765/01", "REF2"]


def test_two_days_in_one_file_are_two_statements_and_one_may_have_two_days(lab):
    events = lab.take("k19", "22")
    assert tallies(events) == {"settles": (1, "KRW 1019002", "KRW 0")}
    assert [report.closing_on for report in of_type(events, e.BankFileTaken)[0].reports] == [date(2025, 2, 9), DAY]
    assert lab.statuses("k19")[:2] == ["settled", "settled"]
    assert tallies(lab.take("k19", "23")) == {
        "known": (1, "KRW 1019002", "KRW 0"),
        "suspense": (1, "KRW 1019001", "KRW 0"),
    }


def test_a_notification_without_entries_is_taken(lab):
    (taken,) = lab.take("k19", "26")
    assert taken.reports[0].bookings == 0


def test_a_business_envelope_is_opened(lab):
    assert of_type(lab.take("k13", "28"), e.RunAccepted)
    assert lab.statuses("k13") == ["accepted"] * 4


def test_mt940_is_read(lab):
    assert tallies(lab.take("k23", "29")) == {"settles": (1, "KRW 1023001", "KRW 0")}


def test_a_declared_encoding_is_decoded(lab):
    events = lab.take("k14", "30")
    (booking,) = (one for event in of_type(events, e.BookingsReported) for one in event.bookings)
    assert (booking.fate, booking.counterparty) == ("settles", "가온")
