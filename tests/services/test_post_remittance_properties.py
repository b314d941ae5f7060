"""Whatever payers say, in whatever order: the ledger proves, and no patient owes more than PR (STMT-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import entries
from billing.entries import Line
from billing.money import ZERO, Money
from portal.services.post_entry import post_entry
from portal.x12.remittance import ClaimPayment, Name
from tests.services.ledger_book import party_of
from tests.services.payer_voice import Payer, bill, book, clp, negated, plb, svc

CODES = ("99213", "85025", "36415")
ADJUSTMENT = st.tuples(
    st.sampled_from(
        ["CO-45", "PR-1", "PR-2", "PR-3", "PR-96", "OA-23", "CO-16", "CO-97", "OA-94", "PI-133"]
    ),
    st.integers(-20, 80),
)
STATUS = st.sampled_from(["1", "1", "1", "2", "4", "19", "25"])


@st.composite
def said(draw, dollars: list[int]) -> dict:
    """The adjustments of each line, a claim-level one, a status."""
    return {
        "lines": [draw(st.lists(ADJUSTMENT, max_size=3)) for _ in dollars],
        "claim_level": draw(st.lists(ADJUSTMENT, max_size=1)),
        "status": draw(STATUS),
        "lineless": draw(st.integers(0, 5)) == 0,
        "crossover": draw(st.integers(0, 7)) == 0,
    }


@st.composite
def stories(draw) -> tuple[list[int], bool, list[tuple]]:
    dollars = draw(st.lists(st.integers(1, 300), min_size=1, max_size=3))
    two_plans = draw(st.booleans())
    payers = st.sampled_from([0, 1] if two_plans else [0])
    steps = draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("says"), payers, said(dollars)),
                st.tuples(st.just("reverses"), payers),
                st.tuples(st.just("pays"), st.integers(1, 9_000)),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return dollars, two_plans, steps


def written(adjustments: list[tuple[str, int]]) -> str:
    return ", ".join(f"{code} {amount}" for code, amount in adjustments)


def decision(number: str, dollars: list[int], told: dict) -> ClaimPayment:
    fields: dict = {"status_code": told["status"], "claim_level": written(told["claim_level"])}
    if told["crossover"]:
        fields["crossover_payer"] = Name(last="Third Plan", id_qualifier="PI", identifier="THIRD")
    if told["lineless"]:
        taken = sum(amount for _, amount in told["claim_level"])
        billed = sum(dollars) * 100
        return clp(number, billed_cents=billed, paid_cents=billed - taken * 100, **fields)
    lines = [
        svc(code, amount, written(adjustments))
        for code, amount, adjustments in zip(CODES, dollars, told["lines"], strict=False)
    ]
    return clp(number, *lines, **fields)


@pytest.mark.usefixtures("database_url")
def test_STMT_2_any_story_of_payers_and_payments_proves_to_the_cent() -> None:
    with book() as found:
        found.practice()
    count = [0]

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(stories())
    def run(story: tuple[list[int], bool, list[tuple]]) -> None:
        count[0] += 1
        tell(*story, run=count[0])

    run()


def tell(dollars: list[int], two_plans: bool, steps: list[tuple], *, run: int) -> None:
    payers = [Payer(f"First {run}", f"1{run:06}"), Payer(f"Second {run}", f"2{run:06}")]
    with book() as found:
        found.counter = run * 1_000
        visit, charges, _, _ = found.insured_visit(
            [amount * 100 for amount in dollars], name=payers[0].name, tax_id=payers[0].tax_id
        )
        if two_plans:
            second = found.payer(payers[1].name, payers[1].tax_id)
            found.claim(visit, charges, second, "S")
    last: dict[int, ClaimPayment] = {}
    most = 0
    for number, step in enumerate(steps):
        if step[0] == "says":
            last[step[1]] = decision(visit.control_number, dollars, step[2])
            most = max(most, last[step[1]].group_cents("PR"))
            payers[step[1]].pays(last[step[1]])
        elif step[0] == "reverses" and step[1] in last:
            payers[step[1]].pays(negated(last[step[1]]), plbs=[plb("WO", -1, f"R{number}")])
        elif step[0] == "pays":
            pay(visit, step[1], f"pay:{run}:{number}")
        after = bill(visit.id)
        assert after.patient_due >= ZERO
        assert after.patient_due + after.patient_paid <= Money(max(0, most))
        assert all(charge.patient_due >= ZERO for charge in after.charges)


def pay(visit, cents: int, reference: str) -> None:
    """At most what is due, line by line, as the portal would take it."""
    before = bill(visit.id)
    rest, lines = Money(cents), []
    for charge in before.charges:
        part = min(rest, charge.patient_due)
        if part > ZERO:
            rest -= part
            lines.append(Line(replace(party_of(visit), charge_id=charge.charge_id), part))
    if lines:
        with book() as found:
            entry = entries.payment(source_ref=reference, occurred_on=date(2026, 3, 1), lines=lines)
            post_entry(found.session, entry)
