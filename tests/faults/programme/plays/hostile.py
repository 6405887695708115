"""Malicious files: XML of a bank, CSV of a source, YAML of an agreement.

One fault is one file. It must be refused in a sentence, without a traceback and within half a minute. It must change no
payment and no balance, and not delay later files. A file with one changed byte may also be harmless, and be taken.
"""

import io
import os
import re
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from adapters.agreement.documents import load_agreement
from adapters.bank.folder import folder_of
from adapters.bank.xml import MAX_BYTES
from adapters.db.queries.ledger import balances as balances_of
from adapters.sandbox_bank.admin import folders_path
from app.sharing.imports import Import, import_on
from domain.errors import SluiceError
from tests.faults.programme.agreements import ACCOUNT, Drawn, draw
from tests.faults.programme.judge import judge, proven
from tests.faults.programme.plays.messages import put
from tests.faults.programme.stage import Stage, Stuck
from tests.faults.programme.tally import Harm

PATIENCE_S = 30.0
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BOMB = f'<!DOCTYPE Document [<!ENTITY l0 "ha">{_LAUGHS}]>'.encode()
_FETCH = b'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_REMOTE = b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/evil.dtd">'
_DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True)
class Attack:
    """The kind of file, the trick, and the seed of its dice."""

    medium: str
    trick: str
    chance: int


@dataclass(frozen=True)
class Siege:
    """A paid production, and the attacks on it."""

    drawn: Drawn
    attacks: tuple[Attack, ...]


def plan(dice: Random, short: bool) -> list[Siege]:
    attacks = [Attack(medium, trick, dice.randrange(2**32)) for medium, tricks in TRICKS.items() for trick in tricks]
    bytes_changed = [Attack("xml", "one byte changed", dice.randrange(2**32)) for _ in range(120)]
    bytes_changed += [Attack("xml", "cut off", dice.randrange(2**32)) for _ in range(40)]
    bytes_changed += [Attack("csv", "one byte changed", dice.randrange(2**32)) for _ in range(60)]
    if short:
        attacks = [one for one in attacks if one.trick not in SLOW]
        attacks, bytes_changed = dice.sample(attacks, 12), bytes_changed[:5] + bytes_changed[-5:]
    return [Siege(draw(dice, (3, 4)), tuple(attacks + bytes_changed))]


async def play(stage: Stage, sieges: list[Siege]) -> None:
    for siege in sieges:
        await stage.play(siege.drawn)
        for attack in siege.attacks:
            begun = time.monotonic()
            try:
                if attack.medium == "xml":
                    harm = await _bank_file(stage, siege.drawn.key, attack)
                else:
                    harm = _document(stage, siege.drawn, attack)
            except Stuck as stuck:
                harm = Harm(stuck=[str(stuck)])
            if time.monotonic() - begun > PATIENCE_S:
                harm.stuck.append(f"{attack} took {time.monotonic() - begun:.0f} s")
            stage.tally.add(f"hostile {attack.medium.upper()}", 1, harm.and_also(judge(stage, siege.drawn.key)))
        stage.tally.add("hostile XML", 0, proven(stage))


async def _bank_file(stage: Stage, key: str, attack: Attack) -> Harm:
    home = folders_path(stage.data) / folder_of(key, ACCOUNT)
    dice = Random(attack.chance)
    base = dice.choice(sorted((home / "archive").glob("*.xml"))).read_bytes()
    name = f"hostile-{attack.chance}.xml"
    made = TRICKS["xml"].get(attack.trick, ALTERED.get(attack.trick))(base, dice)
    if isinstance(made, bytes):
        put(home, name, made)
    else:
        made(home / "inbox" / name)
    with suppress(FileNotFoundError):  # the worker may have archived it
        os.utime(home / "inbox" / name, (0, 0), follow_symlinks=False)  # nobody is writing it any more
    await stage.until(lambda: stage.quiet(key), f"{attack} is not put away", PATIENCE_S)
    with stage.services.store.reading() as records:
        balances = {row.account: row.balance.minor for row in balances_of(records.connection, key)}
    # A changed byte may make an unknown reference. Such money belongs in suspense.
    stage.lies[key] = -balances.get(f"suspense:unmatched:{ACCOUNT}", 0)
    if attack.trick in ALTERED:
        return Harm()
    refused = any(name in one.name or one.name.startswith("strange-") for one in (home / "refused").iterdir())
    return Harm() if refused else Harm(broken=[f"{attack} was not refused"])


def _document(stage: Stage, drawn: Drawn, attack: Attack) -> Harm:
    """Load a user's file. It must be refused in a sentence, before anything is written."""
    dice, file = Random(attack.chance), stage.data / f"hostile.{'yaml' if attack.medium == 'yaml' else 'csv'}"
    base = (drawn.agreement() if attack.medium == "yaml" else _statement()).decode()
    made = TRICKS[attack.medium].get(attack.trick, ALTERED.get(attack.trick))(base.encode(), dice)
    if attack.trick.startswith("xlsx"):
        file = file.with_suffix(".xlsx")
    file.write_bytes(made)
    before = _head(stage, drawn.key)
    taken = False
    try:
        if attack.medium == "yaml":
            load_agreement(file)
        else:
            request = Import("receipt", drawn.key, "sales", f"S{attack.chance}", "payer-one")
            import_on(stage.services.handler, request, file)
        taken = True
    except SluiceError:
        pass
    except Exception as error:  # noqa: BLE001 - any other error is a finding
        return Harm(broken=[f"{attack}: {type(error).__name__}: {str(error)[:200]}"])
    if taken and attack.trick not in ALTERED:
        return Harm(broken=[f"{attack} was taken"])
    if not taken and _head(stage, drawn.key) not in {before, before + 1}:  # a refusal may itself be recorded
        return Harm(broken=[f"{attack} was refused and has changed the journal"])
    return Harm()


def _head(stage: Stage, key: str) -> int:
    return len(stage.facts(key))


def _statement() -> bytes:
    rows = [f"2025-10-{n:02},{n}000,sales,KR,theatrical,first,KRW" for n in range(1, 10)]
    return "\n".join(("date,amount,payer,territory,media,window,currency", *rows, "")).encode()


def _cell(amount: str) -> Callable[[bytes, Random], bytes]:
    return lambda base, _: base.replace(b",1000,", f",{amount},".encode(), 1)


def _amount(text: str) -> Callable[[bytes, Random], bytes]:
    """Put another text in place of an amount, under a new message id."""

    def altered(base: bytes, dice: Random) -> bytes:
        head, sep, rest = _camt(dice).partition(b'<Amt Ccy="KRW">')
        return head + sep + text.encode() + rest[rest.index(b"<") :]

    return altered


def _camt(dice: Random) -> bytes:
    line = (
        '<TxDtls><Refs><AcctSvcrRef>H{0}</AcctSvcrRef><EndToEndId>X</EndToEndId></Refs><Amt Ccy="KRW">5</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
    )
    n = dice.randrange(10**9)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">'
        f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>H{n}</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>H{n}</Id><CreDtTm>2026-01-05T09:00:00Z</CreDtTm>"
        "<Acct><Id><Othr><Id>10020030040010</Id></Othr></Id><Ccy>KRW</Ccy></Acct>"
        '<Ntry><Amt Ccy="KRW">5</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt>'
        f"</BookgDt><AcctSvcrRef>H{n}</AcctSvcrRef><BkTxCd></BkTxCd><NtryDtls>{line.format(n)}</NtryDtls></Ntry>"
        "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def _with(old: bytes, new: bytes) -> Callable[[bytes, Random], bytes]:
    return lambda base, _: base.replace(old, new, 1)


def _flip(base: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(base))
    return base[:at] + bytes([base[at] ^ (1 << dice.randrange(8))]) + base[at + 1 :]


def _zipped(name: str, size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr(name, b"0" * size)
    return made.getvalue()


ALTERED: dict[str, Callable[[bytes, Random], bytes]] = {
    "one byte changed": _flip,
    "cut off": lambda base, dice: base[: dice.randrange(len(base))],
}
"""Tricks whose result may be harmless."""
SLOW = {"larger than is read", "huge text", "xlsx that unpacks to a gigabyte"}
TRICKS: dict[str, dict[str, Callable[[bytes, Random], object]]] = {
    "xml": {
        "billion laughs": lambda base, _: base.replace(_DECLARED, _DECLARED + _BOMB).replace(
            b"<MsgId>", b"<MsgId>&l9;"
        ),
        "external entity": lambda base, _: base.replace(_DECLARED, _DECLARED + _FETCH).replace(
            b"<MsgId>", b"<MsgId>&x;"
        ),
        "remote DTD": _with(_DECLARED, _DECLARED + _REMOTE),
        "UTF-16 without saying so": lambda base, _: base.decode().encode("utf-16"),
        "another encoding declared": _with(b'encoding="UTF-8"', b'encoding="UTF-7"'),
        "Latin-1": lambda base, _: base.replace(b"UTF-8", b"ISO-8859-1"),
        "bytes that are no UTF-8": _with(b"<MsgId>", b"<MsgId>\xff\xfe"),
        "a NUL": _with(b"<MsgId>", b"<MsgId>\x00"),
        "no XML": lambda _, dice: dice.randbytes(4096),
        "empty": lambda *_: b"",
        "nested 100,000 deep": lambda *_: b"<a>" * 100_000 + b"</a>" * 100_000,
        "a million attributes": lambda *_: b"<a " + b" ".join(b'b%d=""' % n for n in range(10**5)) + b"/>",
        "another message": lambda base, _: base.replace(b"camt.05", b"pacs.00").replace(b"pain.002", b"pacs.009"),
        "a version of the future": lambda base, _: base.replace(b".001.08", b".001.99").replace(b".001.10", b".001.99"),
        "larger than is read": lambda base, _: base + b" " * (MAX_BYTES + 1),
        "huge text": lambda base, _: base.replace(b"<MsgId>", b"<MsgId>" + b"9" * 12_000_000),
        "a symbolic link": lambda *_: lambda path: path.symlink_to("/etc/passwd"),
        "a pipe": lambda *_: os.mkfifo,
        "a folder": lambda *_: lambda path: path.mkdir(),
        "a name with a newline": lambda base, _: lambda path: Path(f"{path}\n..").write_bytes(base),
        "400 digits": _amount("9" * 400),
        "400 decimals": _amount("1." + "0" * 399 + "1"),
        "10^18": _amount(str(10**18)),
        "1e999999999": _amount("1e999999999"),
        "not a number": _amount("NaN"),
        "infinite": _amount("Infinity"),
        "negative": _amount("-5"),
        "another number than the batch": _amount("6"),
        "decimals that KRW has not": _amount("5.5"),
        "no amount": _amount(""),
        "a currency that is none": lambda _, dice: _camt(dice).replace(b"KRW", b"QQQ"),
        "another account": lambda _, dice: _camt(dice).replace(b"10020030040010", b"999"),
        "no such day": lambda _, dice: _camt(dice).replace(b"<Dt>2026-01-05", b"<Dt>2026-02-30"),
        "the year 0": lambda _, dice: _camt(dice).replace(b"<Dt>2026-01-05", b"<Dt>0000-01-05"),
        "no reference": lambda _, dice: _camt(dice).replace(b"AcctSvcrRef", b"PrtryX"),
    },
    "csv": {
        "400 digits": _cell("9" * 400),
        "10^18": _cell(str(10**18)),
        "exponent": _cell("1e400"),
        "not a number": _cell("NaN"),
        "a formula": _cell("=1+1"),
        "Arabic digits": _cell("\u0661\u0662"),
        "two minus signs": _cell("--5"),
        "no such day": _with(b"2025-10-01", b"2025-02-30"),
        "the year 0": _with(b"2025-10-01", b"0000-01-01"),
        "the year 9999": _with(b"2025-10-01", b"9999-12-31"),
        "a currency that is none": _with(b"KRW", b"QQQ"),
        "UTF-16": lambda base, _: base.decode().encode("utf-16"),
        "bytes that are no UTF-8": _with(b"theatrical", b"\xff\xfe"),
        "a NUL": _with(b"theatrical", b"a\x00b"),
        "a tab and a newline in a name": _with(b"theatrical", b'"a\tb\nc"'),
        "an open quote": _with(b"theatrical", b'"theatrical'),
        "a row too long": _with(b",KRW\n", b",KRW,x,y,z\n"),
        "a row too short": _with(b",KRW\n", b"\n"),
        "a heading twice": _with(b"payer", b"date"),
        "a cell of 3 MB": _with(b"theatrical", b"x" * 3_000_000),
        "10,000 columns": _with(b"date,", b"date," + b",".join(b"c%d" % n for n in range(10**4)) + b","),
        "empty": lambda *_: b"",
        "no CSV": lambda _, dice: dice.randbytes(4096),
        "xlsx that is none": lambda _, dice: b"PK\x03\x04" + dice.randbytes(4096),
        "xlsx that unpacks to a gigabyte": lambda *_: _zipped("xl/workbook.xml", 10**9),
    },
    "yaml": {
        "aliases that multiply": lambda *_: (
            b"a: &a [x, x, x, x, x, x, x, x, x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (97 + n, 97 + n, b",".join([b"*%c" % (96 + n)] * 9)) for n in range(1, 12))
        ),
        "a tag that runs code": lambda *_: b"sluice: !!python/object/apply:os.system ['true']\n",
        "nested 10,000 deep": lambda *_: b"a: " + b"[" * 10_000 + b"]" * 10_000,
        "a field twice": _with(b'"title"', b'"sluice": 1,\n"title"'),
        "a NUL in a title": _with(b'"title": "', b'"title": "a\\u0000'),
        "a name of 10,000": _with(b'"spc Co"', b'"' + b"x" * 10_000 + b'"'),
        "UTF-16": lambda base, _: base.decode().encode("utf-16"),
        "a float": _with(b'"amount": "KRW 1000000"', b'"amount": 1e6'),
        "negative": _with(b'"amount": "KRW 1000000"', b'"amount": "KRW -1000000"'),
        "400 digits": _with(b"KRW 1000000", b"KRW " + b"9" * 400),
        "10^18": _with(b'"KRW 1000000"', b'"KRW 1000000000000000000"'),
        "10^17": _with(b'"KRW 1000000"', b'"KRW 100000000000000000"'),
        "a version of 400 digits": _with(b'"version": 1', b'"version": ' + b"9" * 400),
        "the year 0": _with(b'"2025-01-01"', b'"0000-01-01"'),
        "no such zone": _with(b"Asia/Seoul", b"../../etc/passwd"),
        "a percentage of a billion digits": lambda base, _: re.sub(rb"\d+ % of", b"1e999999999 % of", base, count=1),
        "empty": lambda *_: b"",
        "no YAML": lambda _, dice: dice.randbytes(4096),
    },
}
