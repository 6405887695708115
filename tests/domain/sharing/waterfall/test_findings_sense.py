"""Clauses that can be parsed but make no sense are reported by line."""

import pytest

from adapters.agreement.documents import BadDocument, parse_agreement
from tests.domain.sharing.waterfall.deal import document

PARTIES = ["a", "b", "c", "p"]
CLAIM = "{id: k, amount: USD 5}"


def pool(*positions, claims=(), events=(), more=""):
    lines = ["currency: USD", "metrics: [m]"]
    lines += [f"claims: [{', '.join(claims)}]"] if claims else []
    lines += [f"events: [{', '.join(events)}]"] if events else []
    lines += ["pools:", "  - id: g", "    receives: everything"]
    lines += ["    positions:", *(f"      - {{{position}}}" for position in positions)] if positions else []
    return "\n".join([*lines, "    residue: p", more])


def findings_of(section):
    with pytest.raises(BadDocument) as caught:
        parse_agreement(document(section, PARTIES).encode(), "a.yaml")
    return [str(finding) for finding in caught.value.findings]


X = "id: x, to: a, take: 10 % of g"
NONSENSE = {
    "a share of itself": (pool("id: x, to: a, take: 10 % of x"), "x].take", "no sooner"),
    "a share of what comes later": (
        pool("id: x, to: a, take: 10 % of y", "id: y, to: b, take: 10 % of g"),
        "x].take",
        "no",
    ),
    "a share of a party": (pool(X, "id: y, to: b, take: 10 % of a"), "y].take", "known only in the end"),
    "a share of its own rest": (pool("id: x, to: a, take: 10 % of what is left of g"), "x].take", "what remains"),
    "a share of a claim": (pool("id: x, to: a, take: 10 % of k", claims=[CLAIM]), "x].take", "does not flow"),
    "a share of a fixed sum": (pool("id: x, to: a, take: 10 % of USD 100"), "x].take", "does not flow"),
    "a share of a span": (pool("id: x, to: a, take: 10 % of g this year"), "x].take", "condition"),
    "a cap below zero": (
        pool("id: x, to: a, recoups: k", claims=["{id: k, amount: USD 5, cap: USD 5 - USD 9}"]),
        "k].cap",
        "nothing",
    ),
    "a limit of nothing": (pool("id: x, to: a, up_to: USD 0"), "x].up_to", "leaves nothing"),
    "a claim below zero": (
        pool("id: x, to: a, recoups: k", claims=["{id: k, amount: USD -5}"]),
        "k].amount",
        "more than nothing",
    ),
    "a claim nobody has": (pool(X, claims=[CLAIM]), "claims[k]", "nobody recoups"),
    "from later until sooner": (
        pool(X + ", once: from 2026-01-01, until: from 2025-01-01"),
        "positions[x]",
        "never hold",
    ),
    "from more until less": (pool(X + ", once: g reaches USD 9, until: g reaches USD 5"), "positions[x]", "never hold"),
    "from and until the same": (
        pool(X + ", once: g reaches USD 9, until: g reaches USD 9"),
        "positions[x]",
        "never hold",
    ),
    "once a capped claim is recouped, to recoup it": (
        pool(
            X + ", once: k is recouped, recoups: k",
            "id: y, to: b, recoups: k",
            claims=["{id: k, amount: USD 5, cap: 30 % of g}"],
        ),
        "positions[x]",
        "never hold",
    ),
    "either of two that its end excludes": (
        pool(X + ", once: g reaches USD 9 or g reaches USD 7, until: g reaches USD 5"),
        "positions[x]",
        "never hold",
    ),
    "a step that another hides": (
        pool(X + ", then: [{once: g reaches USD 9, take: 5 % of g}, {once: g reaches USD 4, take: 2 % of g}]"),
        "x].then[1]",
        "never hold",
    ),
    "events in a circle": (
        pool(X + ", once: e", events=["{id: e, when: f}", "{id: f, when: not e}"]),
        "events[e].when",
        "itself",
    ),
    "events without end": (
        pool(
            X + ", once: e60",
            events=["{id: e0, when: g reaches USD 1}", *(f"{{id: e{n}, when: e{n - 1}}}" for n in range(1, 61))],
        ),
        "events[e40].when",
        "too many",
    ),
    "events that double": (
        pool(
            X + ", once: e30",
            events=[
                "{id: e0, when: g reaches USD 1}",
                *(f"{{id: e{n}, when: e{n - 1} or e{n - 1} or e{n - 1}}}" for n in range(1, 31)),
            ],
        ),
        "events[e",
        "too many",
    ),
    "caps in a circle": (
        pool("id: x, to: a, recoups: k", claims=["{id: k, amount: USD 5, cap: l}", "{id: l, amount: USD 5, cap: k}"]),
        "claims[k]",
        "itself",
    ),
    "paid by itself": (
        pool("id: x, to: a, recoups: k", claims=["{id: k, amount: USD 5, paid_by: k}"]),
        "claims[k]",
        "itself",
    ),
    "interest on itself": (
        pool("id: x, to: a, recoups: k", claims=["{id: k, amount: USD 5, interest: {rate: 5 % a year, on: k}}"]),
        "k].interest.on",
        "take it away",
    ),
    "interest that ends first": (
        pool(
            "id: x, to: a, recoups: k",
            claims=["{id: k, amount: USD 5, interest: {rate: 5 % a year, since: 2026-01-01, until: 2025-01-01}}"],
        ),
        "k].interest.until",
        "before it begins",
    ),
    "a claim by the year": (
        pool(X + ", once: k this year reaches USD 5", claims=[CLAIM]),
        "x].once",
        "not counted by the year",
    ),
    "a reserve that comes round": (pool(X + ", held_for: {periods: 1, then: g}"), "x].held_for.then", "held again"),
    "assignments in a circle": (
        pool(X, more="assignments: [{id: s, of: a, to: b, take: 10 % of a}, {id: t, of: b, to: a, take: 10 % of b}]"),
        "assignments[s]",
        "circle",
    ),
    "an assignment to oneself": (
        pool(X, more="assignments: [{id: s, of: a, to: a}]"),
        "assignments[s].to",
        "assigns to itself",
    ),
    "a charge of oneself": (
        pool(X, more="charges: [{id: d, of: a, to: a, amount: USD 5}]"),
        "charges[d].to",
        "cannot owe itself",
    ),
    "a minimum below zero": (pool(X, more="minimum_payouts: [{to: a, amount: USD -5}]"), "amount", "more than nothing"),
    "two minimums": (
        pool(X, more="minimum_payouts: [{to: a, amount: USD 5}, {to: a, amount: USD 6}]"),
        "payouts[2].to",
        "keep one",
    ),
    "a view that its owner bears": (
        pool(X, more="views: [{of: a, borne_by: a, changes: [{id: x, take: 5 % of g}]}]"),
        "borne_by",
        "another",
    ),
    "two views of one": (
        pool(
            X,
            more="views: [" + ", ".join(["{of: a, borne_by: p, changes: [{id: x, take: 5 % of g}]}"] * 2) + "]",
        ),
        "views[2].of",
        "a view already",
    ),
    "a view that changes nothing": (
        pool(X, more="views: [{of: a, borne_by: p, changes: [{id: x}]}]"),
        "changes[x]",
        "nothing",
    ),
    "a view of a field that is not there": (
        pool(X, more="views: [{of: a, borne_by: p, changes: [{id: x, multiple: 120 %}]}]"),
        "changes[x].multiple",
        "has no `multiple`",
    ),
    "a view that leaves out a claim": (
        pool(
            "id: x, to: a, recoups: k",
            claims=[CLAIM],
            more="views: [{of: a, borne_by: p, changes: [{id: k, leave_out: true}]}]",
        ),
        "leave_out",
        "only a position",
    ),
    "weights of nothing": (
        pool("id: x, to: {share: by_commitment, among: [{to: a, weight: '0.0'}, {to: b, weight: 0/5}]}"),
        "positions[x].to",
        "above zero",
    ),
    "somebody behind who takes all": (
        pool("id: x, to: {share: in_order, among: [{to: a}, {to: b}]}"),
        "among[2]",
        "takes all",
    ),
    "a position behind a group that takes all": (
        pool("id: x, to: {share: equal_until_filled, among: [{to: a}, {to: b}]}", "id: y, to: c, take: 5 % of g"),
        "positions[y]",
        "takes all",
    ),
    "only what it excludes": (pool(X + ", only: {media: tv}, excluding: {media: [tv, vod]}"), "x].only", "no receipt"),
    "only what never comes": (
        pool(X + ", only: {media: dvd}").replace("everything", "{media: tv}"),
        "x].only",
        "no receipt",
    ),
    "a match of nothing": (pool(X).replace("everything", "{}"), "g].receives", "says nothing"),
    "two entries for one receipt": (
        pool(X, more="  - {id: h, receives: {media: [tv, vod]}, residue: p}").replace("everything", "{media: tv}"),
        "h].receives",
        "some of that already",
    ),
}


@pytest.mark.parametrize(("section", "field", "sentence"), NONSENSE.values(), ids=NONSENSE.keys())
def test_what_makes_no_sense_is_one_finding_with_its_line(section, field, sentence):
    found = findings_of(section)
    assert len(found) == 1, found
    assert field in found[0]
    assert sentence in found[0]
    assert found[0].startswith("a.yaml:")


SENSE = {
    "until a capped claim is recouped, to recoup it": pool(
        X + ", until: k is recouped, recoups: k", claims=["{id: k, amount: USD 5, cap: 30 % of g}"]
    ),
    "one of two that its end excludes": pool(X + ", once: g reaches USD 9 or g reaches USD 3, until: g reaches USD 5"),
    "two days that follow": pool(X + ", once: from 2025-01-01, until: from 2026-01-01"),
    "two sums that follow": pool(X + ", once: g reaches USD 5, until: g reaches USD 9"),
    "a claim that is only compared with": pool(X + ", once: g reaches 200 % of k", claims=[CLAIM]),
    "an assignment of a share of what one gets": pool(X, more="assignments: [{id: s, of: a, to: b, take: 10 % of a}]"),
    "entries that only meet by chance": pool(X, more="  - {id: h, receives: {territory: KR}, residue: p}").replace(
        "everything", "{media: tv}"
    ),
    "a reserve that is of some receipts only": pool(X + ", only: {media: dvd}, held_for: {periods: 1, then: g}"),
    "brackets around one name": pool(X + ", once: ((g)) reaches USD 5"),
    "many brackets side by side": pool(X + ", once: " + " or ".join(["(g + a) reaches USD 5"] * 15)),
    "many times not": pool(X + ", once: " + " and ".join(["not m reaches 5"] * 20)),
}


@pytest.mark.parametrize("section", SENSE.values(), ids=SENSE.keys())
def test_what_makes_sense_has_no_finding(section):
    assert parse_agreement(document(section, PARTIES).encode(), "a.yaml").agreement.waterfall


def test_hundreds_of_positions_and_of_pools_in_a_row_are_checked():
    many = pool(*(f"id: x{n}, to: a, take: 0.01 % of g, until: x{n} reaches USD {n + 1}" for n in range(300)))
    assert parse_agreement(document(many, PARTIES).encode(), "a.yaml").agreement.waterfall
    chain = "\n".join(f"  - {{id: g{n}, residue: {f'g{n + 1}' if n < 299 else 'p'}}}" for n in range(300))
    assert parse_agreement(
        document(pool(more=chain).replace("residue: p\n", "residue: g0\n", 1), PARTIES).encode(), "a.yaml"
    ).agreement.waterfall
