"""The worked tables of docs/money.md, computed."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from billing.allocation import OpenLine, allocate_payment
from billing.decision import Decision, DecisionLine
from billing.ledger import Account
from billing.money import Money, total_of
from billing.refunds import Source, Where, take_back
from billing.responsibility import judge
from billing.spread import spread
from tests.rules.decisions import ACME, CODES, NEXT, cas, claim, decision, net

PAGE = (Path(__file__).parents[2] / "docs/money.md").read_text()


def table(title: str) -> list[list[str]]:
    section = PAGE.split(f"## Worked: {title}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, title
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def money(text: str) -> Money:
    sign = -1 if text.startswith("-") else 1
    return Money(sign * int(re.sub(r"\D", "", text)))


def amounts(text: str) -> list[Money]:
    return [money(part) for part in text.split(", ")]


@pytest.mark.parametrize("row", table("splitting"), ids=" ".join)
def test_splitting(row: list[str]) -> None:
    whole, weights, parts = row
    assert money(whole).allocate([int(w) for w in weights.split(", ")]) == amounts(parts)


@pytest.mark.parametrize("row", table("one line, one decision"), ids=" ".join)
def test_one_line_one_decision(row: list[str]) -> None:
    billed, asked, standing, written = money(row[0]), row[1], money(row[2]), cas(row[3])
    line = DecisionLine(
        procedure=f"HC:{CODES[0]}",
        billed=billed,
        paid=billed - total_of(a.amount for a in written),
        adjustments=written,
    )
    said = decision(line, status="2" if asked == "second" else "1")
    context = claim(
        1,
        later_payer=asked == "second",
        earlier_decided=asked == "second",
        next_payer_id=NEXT if asked == "first of two" else None,
        no_patient_balance=asked == "Medicaid",
    )
    charge = replace(
        context.charges[0], billed=billed, receivable={ACME: standing}, share_limit=standing
    )
    legs = judge(said, replace(context, charges=(charge,))).legs
    found = [
        net(legs, Account.PAYER_CLEARING),
        net(legs, Account.CONTRACTUAL_ADJUSTMENT),
        net(legs, Account.PATIENT_RECEIVABLE),
        net(legs, Account.INSURANCE_RECEIVABLE, payer_id=NEXT),
        standing.cents + net(legs, Account.INSURANCE_RECEIVABLE, payer_id=ACME),
    ]
    assert found == [money(cell).cents for cell in row[4:]]


@pytest.mark.parametrize("row", table("claim-level adjustments"), ids=" ".join)
def test_claim_level_adjustments(row: list[str]) -> None:
    before, taken, after = amounts(row[0]), cas(row[1]), amounts(row[2])
    lines = tuple(
        DecisionLine(procedure=f"HC:{code}", billed=paid, paid=paid)
        for code, paid in zip(CODES, before, strict=False)
    )
    said = Decision(
        status="1",
        billed=total_of(before),
        paid=total_of(after),
        adjustments=taken,
        lines=lines,
    )
    assert [line.paid for line in spread(said, ())] == after


@pytest.mark.parametrize("row", table("a payment"), ids=" ".join)
def test_a_payment(row: list[str]) -> None:
    lines = [
        OpenLine(
            charge_id=number,
            visit_id=number,
            service_on=date(2026, 1, 1) + timedelta(days=number),
            due=money(cell),
            held="held" in cell,
        )
        for number, cell in enumerate(row[1].split(", "), start=1)
    ]
    chosen = {int(row[2])} if row[2] else set()
    found = allocate_payment(money(row[0]), lines, chosen_charges=chosen)
    settled = {share.line.charge_id: share.amount for share in found.shares}
    assert [settled.get(line.charge_id, Money(0)) for line in lines] == amounts(row[3])
    assert found.leftover == money(row[4])


@pytest.mark.parametrize("row", table("a refund")[:5], ids=" ".join)
def test_a_refund(row: list[str]) -> None:
    def source(where: Where, cents: Money, number: int) -> Source:
        return Source(where=where, account_id=1, visit_id=number, charge_id=number, amount=cents)

    sources = [
        source(Where.CREDIT, money(row[1]), 9),
        *(source(Where.PAID, paid, n) for n, paid in enumerate(amounts(row[2]), start=1)),
        source(Where.CREDIT_USED, money(row[3]), 3),
    ]
    named = int(row[4]) if row[4] else None
    taken = take_back(money(row[0]), [s for s in sources if s.amount], charge_id=named)
    found = {(part.where, part.charge_id): part.amount for part in taken.parts}
    assert taken.short == Money(0)
    assert found.get((Where.CREDIT, 9), Money(0)) == money(row[5])
    again = [found.get((Where.PAID, number), Money(0)) for number in (1, 2)]
    assert again == amounts(row[6])
    assert found.get((Where.CREDIT_USED, 3), Money(0)) == money(row[7])
    assert taken.due_again == total_of(again) + money(row[7])
