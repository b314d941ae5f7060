"""Our check to a payer is cashed: by a line of the bank or by a person, once, and never void after that (OPS-13)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.ledger import Account
from billing.money import Money
from billing.reassociation import Kind
from portal.db import read_only, transaction
from portal.models.accounts import Payer
from portal.models.audit import AuditEvent
from portal.models.payer_money import PayerRefund
from portal.queries.day_summary import day_summary
from portal.queries.ledger_proof import verify_ledger
from portal.queries.staff_bank import bank_page, line_page
from portal.queries.viewer import StaffViewer
from portal.services.answer_deposit import CannotMatch
from portal.services.clear_payer_refund import NotCleared, clear_payer_refund
from portal.services.match_deposit import claim_line, match_deposit, unmatch_deposit
from portal.services.refund_payer import (
    PayerRefundRefused,
    PayerRefundWish,
    approve_payer_refund,
    request_payer_refund,
    void_payer_refund,
    write_payer_refund,
)
from tests.conftest import NOW
from tests.services.payer_voice import total
from tests.services.staff_world import add_account, add_staff
from tests.services.test_reassociation import LATER, TODAY, bring, deposit_ids, line

pytestmark = pytest.mark.usefixtures("database_url")
ON = TODAY - timedelta(days=3)


def written() -> tuple[UUID, StaffViewer]:
    """A check of $80.00 to a payer, number 2001; and the manager who approved it."""
    add_account()
    biller, manager, refund_id = add_staff("biller"), add_staff("manager"), uuid4()
    with transaction() as session:
        payer = Payer(identifier="OVERPAID", name="Acme Health")
        session.add(payer)
        session.flush()
        payer_id = payer.id
    wish = PayerRefundWish(
        payer_id=payer_id,
        reference="OLD1",
        amount=Money(80_00),
        federal=True,
        identified_on=NOW.date(),
        note="paid twice",
    )
    request_payer_refund(refund_id=refund_id, wish=wish, staff=biller, on=ON, now=NOW)
    approve_payer_refund(refund_id=refund_id, staff=manager, now=NOW)
    write_payer_refund(
        refund_id=refund_id, number="2001", written_on=ON, staff=biller, on=TODAY, now=NOW
    )
    return refund_id, manager


def state(refund_id: UUID) -> tuple[str, object]:
    with read_only() as session:
        row = session.get_one(PayerRefund, refund_id)
        return row.state, row.cleared_on


def test_OPS_13_the_banks_line_clears_the_check_and_moves_nothing_more() -> None:
    (refund_id, _), poster = written(), add_staff("payment_poster")
    bring(line(-80_00, ON, "CHECK 2001"), line(-70_00, ON, "CHECK 9"), staff=poster)
    first = deposit_ids()[0]
    page = line_page(first, on=TODAY)
    assert page is not None
    assert [(one.expected.kind, one.expected.name) for one in page.proposals] == [
        (Kind.PAYER_CHECK, "Check to Acme Health")
    ]
    before = total(Account.BANK)

    def match(deposit: int) -> None:
        match_deposit(
            deposit_id=deposit,
            kind=Kind.PAYER_CHECK,
            ids=[str(refund_id)],
            staff=poster,
            on=TODAY,
            now=LATER,
        )

    [left] = [one for one in bank_page(on=TODAY).left if one.line.seen.amount == Money(-70_00)]
    other = claim_line(line_id=left.line.line_id or 0, staff=poster, now=LATER)
    with pytest.raises(CannotMatch, match="another amount"):
        match(other)
    match(first)
    matched = line_page(first, on=TODAY)
    assert matched is not None
    assert matched.answers == "A check to a payer that was cashed"
    assert (state(refund_id), total(Account.BANK)) == (("cleared", ON), before)
    gaps = day_summary(ON).differences
    assert [gap.key for gap in gaps] == [f"deposit:{other}"], "the check's own line ties"
    with pytest.raises(CannotMatch, match="stays cashed"):
        unmatch_deposit(deposit_id=first, reason="Another", staff=poster, now=LATER)
    assert verify_ledger().ok


def test_OPS_13_a_person_marks_it_once_and_a_cashed_check_is_not_void() -> None:
    (refund_id, manager), poster = written(), add_staff("payment_poster")

    def clear(day: object) -> bool:
        return clear_payer_refund(
            refund_id=refund_id,
            cleared_on=day,  # type: ignore[arg-type]  # a date
            staff=poster,
            on=TODAY,
            now=LATER,
        )

    for wrong in (ON - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(NotCleared, match="between"):
            clear(wrong)
    assert clear(TODAY)
    assert not clear(ON)
    assert state(refund_id) == ("cleared", TODAY)
    with pytest.raises(PayerRefundRefused):
        void_payer_refund(refund_id=refund_id, why="lost", staff=manager, on=TODAY, now=LATER)
    # Its line comes later, and still finds it.
    bring(line(-80_00, ON, "CHECK 2001"), staff=poster)
    [deposit] = deposit_ids()
    match_deposit(
        deposit_id=deposit,
        kind=Kind.PAYER_CHECK,
        ids=[str(refund_id)],
        staff=poster,
        on=TODAY,
        now=LATER,
    )
    assert state(refund_id) == ("cleared", TODAY)
    with read_only() as session:
        told = session.scalars(
            select(AuditEvent.reason).where(AuditEvent.object_type == "payer_refund")
        ).all()
    assert told.count(f"cleared {TODAY.isoformat()}") == 1
    assert verify_ledger().ok
