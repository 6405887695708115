"""Sample statements: a small one that is easy to check by hand, and a large one with everything."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from domain.agreement.model import Registration
from domain.bank.messages import Address
from domain.sharing.statements import (
    Addressee,
    Amount,
    Carried,
    CountedMetric,
    Figures,
    FxRuleUsed,
    FxUsed,
    Hold,
    Inflow,
    LineKind,
    OrderOfDay,
    PaidIn,
    PastPayout,
    PayeeAccount,
    Period,
    ReceiptsFrom,
    Recoupment,
    Reserve,
    ReserveRelease,
    RestatedSource,
    Signature,
    Statement,
    StatementLine,
    StatementPool,
    StatementSettlement,
    Taking,
    Withholding,
    view_for,
)
from domain.values.currency import exponent
from domain.values.money import Money

HEAD = "9f2c" * 16
LONG_NAME = (
    "주식회사 한강문화콘텐츠제작유한책임사업자특수목적법인 스튜디오 (株式会社漢江文化コンテンツ製作スタジオ日本支社)"
)
SIGNATURE = Signature(
    stream="production/DRAMA1",
    seq=412,
    head=HEAD,
    engine="sluice-waterfall 1",
    agreement_version=2,
    as_of=date(2027, 3, 31),
    known_at=datetime(2027, 5, 14, 6, 30, 5, 123456, tzinfo=UTC),
)
Q1 = Period(id="2027-Q1", first=date(2027, 1, 1), last=date(2027, 3, 31))


def particular() -> Statement:
    """The large statement with everything that an accountant looks for; titles in three languages, or none."""
    whole = large()
    seoul = Address(street="Teheran-ro", building="152", postcode="06236", town="Seoul", country="KR")
    numbers = tuple(
        Registration(kind=kind, number=number)
        for kind, number in (
            ("business", "123-45-67890"),
            ("corporation", "110111-1234567"),
            ("tax", "12-3456"),
            ("vat", "DE123456789"),
            ("invoice", "T1234567890123"),
        )
    )
    pool, claim = whole.pools[0], whole.recoupments[0]
    untitled = pool.own[0].model_copy(update={"title": ""})
    usd = Money.parse("USD 1413.43")
    return whole.model_copy(
        update={
            "pools": (pool.model_copy(update={"title": "", "own": (untitled, *pool.own[1:])}), *whole.pools[1:]),
            "recoupments": (claim.model_copy(update={"title": ""}), *whole.recoupments[1:]),
            "settlement": whole.settlement.model_copy(update={"paid": Money(1, whole.currency)}),
            "issuer": Addressee(name="Lantern Production SPC Ltd.", address=seoul, registrations=numbers),
            "addressee": Addressee(name=whole.party_name, address=seoul, registrations=numbers[:2]),
            "account": PayeeAccount(bank="SLUFUS6S", number="******3456", currency="USD"),
            "issued_on": date(2027, 5, 14),
            "time_zone": "Asia/Seoul",
            "payouts": (
                PastPayout(amount=usd, owed=Money(2000000, "KRW"), due_on=date(2027, 2, 26), status="paid"),
                PastPayout(amount=usd, owed=Money(2000000, "KRW"), due_on=date(2027, 5, 28), status="scheduled"),
                PastPayout(amount=usd, owed=Money(2000000, "KRW"), due_on=None, status="stopped"),
            ),
            "receipts": (
                ReceiptsFrom(
                    source="tidewater",
                    territory="KR",
                    media="svod",
                    amount=Money(9000000, "KRW"),
                    rate=None,
                    converted=Amount.of(9000000),
                    count=12,
                    metrics=(CountedMetric(name="admissions", count=12345),),
                ),
                ReceiptsFrom(
                    source="minato",
                    territory="JP",
                    media="home-video",
                    amount=Money(1250000, "JPY"),
                    rate=Decimal("9.33"),
                    converted=Amount.of(11662500),
                    count=3,
                ),
            ),
            "restated": (
                RestatedSource(
                    kind="receipt",
                    source="tidewater",
                    statement="2026Q4",
                    version_before=1,
                    version=3,
                    before=(Money(9000000, "KRW"),),
                    after=(usd, Money(8100000, "KRW")),
                    reasons=("감사 결과 환율 정정", "returned discs"),
                ),
            ),
            "orders": (
                OrderOfDay(
                    on=date(2027, 2, 14), receipts=("KRW KR svod", "KRW JP svod"), amount=Amount.of(Fraction(3400, 3))
                ),
            ),
            "carried": Carried(
                opening=Money(250000, "KRW"),
                earned=whole.settlement.payable + whole.settlement.held - Money(250000, "KRW"),
                held=whole.settlement.held,
                due=whole.settlement.due + whole.settlement.withheld,
                closing=whole.settlement.carried_forward,
            ),
            "reserves": tuple(
                one.model_copy(
                    update={
                        "releases": (
                            ReserveRelease(on=date(2027, 6, 30), amount=Money(1, one.held.currency)),
                            ReserveRelease(on=date(2027, 12, 31), amount=one.held - Money(1, one.held.currency)),
                        )
                    }
                )
                for one in whole.reserves
            ),
            "paid_in": PaidIn(amount=usd, rate=Decimal(1415), source="ECB", on=date(2027, 5, 13)),
            "titles": {whole.pools[1].id: {"ko": "순이익", "ja": "純利益", "en": "Net profits"}},
        }
    )


def settlement(
    currency: str,
    exact: Fraction,
    *,
    paid_before: int = 0,
    reserved: int = 0,
    held: int = 0,
    minimum: int | None = None,
    withheld: int = 0,
    paid: int = 0,
    pay_on: date | None = date(2027, 6, 30),
) -> StatementSettlement:
    """A settlement that ties; whole numbers are minor units."""

    def money(minor: int) -> Money:
        return Money(minor, currency)

    return StatementSettlement.of(
        exact,
        money(round(exact * 10 ** exponent(currency))),
        paid_before=money(paid_before),
        reserved=money(reserved),
        held=money(held),
        minimum=None if minimum is None else money(minimum),
        withheld=money(withheld),
        paid=money(paid),
        pay_on=pay_on,
    )


def own_total(pools: Sequence[StatementPool], adjustments: Sequence[StatementLine] = ()) -> Fraction:
    """What a party's lines make to date."""
    lines = [line for pool in pools for line in pool.own] + list(adjustments)
    return sum((line.figures.to_date.value for line in lines), Fraction(0))


def small() -> Statement:
    """Mori TV's third of what is left of 1,000 USD after a fee of 10 %. A cent must be rounded."""
    inflows = [Inflow("net", "Net receipts", Fraction(400), Fraction(1000))]
    takings = [
        Taking("net", "fee", "Sales fee", LineKind.DISTRIBUTION_FEE, "SALES", Fraction(40), Fraction(100)),
        Taking("net", "mori", "Mori's share", LineKind.SHARE, "MORI", Fraction(360, 7), Fraction(900, 7)),
        Taking("net", "rest", "The others", LineKind.SHARE, "HAN", Fraction(2160, 7), Fraction(5400, 7)),
    ]
    pools = view_for("MORI", inflows, takings)
    return Statement(
        production="DRAMA1",
        production_title="The Drama",
        party="MORI",
        party_name="Mori TV",
        period=Q1,
        currency="USD",
        pools=pools,
        settlement=settlement("USD", own_total(pools), paid_before=5143),
        signature=SIGNATURE,
    )


def below_minimum() -> Statement:
    """The small statement with a minimum payout of 100 USD."""
    whole = small()
    return whole.model_copy(
        update={"settlement": settlement("USD", own_total(whole.pools), paid_before=5143, minimum=10_000, pay_on=None)}
    )


def large(currency: str = "KRW") -> Statement:
    """Thirty positions in three pools, returns, lines of nothing, long names, and every section."""
    inflows, takings = [], []
    for n, (pool, title) in enumerate(
        (
            ("theatrical", "극장 매출 — 부가세와 영화발전기금을 뺀 순매출"),
            ("japan", "日本地域 配信・放送・パッケージ・商品化の窓口収入"),
            ("world", "Rest of the world, all media, after the sales agent's commission and expenses"),
        )
    ):
        inflows.append(Inflow(pool, title, Fraction(8_000_000_000 * (n + 1)), Fraction(10_500_000_000 * (n + 1), 1)))
        for i in range(10):
            kind = (
                LineKind.DISTRIBUTION_FEE,
                LineKind.RECOUPMENT,
                LineKind.SHARE,
                LineKind.OVERAGE,
                LineKind.SUCCESS_FEE,
            )[i % 5]
            opening = Fraction(1_234_567_890 * (i + n), 7)
            period = Fraction(-98_765_432 * i, 3) if i % 4 == 3 else Fraction(55_555_555 * i, 11)
            takings.append(
                Taking(
                    pool,
                    f"{pool}-{i}",
                    f"{title} 제{i + 1}순위 リクープ及び分配",
                    kind,
                    "HAN",
                    opening,
                    opening + period if i else Fraction(0) if not n else opening,
                )
            )
        takings.append(Taking(pool, "others", "", LineKind.SHARE, "MORI", Fraction(1, 3), Fraction(2, 3)))
    pools = view_for("HAN", inflows, takings)
    adjustments = (
        StatementLine(
            position="bank-direction",
            title="한국은행 대출금 상환을 위한 지급지시",
            kind=LineKind.ASSIGNMENT,
            figures=Figures.of(Fraction(-500_000_000), Fraction(-750_000_000)),
        ),
        StatementLine(position="bonus", kind=LineKind.CHARGE, figures=Figures.of(0, Fraction(30_000_000))),
        StatementLine(
            position="taken-over", kind=LineKind.OPENING_BALANCE, figures=Figures.of(Fraction(1000), Fraction(1000))
        ),
    )
    unit = 10 ** exponent(currency)

    def money(major: int) -> Money:
        return Money(major * unit, currency)

    return Statement(
        production="DRAMA1",
        production_title="드라마 「만화의 집」 / ドラマ『漫画の家』",
        party="HAN",
        party_name=LONG_NAME,
        period=Q1,
        currency=currency,
        pools=pools,
        adjustments=adjustments,
        recoupments=(
            Recoupment.of("advance", "미니멈개런티 선급금", Fraction(3_000_000_000), Fraction(2_000_000_000)),
            Recoupment.of("costs", "製作費", Fraction(900_000_000), Fraction(900_000_000)),
            Recoupment.of("nothing-yet", "", Fraction(0), Fraction(0)),
        ),
        reserves=(
            Reserve(
                id="returns",
                title="반품 준비금",
                opening=money(100_000_000),
                withheld=money(50_000_000),
                released=money(25_000_000),
                held=money(125_000_000),
                release_on=date(2027, 10, 1),
            ),
        ),
        holds=(
            Hold(
                since=date(2027, 4, 20),
                positions=("japan-3", "japan-7"),
                reason="窓口手数料の率が契約書と異なるため、説明を求めます。日本版パッケージの返品分も確認してください。",
                amount=money(200_000_000),
            ),
        ),
        withholdings=(
            Withholding(
                country="KR",
                title="법인세법 제98조",
                base=money(500_000_000),
                percent=Decimal(0),
                amount=money(0),
            ),
        ),
        fx=(
            FxUsed(
                base="JPY",
                quote=currency,
                rule=FxRuleUsed.RECEIPT_DATE,
                source="Seoul Money Brokerage",
                on=date(2027, 2, 26),
                rate=Decimal("9.2175"),
            ),
            FxUsed(
                base="USD",
                quote=currency,
                rule=FxRuleUsed.PERIOD_AVERAGE,
                source="ECB",
                on=None,
                rate=Decimal("1389.4412345678"),
            ),
        ),
        settlement=settlement(
            currency,
            own_total(pools, adjustments),
            paid_before=20_000_000_000 * unit,
            reserved=125_000_000 * unit,
            held=200_000_000 * unit,
            minimum=1_000_000 * unit,
            paid=0,
        ),
        signature=SIGNATURE,
    )
