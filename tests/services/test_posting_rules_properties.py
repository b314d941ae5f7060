"""A posting rule only delays: what it held, once released, leaves the books as if there were no rule (OPS-15)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from billing.exceptions import Category
from portal.db import read_only
from portal.models.posting import PostingPolicy
from portal.models.remittances import RemittanceClaim
from portal.models.work import WorkItem
from portal.services.post_remittance import post_remittance
from portal.services.release_held import release_held
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    negated,
    staff,
    svc,
    verify_ledger,
    work,
)
from tests.services.practice_files import Shelf

DECISIONS = st.sampled_from(
    [
        "CO-45 20, PR-1 50",
        "CO-45 20, PR-1 40, PR-3 10",
        "CO-97 30, PR-2 20",
        "CO-16 100",
        "CO-45 20, PR-96 30",
        "OA-23 10, CO-45 5",
    ]
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["says", "reverses", "corrects"]), DECISIONS, st.booleans()),
    min_size=1,
    max_size=4,
)


@pytest.mark.usefixtures("database_url")
def test_OPS_15_a_rule_only_delays_whatever_the_payer_says() -> None:
    who = staff()
    with book() as found:
        found.practice()
        payers = [found.payer(name, tax) for name, tax in (("Free", "111"), ("Ruled", "222"))]
        found.add(
            PostingPolicy(
                payer_id=payers[1].id,
                level="clean_claims",
                never_auto=["97", "3"],
                effective_from=date(2026, 1, 1),
                reason="test",
                made_by_id=who.login_id,
                made_at=NOW,
            )
        )
    voices, count = [Payer("Free", "111"), Payer("Ruled", "222")], [0]

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def run(steps: list[tuple[str, str, bool]]) -> None:
        count[0] += 1
        ends = []
        for payer, voice in zip(payers, voices, strict=True):
            with book() as found:
                found.counter = count[0] * 1_000 + payer.id * 100
                patient = found.patient(found.account())
                found.coverage(patient, payer)
                visit, charges = found.visit(patient, [10_000])
                found.claim(visit, charges, payer)
            ends.append(tell(visit, voice, steps))
        assert ends[0] == ends[1], steps

    run()


def tell(visit, voice: Payer, steps: list[tuple[str, str, bool]]) -> tuple:
    """Every step, each released at once; what stands at the end."""
    last, shelf = None, Shelf()
    for number, (what, adjustments, first) in enumerate(steps):
        new = clp(
            visit.control_number,
            svc("99213", 100, adjustments),
            payer_claim_number=f"N{number}",
        )
        said = [new]
        if what != "says" and last is not None:
            said = [negated(last)] if what == "reverses" else [negated(last), new]
        post_remittance(data=voice.data(*said), name="a", now=NOW, store=shelf)
        release_what_the_rule_held(shelf, first=first)
        last = new if new in said else None if what == "reverses" else last
    proof = verify_ledger()
    assert proof.ok, proof.to_json()
    assert not [item for item in work() if item.category == Category.POSTING_RULE]
    stands = bill(visit.id)
    return (
        stands.patient_due,
        stands.plan_paid,
        stands.plan_discount,
        stands.insurance_due,
        sorted((item.kind, item.amount) for item in items_of(visit.id)),
    )


def items_of(visit_id: int) -> list[WorkItem]:
    return [item for item in work() if item.visit_id == visit_id]


def release_what_the_rule_held(shelf: Shelf, *, first: bool) -> None:
    while True:
        with read_only() as session:
            held = session.scalars(
                select(WorkItem.remittance_claim_id)
                .join(RemittanceClaim, RemittanceClaim.id == WorkItem.remittance_claim_id)
                .where(
                    WorkItem.category == Category.POSTING_RULE,
                    WorkItem.closed_at.is_(None),
                )
                .order_by(WorkItem.id)
            ).all()
        if not held:
            return
        one = held[0] if first else held[-1]
        released = release_held(
            remittance_claim_id=one, note="read", staff=staff(), store=shelf, now=NOW
        )
        assert released.decided
