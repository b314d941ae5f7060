"""A share that goes back to its plan leaves no line below zero: what was paid is credit, what was taken off stands again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.adjustments import AdjustmentKind
from billing.ledger import Account
from billing.money import ZERO, Money
from billing.transfers import TransferRule, What
from portal.db import read_only
from portal.models.claims import Charge
from portal.services.adjust_balance import adjust_balance
from tests.conftest import NOW
from tests.services.payer_voice import ON, bill, total, verify_ledger, work
from tests.services.test_money_review import patient_pays
from tests.services.test_transfer_share import biller, decided, move, take_back

pytestmark = pytest.mark.usefixtures("database_url")


def test_CORE_3_what_the_patient_paid_of_the_share_is_their_credit() -> None:
    visit, _, decision, _ = decided("CO-45 50, PR-1 30")
    patient_pays(visit, 30_00)
    move(What.AGAIN, decision, TransferRule.DECIDED_WRONGLY)
    assert bill(visit.id).patient_due == ZERO
    assert total(Account.PATIENT_RECEIVABLE) == 0
    assert total(Account.PATIENT_CREDIT) == -30_00
    take_back(visit)
    assert (total(Account.PATIENT_RECEIVABLE), total(Account.PATIENT_CREDIT)) == (0, 0)
    assert bill(visit.id).due_now == ZERO


def test_CORE_3_what_was_taken_off_the_share_is_put_back_and_somebody_is_told() -> None:
    visit, _, decision, _ = decided("CO-45 50, PR-1 30")
    with read_only() as session:
        charge_id = session.scalars(select(Charge.id)).one()
    adjust_balance(
        form_id=uuid4(),
        account_id=visit.guarantor_account_id,
        charge_id=charge_id,
        kind=AdjustmentKind.OUR_ERROR,
        amount=Money(30_00),
        reason="Billed twice",
        staff=biller(),
        on=ON,
        now=NOW,
    )
    move(What.AGAIN, decision, TransferRule.DECIDED_WRONGLY)
    assert (total(Account.PATIENT_RECEIVABLE), total(Account.PROVIDER_WRITE_OFF)) == (0, 0)
    assert bill(visit.id).insurance_due == Money(30_00)
    [item] = work("figures")
    assert (item.amount, item.holds_bill) == (Money(30_00), True)
    assert verify_ledger().ok
