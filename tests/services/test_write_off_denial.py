"""What comes off because a payer will not pay it keeps to the practice's own limits, and is taken back whole."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.adjustments import AdjustmentKind, AdjustmentRefused, OverLimit
from billing.ledger import Account
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.adjustments import AdjustmentRuleRow
from portal.models.claims import Visit
from portal.models.denials import Denial
from portal.models.ledger import JournalEntry
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import adjust_balance
from portal.services.reverse_adjustment import reverse_adjustment
from portal.services.tend_denials import tend_denials
from portal.services.write_off_denial import write_off_denial
from tests.conftest import NOW
from tests.services.payer_voice import ON, Payer, clp, insured, svc, total, verify_ledger, work
from tests.services.staff_world import add_staff

pytestmark = pytest.mark.usefixtures("database_url")


def denied() -> tuple[Visit, Denial]:
    """A visit of $100 that its plan refused."""
    visit = insured(100_00)
    Payer().pays(clp(visit.control_number, svc("99213", 100, "CO-197 100"), status_code="4"))
    return visit, denial()


def denial() -> Denial:
    with read_only() as session:
        return session.scalars(select(Denial)).one()


def write_off(staff: StaffViewer, form: UUID | None = None) -> Money:
    found = denial()
    return write_off_denial(
        form_id=form or uuid4(),
        denial_id=found.id,
        version=found.version,
        reason="No authorisation was asked for",
        staff=staff,
        on=ON,
        now=NOW,
    )


def limited(staff: StaffViewer, cents: int) -> None:
    """The practice's own limit of a biller."""
    with transaction() as session:
        session.add(
            AdjustmentRuleRow(
                kind=AdjustmentKind.OUR_ERROR.value,
                role="biller",
                limit=Money(cents),
                gl_class="5010",
                visible=True,
                effective_from=ON,
                reason="Fewer",
                login_id=staff.login_id,
                at=NOW,
            )
        )


def test_OPS_23_a_denial_comes_off_within_the_limit_that_the_practice_set() -> None:
    denied()
    biller = add_staff("biller")
    limited(biller, 99_99)
    with pytest.raises(OverLimit, match=r"up to \$99.99"):
        write_off(biller)
    limited(biller, 0)
    with pytest.raises(AdjustmentRefused, match="Your role cannot use"):
        write_off(biller)
    assert total(Account.PROVIDER_WRITE_OFF) == 0


def test_OPS_23_what_came_off_the_line_before_counts_with_the_denial() -> None:
    visit, found = denied()
    biller = add_staff("biller")
    limited(biller, 80_00)
    adjust_balance(
        form_id=uuid4(),
        account_id=visit.guarantor_account_id,
        charge_id=found.charge_ids[0],
        kind=AdjustmentKind.PLAN_FILED_LATE,
        amount=Money(30_00),
        reason="Sent after the limit",
        carc="29",
        staff=biller,
        on=ON,
        now=NOW,
    )
    with pytest.raises(OverLimit, match=r"took \$30.00 off this line lately"):
        write_off(biller)
    assert write_off(add_staff("biller", "other@example.com")) == Money(70_00)
    assert verify_ledger().ok


def test_OPS_6_a_write_off_that_is_taken_back_opens_its_denial_again() -> None:
    visit, before = denied()
    biller = add_staff("biller")
    write_off(biller)
    assert (denial().state, work("denial")) == ("written_off", [])
    with read_only() as session:
        entry_id = session.scalars(
            select(JournalEntry.id).where(JournalEntry.kind == "adjustment")
        ).one()
    for _ in range(2):  # a double click
        reverse_adjustment(
            entry_id=entry_id,
            account_id=visit.guarantor_account_id,
            reason="An authorisation was found",
            staff=biller,
            on=ON,
            now=NOW,
        )
    after = denial()
    assert (after.state, after.closed_at) == ("working", None)
    assert (after.deadline_on, after.deadline_of) == (before.deadline_on, before.deadline_of)
    assert after.deadline_on is not None
    [item] = work("denial")
    assert (item.amount, item.due_on) == (Money(100_00), after.deadline_on)
    assert tend_denials(on=ON, now=NOW).ended == 0
    assert write_off(biller) == Money(100_00), "it may be decided anew"
    assert (denial().state, work("denial")) == ("written_off", [])
    assert verify_ledger().ok
