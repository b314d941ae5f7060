"""Short ways to write a decision and the claim it answers, for the rules' tests."""

from __future__ import annotations

from datetime import date

from billing.decision import Adjustment, ClaimContext, Decision, DecisionLine, OpenCharge
from billing.ledger import Account, Party, Side
from billing.money import ZERO, Money, total_of

ACME, NEXT = 7, 8
ON = date(2026, 2, 3)
CODES = ("99213", "85025", "36415", "81002", "71046")


def cas(text: str) -> tuple[Adjustment, ...]:
    """Adjustments from "CO-45 125.00, PR-1 75"."""
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        code, amount = part.split()
        group, carc = code.split("-", 1)
        found.append(Adjustment(group, carc, Money(round(float(amount) * 100))))
    return tuple(found)


def svc(code: str, billed: int, adjustments: str = "", **fields) -> DecisionLine:
    """One SVC in whole dollars; what is paid follows from its adjustments."""
    taken = cas(adjustments)
    paid = Money(billed * 100) - total_of(a.amount for a in taken)
    return DecisionLine(
        **(
            {
                "procedure": f"HC:{code}",
                "billed": Money(billed * 100),
                "paid": paid,
                "adjustments": taken,
            }
            | fields
        )
    )


def decision(*lines: DecisionLine, claim_level: str = "", **fields) -> Decision:
    taken = cas(claim_level)
    billed = total_of(line.billed for line in lines)
    paid = total_of(line.paid for line in lines) - total_of(a.amount for a in taken)
    defaults = {
        "status": "1",
        "billed": billed,
        "paid": paid,
        "lines": lines,
        "adjustments": taken,
    }
    return Decision(**(defaults | fields))


def claim(*dollars: int, payer: int = ACME, **fields) -> ClaimContext:
    """A claim whose lines all stand open with its payer."""
    charges = tuple(
        OpenCharge(
            charge_id=number,
            procedure=CODES[number - 1],
            service_on=ON,
            billed=Money(amount * 100),
            receivable={payer: Money(amount * 100)},
        )
        for number, amount in enumerate(dollars, start=1)
    )
    defaults = {
        "party": Party(guarantor_account_id=1, visit_id=2, claim_id=3, payer_id=payer),
        "charges": charges,
    }
    return ClaimContext(**(defaults | fields))


def net(legs, account: Account, charge_id: int | None = None, payer_id: int | None = -1) -> int:
    """Debits less credits of an account, in cents."""
    total = ZERO
    for leg in legs:
        if leg.account is not account:
            continue
        if charge_id is not None and leg.party.charge_id != charge_id:
            continue
        if payer_id not in {-1, leg.party.payer_id}:
            continue
        total += leg.amount if leg.side is Side.DEBIT else -leg.amount
    return total.cents
