"""Agreements drawn from a seed: one debtor account, dated and milestone payouts, a waterfall among three parties."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

ACCOUNT = "spc-krw"
DUE_ON = "2026-01-05"
PERIOD = "2025-Q4"
PARTIES = ("spc", "studio", "vendor")
_CONTRIBUTION = 1_000_000


@dataclass(frozen=True)
class Drawn:
    """A production before its registration."""

    key: str
    payouts: tuple[int, ...]
    """Minor units of each instalment that we pay; every second follows the milestone."""
    earned: tuple[int, ...] = ()
    """Minor units of each receipt of the finished work."""
    milestones: int = 1
    approvals: int = 1
    shares: tuple[int, int] = (10, 5)
    """Percent of the earnings for the studio and for the vendor, before studio and company share the rest."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Fields of the agreement that differ from the defaults."""

    def agreement(self) -> bytes:
        """Return the agreement as JSON, which is valid YAML."""
        return json.dumps({**_usual(self), **self.changes}, indent=0).encode()

    def statement(self) -> str:
        """Return its earnings as the source's statement."""
        rows = [f"2025-11-{1 + n % 28:02},{amount},sales,KR,theatrical,first" for n, amount in enumerate(self.earned)]
        return "\n".join(("date,amount,payer,territory,media,window,currency", *(f"{row},KRW" for row in rows))) + "\n"


def draw(dice: Random, payouts: tuple[int, int], earned: bool = False) -> Drawn:
    """Draw a production. `payouts` are the least and the most payouts."""
    return Drawn(
        key=f"F{dice.randrange(16**8):08X}",
        payouts=tuple(
            dice.choice((dice.randint(1, 999), dice.randint(10**3, 10**9))) for _ in range(dice.randint(*payouts))
        ),
        earned=tuple(dice.randint(1, 10**8) for _ in range(dice.randint(1, 5))) if earned else (),
        shares=(dice.randint(1, 40), dice.randint(1, 40)),
    )


def _usual(drawn: Drawn) -> dict[str, Any]:
    address = {"street": "Jong-ro", "building": "26", "postcode": "03188", "town": "Seoul", "country": "KR"}
    wraps = [f"wrap-{n}" if n else "wrap" for n in range(drawn.milestones)]
    terms = {
        "submitter": "studio",
        "planned_on": "2026-06-01",
        "evidence": [{"id": "report", "title": "Wrap report"}],
        "approval": {
            "approvals": drawn.approvals,
            "parties": ["spc"],
            "business_days": 5,
            "on_deadline": "reject",
            "distinct_parties": drawn.approvals == 1,
        },
    }
    paid_in = _instalment("IN", "contribution", "studio-krw", ACCOUNT, _CONTRIBUTION) | {"due": _after("wrap")}
    paid_out = [
        _instalment(f"P{n}", "production", ACCOUNT, "vendor-krw", amount)
        | {"due": _after("wrap") if n % 2 else {"on": DUE_ON}}
        for n, amount in enumerate(drawn.payouts)
    ]
    return {
        "sluice": 1,
        "production": drawn.key,
        "title": f"{len(drawn.payouts)} payouts",
        "version": 1,
        "effective_on": "2025-01-01",
        "time_zone": "Asia/Seoul",
        "amendments": {"parties": ["studio"]},
        "parties": [{"id": p, "name": f"{p} Co", "kind": "studio", "address": address} for p in PARTIES],
        "accounts": [
            _account(ACCOUNT, "10020030040010", control="controlled", cut_off="23:59"),
            _account("studio-krw", "20130014400021"),
            _account("vendor-krw", "30210088800054"),
        ],
        "milestones": [{"id": one, "title": one.title()} | terms for one in wraps],
        "schedule": [paid_in, *paid_out],
        "waterfall": _waterfall(*drawn.shares),
    }


def _waterfall(studio: int, vendor: int) -> dict[str, Any]:
    return {
        "currency": "KRW",
        "pools": [
            {
                "id": "gross",
                "receives": "everything",
                "positions": [
                    {"id": "fee", "to": "studio", "take": f"{studio} % of gross"},
                    {"id": "points", "to": "vendor", "take": f"{vendor} % of gross"},
                ],
                "residue": {
                    "share": "by_commitment",
                    "among": [{"to": "studio", "weight": "3"}, {"to": "spc", "weight": "2"}],
                },
            }
        ],
    }


def _account(name: str, number: str, control: str = "external", **more: str) -> dict[str, Any]:
    owner = name.partition("-")[0]
    fixed = {"currency": "KRW", "bic": "SLUAKRSE", "calendars": ["KR"]}
    return {"id": name, "owner": owner, "control": control, "number": number} | fixed | more


def _instalment(name: str, purpose: str, payer: str, payee: str, amount: int) -> dict[str, Any]:
    about = {"id": name, "title": name, "purpose": purpose, "payer": payer, "payee": payee}
    return about | {"amount": f"KRW {amount}"}


def _after(milestone: str) -> dict[str, Any]:
    return {"milestone": milestone, "business_days": 0}
