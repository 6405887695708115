"""Writes 入出金取引明細 (03) and 振込入金通知 (01) as a bank does, for tests. It shares nothing with the reader."""

from datetime import date


def era(day):
    """A day in the era of Reiwa, or of Heisei before it."""
    base = 2018 if day >= date(2019, 5, 1) else 1988
    return f"{day.year - base:02d}{day:%m%d}"


def n(value, length):
    return str(value).zfill(length)


def c(text, length):
    written = text.encode("cp932")
    assert len(written) <= length
    return (written + b" " * (length - len(written))).decode("cp932")


def sign(amount):
    return "2" if amount < 0 else "1"


def header(kind, created, first, last, *, bank="0017", branch="001", account="0012345", account_type="1", code="0"):
    start = f"1{kind}{code}{era(created)}{era(first)}{era(last)}{bank}{c('ﾐｽﾞﾐﾁ', 15)}{branch}{c('ﾎﾝﾃﾝ', 15)}"
    return start, f"{account_type}{account}{c('ｾｲｻｸｲｲﾝｶｲ', 40)}"


def header03(opening, created, first, last, **more):
    account = n(more.pop("account", "0012345"), 10)
    start, of = header("03", created, first, last, account=account, **more)
    balance = " " * 16 if opening is None else f"{sign(opening)}1{n(abs(opening), 14)}"
    return f"{start}000{of}{balance}"


def entry(minor, day, *, value=None, transaction="11", inquiry=1, payer="", code=0, summary="", edi="", bill=0):
    """A data record of type 03. `minor` is negative for money that went out."""
    way = "1" if minor >= 0 else "2"
    return (
        f"2{n(inquiry, 8)}{era(day)}{era(value or day)}{way}{transaction}{n(abs(minor), 12)}{n(0, 24)}"
        f"0{n(bill, 7)}000{n(code, 10)}{c(payer, 48)}{c('ｱｵｿﾞﾗ', 15)}{c('ｼﾝｼﾞﾕｸ', 15)}{c(summary, 20)}{c(edi, 20)} "
    )


def trailer03(amounts, closing):
    ins, outs = [a for a in amounts if a >= 0], [-a for a in amounts if a < 0]
    balance = " " * 15 if closing is None else f"{sign(closing)}{n(abs(closing), 14)}"
    return f"8{n(len(ins), 6)}{n(sum(ins), 13)}{n(len(outs), 6)}{n(sum(outs), 13)}{balance}{n(len(amounts), 7)}"


def statement(entries=(), *, opening=1_000_000, created=date(2025, 2, 10), first=None, last=None, **account):
    """The records of one account: (amount, record) for each entry."""
    first, last = first or created, last or created
    amounts = [amount for amount, _ in entries]
    closing = None if opening is None else opening + sum(amounts)
    return [
        header03(opening, created, first, last, **account),
        *(record for _, record in entries),
        trailer03(amounts, closing),
    ]


def transfer(amount, day, *, value=None, inquiry=1, payer="ｱｵｲｴｲｶﾞ", payer_code=0, cancelled=False, edi="", large=None):
    """A data record of type 01. `large` writes form B, which has a second amount of twelve digits."""
    more = "" if large is None else f"{n(large, 12)}{n(0, 12)}"
    return (
        f"2{n(inquiry, 6)}{era(day)}{era(value or day)}{n(amount, 10)}{n(0, 10)}{n(payer_code, 10)}{c(payer, 48)}"
        f"{c('ｱｵｿﾞﾗ', 15)}{c('ｼﾝｼﾞﾕｸ', 15)}{'1' if cancelled else ' '}{more}{c(edi, 20)}"
    )


def notification(transfers=(), *, created=date(2025, 2, 10), first=None, last=None, totals=None, **account):
    """The records of one account: (amount, cancelled, record) for each transfer."""
    came = [amount for amount, cancelled, _ in transfers if not cancelled]
    back = [amount for amount, cancelled, _ in transfers if cancelled]
    start, of = header("01", created, first or created, last or created, **account)
    counts = totals or f"{n(len(came), 6)}{n(sum(came), 12)}{n(len(back), 6)}{n(sum(back), 12)}"
    return [f"{start}{of}", *(record for *_, record in transfers), f"8{counts}"]


def end(records=0, accounts=0):
    return f"9{n(records, 10)}{n(accounts, 5)}"


def file(*accounts, separator="\r\n", ends=None):
    """The bytes of a file. Every record has 200 bytes and ends with the separator."""
    records = [record for account in accounts for record in account]
    return b"".join(
        c(record, 200).encode("cp932") + separator.encode() for record in [*records, "9" if ends is None else ends]
    )
