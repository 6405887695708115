"""Writes MT940 and MT942 as a bank does, for tests. It shares nothing with the reader."""

from datetime import date


def number(minor, decimals=0):
    """`1023001,` or `12,50`: minor units as SWIFT writes them."""
    whole, part = divmod(abs(minor), 10**decimals)
    return f"{whole},{part:0{decimals}d}" if decimals else f"{whole},"


def line(minor, on, *, decimals=0, entry="", mark=None, code="NTRF", customer="NONREF", bank="", more="", told=None):
    """An entry: field 61, with field 86 if something is told. `minor` is negative for money that went out."""
    mark = mark or ("C" if minor >= 0 else "D")
    reference = f"{customer}//{bank}" if bank else customer
    text = f":61:{on:%y%m%d}{entry}{mark}{number(minor, decimals)}{code}{reference}"
    return "\n".join([text, *([more] if more else []), *([f":86:{told}"] if told is not None else [])])


def balance(tag, minor, on, currency="KRW", decimals=0):
    return f":{tag}:{'D' if minor < 0 else 'C'}{on:%y%m%d}{currency}{number(minor, decimals)}"


def mt940(
    lines=(),
    moved=0,
    *,
    opening=50_000_000,
    on=date(2025, 2, 10),
    opened_on=None,
    currency="KRW",
    decimals=0,
    reference="250210",
    account="10020030000023",
    sequence="41/1",
    tags=("60F", "62F"),
    after=(),
):
    """A statement. `moved` is what its lines add up to, in minor units."""
    return "\n".join(
        [
            f":20:{reference}",
            f":25:{account}",
            f":28C:{sequence}",
            balance(tags[0], opening, opened_on or on, currency, decimals),
            *lines,
            balance(tags[1], opening + moved, on, currency, decimals),
            *after,
            "-",
            "",
        ]
    )


def mt942(lines=(), *, reference="250210", account="10020030000023", sequence="41/1", fields=(":34F:KRW0,",), after=()):
    """An interim report. `fields` stand before the lines, `after` behind them."""
    return "\n".join([f":20:{reference}", f":25:{account}", f":28C:{sequence}", *fields, *lines, *after, "-", ""])


def in_blocks(text, kind="940"):
    """The message as it comes over SWIFT, in blocks and with CR and LF."""
    body = text.removesuffix("-\n")
    block = f"{{1:F01SLUAKRSEXXXX0000000000}}{{2:O{kind}1800250210SLUAKRSEXXXX00000000002502101800N}}{{4:\n{body}-}}"
    return block.replace("\n", "\r\n")
