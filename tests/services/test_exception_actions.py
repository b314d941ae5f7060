"""Split, deny and send back: to the cent, once for each form, and never over what somebody else just did."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.denials import Denial
from portal.models.remittances import RemittanceClaim
from portal.models.work import PayerRequest, WorkAction, WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.deny_held import DenyRefused, deny_held
from portal.services.refusal import NotFound
from portal.services.send_back import SendBackRefused, Way, send_back
from portal.services.split_held import Rest, SplitRefused, split_held
from portal.services.take_back_split import take_back_split
from portal.services.take_item import ActedMeanwhile, Turn
from tests.conftest import NOW
from tests.services.payer_voice import (
    Payer,
    bill,
    book,
    clp,
    staff,
    svc,
    total,
    verify_ledger,
    work,
)
from tests.services.staff_world import add_staff
from tests.services.test_release_held import insured, pays

pytestmark = pytest.mark.usefixtures("database_url")
TODAY = NOW.date()
LATER = TODAY + timedelta(days=14)


def turn(seen: int = 0) -> Turn:
    return Turn(uuid.uuid4(), seen)


def three_visits() -> list:
    """Visits of one payer, $100, $50 and $25, and $120 for a number that nobody has."""
    with book() as made:
        made.practice()
        first = made.insured_visit([10_000])
        _, _, _, payer = first
        found = [(first[0], first[2])]
        for cents in (5_000, 2_500):
            patient = made.patient(made.account())
            visit, lines = made.visit(patient, [cents])
            found.append((visit, made.claim(visit, lines, payer)))
    pays(Payer(), clp("ALL-IN-ONE", svc("99213", 175, "CO-45 55")))
    return found


def split(item: int, parts: dict[int, Money], staff: StaffViewer, **fields) -> Money:
    defaults = {"rest": None, "note": "three visits", "turn": turn(), "on": TODAY, "now": NOW}
    return split_held(item_id=item, parts=parts, staff=staff, **(defaults | fields))


def test_money_for_several_claims_is_split_to_the_cent_and_bills_nobody() -> None:
    found = three_visits()
    biller, [item] = add_staff("biller"), work()
    parts = dict(zip([c.id for _, c in found], map(Money, (70_01, 40_00, 9_99)), strict=True))
    form = turn()
    assert split(item.id, parts, biller, turn=form) == ZERO
    assert split(item.id, parts, biller, turn=form) == ZERO, "a second click moves nothing"
    paid = [bill(visit.id).plan_paid for visit, _ in found]
    assert paid == [Money(70_01), Money(40_00), Money(9_99)]
    assert [bill(visit.id).due_now for visit, _ in found] == [ZERO] * 3
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])
    assert total(Account.PAYER_CLEARING) == 120_00
    assert verify_ledger().ok


def test_OPS_14_a_rest_stays_in_suspense_only_when_that_is_said() -> None:
    (_, claim), (_, small), _ = three_visits()
    biller, [item] = add_staff("biller"), work()
    with pytest.raises(SplitRefused, match=r"\$50.00 is left over"):
        split(item.id, {claim.id: Money(70_00)}, biller)
    with pytest.raises(SplitRefused, match=r"has \$50.00 open; \$60.00 is more"):
        split(item.id, {small.id: Money(60_00), claim.id: Money(60_00)}, biller)
    with pytest.raises(SplitRefused, match=r"\$10.00 more than the \$120.00"):
        split(item.id, {claim.id: Money(100_00), small.id: Money(30_00)}, biller)
    with pytest.raises(SplitRefused, match="after today"):
        split(item.id, {claim.id: Money(70_00)}, biller, rest=Rest(TODAY))
    assert total(Account.PAYER_SUSPENSE) == -120_00, "nothing moved by what was refused"
    assert split(item.id, {claim.id: Money(70_00)}, biller, rest=Rest(LATER)) == Money(50_00)
    [left] = work()
    assert (left.amount, left.due_on) == (Money(50_00), LATER)
    assert split(left.id, {small.id: Money(50_00)}, biller) == ZERO
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])
    assert verify_ledger().ok


def take_back(item: int, which: Turn) -> Money:
    done = take_back_split(
        item_id=item, note="wrong visits", staff=staff(), on=TODAY, now=NOW, turn=which
    )
    assert verify_ledger().ok
    return done


def test_a_split_is_undone_by_its_reversal_and_can_be_made_again() -> None:
    (first, claim), (second, small), _ = three_visits()
    [item] = work()
    split(item.id, {claim.id: Money(70_00)}, staff(), rest=Rest(LATER))
    split(item.id, {small.id: Money(50_00)}, staff())
    form, seen = turn(), turn(seen=99)
    assert take_back(item.id, form) == Money(50_00), "the last one first"
    assert take_back(item.id, form) == ZERO, "a second click undoes nothing more"
    assert take_back(item.id, seen) == Money(120_00)
    assert [bill(one.id).plan_paid for one in (first, second)] == [ZERO, ZERO]
    with pytest.raises(NotFound):
        take_back(item.id, turn())
    [again] = work()
    assert (again.id, again.amount) == (item.id, Money(120_00))
    parts = {claim.id: Money(75_00), small.id: Money(45_00)}
    assert split(item.id, parts, staff()) == ZERO
    assert (total(Account.PAYER_SUSPENSE), work()) == (0, [])


def test_two_split_at_once_and_the_slower_is_told_what_the_other_did() -> None:
    (_, claim), (visit, small), _ = three_visits()
    [item] = work()
    people = [add_staff("biller"), add_staff("payment_poster")]

    def act(staff: StaffViewer) -> str:
        parts = {claim.id: Money(70_00), small.id: Money(50_00)}
        try:
            return str(split(item.id, parts, staff))
        except ActedMeanwhile as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        done, told = sorted(pool.map(act, people))
    assert done == "$0.00"
    assert "acted at" in told
    assert f"split it: $70.00 to {claim.patient_control_number}" in told
    assert bill(visit.id).plan_paid == Money(50_00)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(WorkAction)) == 1
        reason = session.scalars(select(AuditEvent.reason).where(AuditEvent.reason != "")).all()
    assert reason == ["split over 2 claims"]


def test_C_17_a_denial_opens_its_work_and_posts_nothing() -> None:
    visit, claim = insured(10_000)
    # Denied, and its figures do not agree: held as out of balance.
    said = clp(visit.control_number, svc("99213", 100, "CO-50 100"), status_code="4")
    pays(Payer(), said._replace(billed_cents=101_00))
    biller, [item] = add_staff("biller"), work("held_claim")
    with pytest.raises(DenyRefused, match="Say why"):
        deny_held(item_id=item.id, note=" ", staff=biller, now=NOW, turn=turn())
    deny_held(item_id=item.id, note="denied by phone", staff=biller, now=NOW, turn=turn())
    [denial] = work()
    assert (denial.kind, denial.category, denial.claim_id) == ("denial", "denial", claim.id)
    assert denial.pattern.endswith("|denial|CO-50")
    with read_only() as session:
        assert session.get_one(WorkItem, item.id).outcome == "denied"
        assert session.scalars(select(RemittanceClaim.disposition)).one() == "denied"
        [record] = session.scalars(select(Denial))
        assert (record.carc, record.amount) == ("50", Money(100_00))
    after = bill(visit.id)
    assert (after.due_now, after.insurance_due) == (ZERO, Money(100_00))


def test_money_that_came_is_never_denied_away() -> None:
    visit, _ = insured(10_000)
    payer = Payer()
    pays(payer, clp(visit.control_number, svc("99214", 100, "CO-45 20")))
    pays(payer, clp("NOWHERE", svc("99213", 10, "CO-45 10")))
    biller = add_staff("biller")
    paid, unknown = work()
    with pytest.raises(DenyRefused, match=r"paid \$80.00 on it"):
        deny_held(item_id=paid.id, note="no", staff=biller, now=NOW, turn=turn())
    with pytest.raises(DenyRefused, match="Match it first"):
        deny_held(item_id=unknown.id, note="no", staff=biller, now=NOW, turn=turn())


def test_what_is_sent_back_waits_with_the_payer_and_comes_back_on_its_day() -> None:
    insured(10_000)
    Payer().pays(clp("NOWHERE", svc("99213", 100)), paid_cents=1)
    biller, other, [item] = add_staff("biller"), add_staff("payment_poster"), work("held_set")

    def ask(staff: StaffViewer, which: Turn, day=LATER) -> None:
        send_back(
            item_id=item.id,
            way=Way.PHONE,
            what="BPR02 is not the sum of the claims",
            follow_up_on=day,
            staff=staff,
            on=TODAY,
            now=NOW,
            turn=which,
        )

    with pytest.raises(SendBackRefused, match="after today"):
        ask(biller, turn(), day=TODAY)
    form = turn()
    ask(biller, form)
    ask(biller, form)
    with pytest.raises(ActedMeanwhile, match="sent it back to the payer"):
        ask(other, turn())
    with read_only() as session:
        found = session.get_one(WorkItem, item.id)
        assert (found.waiting_for, found.due_on, found.closed_at) == ("payer", LATER, None)
        [action] = session.scalars(select(WorkAction))
        assert session.scalar(select(func.count()).select_from(PayerRequest)) == 1
    ask(other, turn(seen=action.id))
