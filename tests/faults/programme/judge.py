"""The invariants of design §9, checked from outside: the bank's books against ours."""

from collections import Counter

from adapters.bank.folder import folder_of
from adapters.db.queries.ledger import balances as balances_of
from adapters.db.queries.payments import PaymentFilter
from adapters.db.queries.payments import payments as payments_of
from app.health.doctor import examine
from app.ledger.verify import verify
from domain.health import AilmentKind
from domain.values.money import Money
from tests.faults.programme.agreements import ACCOUNT
from tests.faults.programme.stage import Stage
from tests.faults.programme.tally import Harm


def judge(stage: Stage, key: str, *, ended: bool = True) -> Harm:
    """Return what is wrong with one production. With `ended`, each payment must also have reached its end.

    Each settled payment has one bank effect, and any other has none. Our bank account equals the bank's to the unit.
    Suspense holds exactly what a lying bank put there.
    """
    harm = Harm()
    with stage.reading() as records:
        payments = payments_of(records.connection, PaymentFilter(key)).items
        balances = {row.account: row.balance for row in balances_of(records.connection, key)}
    with stage.books() as books:
        sent = Counter(e2e for (e2e,) in books.db.execute("SELECT e2e FROM posting WHERE kind = 'transfer'"))
        back = Counter(e2e for (e2e,) in books.db.execute("SELECT e2e FROM posting WHERE kind = 'return'"))
        booked, moved = books.booked(), books.moved().get(folder_of(key, ACCOUNT))
    for row in payments:
        attempts = [row.id, *(f"{row.id}.{n}" for n in range(2, row.attempt + 1))]
        net = sum(sent[one] - back[one] for one in attempts)
        wanted = int(row.status == "settled")
        if net > wanted or any(sent[one] > 1 for one in attempts):
            harm.doubled.append(f"{row.id} is {row.status} and left the account {net} times")
        elif net < wanted:
            harm.lost.append(f"{row.id} is settled and the bank never paid it")
        elif wanted and not (booked[row.end_to_end_id] == row.booked == row.amount):
            harm.broken.append(f"{row.id} of {row.amount} was booked as {booked[row.end_to_end_id]}")
        if ended and row.status not in {"settled", "rejected", "returned", "cancelled"}:
            harm.stuck.append(f"{row.id} is still {row.status}")
    zero, lied = Money.zero("KRW"), Money(stage.lies.get(key, 0), "KRW")
    ours = balances.get(f"asset:bank:{ACCOUNT}", zero)
    theirs = zero if moved is None else moved
    suspense = -balances.get(f"suspense:unmatched:{ACCOUNT}", zero)
    if ours - lied != theirs:
        harm.broken.append(f"{key}: our bank account says {ours}, the bank {theirs}, and it lied about {lied}")
    if suspense != lied:
        harm.broken.append(f"{key}: {suspense} is in suspense, and the bank lied about {lied}")
    return harm


def proven(stage: Stage) -> Harm:
    """Return what a proof of the whole record finds: chains, balances, and postings against events."""
    with stage.reading() as records:
        return Harm(broken=list(verify(records.connection).wrong))


async def doctored(stage: Stage, expected: frozenset[AilmentKind] = frozenset()) -> Harm:
    """Return the doctor's findings at the end of a scene, except the expected kinds."""
    found = [one for one in (await examine(stage.services)).ailments if one.wrong and one.kind not in expected]
    return Harm(stuck=[f"the doctor says {one.kind}: {one.what}: {one.why}" for one in found])


def judge_distribution(stage: Stage, key: str) -> Harm:
    """Check that a period's payout is ordered once for each paid party, and that every payout is a payment."""
    harm = Harm()
    one = stage.distribution(key)
    if one is None or one["status"] != "ordered" or one["body"]["objections"]:
        harm.stuck.append(f"the distribution of {key} is {one['status'] if one else 'not there'}")
        return harm
    to_date, ordered = one["body"]["to_date"], one["body"]["ordered"]
    with stage.reading() as records:
        payments = [
            row for row in payments_of(records.connection, PaymentFilter(key)).items if row.purpose == "participation"
        ]
    paid: dict[str, Money] = {}
    for row in payments:
        paid[row.payee_party] = paid.get(row.payee_party, Money.zero("KRW")) + row.amount
    for party, amount in to_date.items():
        owed = Money.zero("KRW") if party == "spc" else Money.parse(amount)
        got = paid.get(party, Money.zero("KRW"))
        if Money.parse(ordered.get(party, "KRW 0")) != got:
            harm.broken.append(f"{key}: {party} was ordered {ordered.get(party)} and promised {got}")
        if got < owed:
            harm.lost.append(f"{key}: {party} came to {owed} and is promised {got}")
        elif owed < got:
            harm.doubled.append(f"{key}: {party} came to {owed} and is promised {got}")
    return harm
