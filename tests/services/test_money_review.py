"""What payers change after patients paid and staff adjusted: no cent that nobody paid, none lost."""

from dataclasses import replace
from uuid import UUID

import pytest

from billing import entries
from billing.adjustments import AdjustmentKind
from billing.entries import Line
from billing.money import ZERO, Money
from portal.models.claims import Visit
from portal.services.adjust_balance import adjust_balance
from portal.services.post_entry import post_entry
from tests.conftest import NOW
from tests.services.ledger_book import SERVICE_ON, party_of
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    negated,
    staff,
    svc,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")


def insured(*cents: int) -> Visit:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit(list(cents))
    return visit


def patient_pays(visit: Visit, cents: int) -> None:
    line = Line(
        replace(party_of(visit), charge_id=bill(visit.id).charges[0].charge_id), Money(cents)
    )
    entry = entries.payment(source_ref=f"paid:{visit.id}", occurred_on=SERVICE_ON, lines=[line])
    with book() as found:
        post_entry(found.session, entry)


def staff_takes_off(visit: Visit, cents: int) -> None:
    standing = bill(visit.id)
    adjust_balance(
        form_id=UUID(int=cents),
        account_id=standing.guarantor_account_id,
        charge_id=standing.charges[0].charge_id,
        kind=AdjustmentKind.HARDSHIP,
        amount=Money(cents),
        reason="papers seen",
        staff=replace(staff(), role="manager"),
        on=ON,
        now=NOW,
    )


def test_CORE_4_a_write_off_never_becomes_money_that_the_patient_may_ask_back() -> None:
    visit, payer = insured(10_000), Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    patient_pays(visit, 3_000)
    staff_takes_off(visit, 2_000)
    payer.pays(negated(first))
    between = bill(visit.id)
    assert (between.credit, between.written_off, between.patient_due) == (Money(3_000), ZERO, ZERO)
    [item] = work("figures")
    assert (item.amount, item.visit_id, item.holds_bill) == (Money(2_000), visit.id, True)
    payer.pays(clp(visit.control_number, svc("99213", 100, "CO-45 20")))
    after = bill(visit.id)
    assert (after.credit, after.written_off, after.patient_paid) == (Money(3_000), ZERO, ZERO)


def test_CORE_4_a_smaller_share_gives_back_what_was_paid_before_what_was_taken_off() -> None:
    visit, payer = insured(10_000), Payer()
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    payer.pays(first)
    patient_pays(visit, 3_000)
    staff_takes_off(visit, 2_000)
    payer.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 10")))
    after = bill(visit.id)
    assert (after.credit, after.written_off, after.patient_due) == (
        Money(3_000),
        Money(1_000),
        ZERO,
    )
