"""Credit and work that outlive one decision: what waits, and what ends when a plan answers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from billing import entries
from billing.ledger import Account, Party
from billing.money import ZERO, Money
from portal.models.accounts import AccountCondition
from portal.queries.ledger_proof import verify_ledger
from portal.queries.permissions import ROLES
from portal.queries.queue_filter import QueueFilter
from portal.queries.queue_page import queue_page
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.apply_waiting_credit import apply_waiting_credit
from portal.services.post_entry import post_entry
from tests.conftest import NOW
from tests.services.payer_voice import (
    ON,
    Payer,
    bill,
    book,
    clp,
    dispositions,
    insured,
    negated,
    second,
    svc,
    total,
    work,
)

pytestmark = pytest.mark.usefixtures("database_url")


BILLER = StaffViewer(1, "biller", ROLES["biller"])


def test_STMT_21_credit_on_account_waits_for_a_held_bill() -> None:
    visit = insured(10_000)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50")))
    owner = visit.guarantor_account_id
    with book() as found:
        found.session.add(
            AccountCondition(
                guarantor_account_id=owner,
                visit_id=visit.id,
                kind="bankruptcy",
                since=NOW,
                source="test",
            )
        )
        entry = entries.receipt(
            source_ref="r1",
            occurred_on=ON,
            amount=Money(2_500),
            party=Party(guarantor_account_id=owner, reference="r1"),
        )
        post_entry(found.session, entry)
        apply_credit(found.session, guarantor_account_ids={owner}, on=ON, source="r1")
    assert bill(visit.id).held
    assert (bill(visit.id).patient_due, total(Account.PATIENT_CREDIT)) == (Money(5_000), -2_500)
    assert apply_waiting_credit(on=ON) == ZERO
    with book() as found:
        found.session.scalars(select(AccountCondition)).one().ended_at = NOW
    assert apply_waiting_credit(on=ON + timedelta(days=1)) == Money(2_500)
    assert (bill(visit.id).patient_due, total(Account.PATIENT_CREDIT)) == (Money(2_500), 0)
    assert apply_waiting_credit(on=ON + timedelta(days=1)) == ZERO


def test_OPS_8_what_a_later_plan_pays_too_much_waits_in_the_queue_with_its_money() -> None:
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit([10_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    medicare = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-2 16"))
    Payer("Medicare", "1111").pays(medicare)
    report = Payer("Medigap", "2222").pays(second(visit, "OA-23 60"))
    assert dispositions(report) == ["held"]
    assert total(Account.PAYER_SUSPENSE) == -4_000
    page = queue_page(BILLER, QueueFilter(worklist="exceptions"), on=ON)
    [row] = page.items.rows
    assert (row.kind, row.amount) == ("held_claim", Money(4_000))
    assert "$24.00 more than stands open" in " ".join(row.reasons)
    assert "call the payer" in row.next_step
    assert [(one.count, one.amount) for one in page.kinds] == [(1, Money(4_000))]
    assert verify_ledger().ok


def test_OPS_8_work_for_the_next_plan_ends_when_that_plan_answers() -> None:
    with book() as found:
        found.practice()
        visit, charges, *_ = found.insured_visit([10_000], name="Medicare", tax_id="1111")
        found.claim(visit, charges, found.payer("Medigap", "2222"), "S")
    medicare, medigap = Payer("Medicare", "1111"), Payer("Medigap", "2222")
    first = clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 50"))
    medicare.pays(first)
    answer = second(visit, "OA-23 50, PR-1 50")
    medigap.pays(answer)
    medicare.pays(negated(first), clp(visit.control_number, svc("99213", 100, "CO-45 20, PR-1 40")))
    assert [item.kind for item in work()] == ["bill_next"]
    medigap.pays(negated(answer))
    assert "bill_next" in [item.kind for item in work()], "a decision taken back is no answer"
    medigap.pays(second(visit, "OA-23 60, PR-1 40"))
    assert work() == []
    assert bill(visit.id).patient_due == Money(4_000)
