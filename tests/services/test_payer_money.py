"""Takebacks named to their claim, and our checks to payers: by posting.md, and never a patient's (OPS-13, OPS-21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from billing.ledger import Account
from billing.money import ZERO, Money
from billing.payer_money import ReturnClock
from portal.db import read_only, transaction
from portal.models.ledger import PostingRow
from portal.models.payer_money import PayerRefund
from portal.models.work import WorkItem
from portal.queries.ledger_proof import verify_ledger
from portal.queries.permissions import ROLES
from portal.queries.recoupments import of_payer, takeback_page, worklist
from portal.queries.viewer import StaffViewer
from portal.services.match_takeback import MatchRefused, Takeback, match_takeback, undo_match
from portal.services.refund_payer import (
    PayerRefundRefused,
    PayerRefundWish,
    approve_payer_refund,
    decline_payer_refund,
    request_payer_refund,
    resume_clock,
    suspend_clock,
    void_payer_refund,
    write_payer_refund,
)
from portal.services.tend_payer_refunds import tend_payer_refunds
from tests.conftest import NOW
from tests.services.eob_desk import claim_of
from tests.services.payer_voice import Payer, bill, clp, insured, plb, svc, total, work
from tests.web.people import make_login

pytestmark = pytest.mark.usefixtures("database_url")
ON = NOW.date()
# posting.md, "PLB": reason -> the account beside payer_clearing.
PLB_LAW = {
    **dict.fromkeys(("WO", "FB", "72", "B2", "B3", "AP"), Account.PAYER_RECOUPMENT),
    "L6": Account.PAYER_INTEREST,
    **dict.fromkeys(("IR", "LE", "SL", "E3"), Account.WITHHELD_FROM_US),
    **dict.fromkeys(("50", "51", "L3", "90", "AH"), Account.PAYER_FEES),
    **dict.fromkeys(("CT", "CV", "BN", "IP"), Account.CAPITATION_AND_INCENTIVES),
    **dict.fromkeys(("CS", "J1", "ZZ", ""), Account.PAYER_SUSPENSE),
}


def person(role: str) -> StaffViewer:
    return StaffViewer(make_login("staff", role=role), role, ROLES[role])


def paid_visit():
    """One line of $125: the plan paid 80, the patient owes 25."""
    visit = insured(12_500)
    Payer().pays(clp(visit.control_number, svc("99213", 125, "CO-45 20, PR-1 25")))
    return visit


def take(visit, cents: int, who: StaffViewer, *, match_id: UUID | None = None, reference="OLD1"):
    claim = claim_of(visit)
    return match_takeback(
        match_id=match_id or uuid4(),
        takeback=Takeback(payer_id=claim.payer_id, reference=reference),
        claim_id=claim.id,
        amount=Money(cents),
        note="their letter of January names it",
        staff=who,
        on=ON,
        now=NOW,
    )


@pytest.mark.parametrize("cents", [1_234, -1_234])
@pytest.mark.parametrize("reason", PLB_LAW)
def test_posting_md_each_plb_code_posts_beside_payer_clearing(reason: str, cents: int) -> None:
    """Above zero it takes money from us, below zero it gives it; never a patient's."""
    insured(12_500)
    Payer().pays(plbs=[plb(reason, cents / 100, "REF1")])
    assert total(Account.PAYER_CLEARING) == -cents
    assert total(PLB_LAW[reason]) == cents
    assert total(Account.PATIENT_RECEIVABLE) == 0
    with read_only() as session:
        legs = session.scalars(select(PostingRow).where(PostingRow.reference == "REF1")).all()
    assert [leg.guarantor_account_id for leg in legs] == [None, None]


def test_posting_md_a_takeback_matched_to_its_claim_changes_no_patients_balance() -> None:
    visit = paid_visit()
    Payer(sent=1).pays(plbs=[plb("WO", 50, "OLD1")])
    assert [item.amount for item in work("plb")] == [Money(5_000)]
    before, who, match_id = bill(visit.id), person("biller"), uuid4()
    assert take(visit, 3_000, who, match_id=match_id)
    assert take(visit, 3_000, who, match_id=match_id) is False, "the same page matches once"
    assert len(work("plb")) == 1, "$20 of it is not matched yet"
    assert take(visit, 2_000, who)
    assert work("plb") == []
    after = bill(visit.id)
    assert (after.patient_due, before.patient_due) == (Money(2_500), Money(2_500))
    assert (after.plan_paid, after.insurance_due) == (Money(3_000), Money(5_000))
    assert total(Account.PAYER_RECOUPMENT) == 0
    assert verify_ledger().ok
    with pytest.raises(MatchRefused, match=r"\$0.00 of this takeback"):
        take(visit, 1, who)


def test_OPS_13_matching_one_takeback_leaves_the_work_of_the_others_in_its_segment() -> None:
    visit, who = paid_visit(), person("biller")
    pairs = [plb("WO", 50, "OLD1"), plb("WO", 20, "OLD2"), plb("CS", 7, "ZZ"), plb("CS", 3, "OLD1")]
    Payer(sent=1).pays(plbs=pairs)
    take(visit, 5_000, who)
    assert sorted(item.amount.cents for item in work("plb")) == [300, 700, 2_000]
    take(visit, 2_000, who, reference="OLD2")
    assert sorted(item.amount.cents for item in work("plb")) == [300, 700]


def test_posting_md_a_match_is_undone_by_a_reversing_entry_once() -> None:
    visit, who, match_id = paid_visit(), person("biller"), uuid4()
    Payer(sent=1).pays(plbs=[plb("WO", 50, "OLD1")])
    take(visit, 5_000, who, match_id=match_id)
    for expected in (True, False):
        assert expected is undo_match(
            match_id=match_id, why="another Sample", staff=who, on=ON, now=NOW
        )
    after = bill(visit.id)
    assert (after.plan_paid, after.patient_due) == (Money(8_000), Money(2_500))
    assert total(Account.PAYER_RECOUPMENT) == 5_000
    assert [item.amount for item in work("plb")] == [Money(5_000)], "somebody must look again"
    assert verify_ledger().ok
    take(visit, 5_000, who)
    assert work("plb") == []


def test_posting_md_no_more_is_matched_than_the_payer_has_on_the_claim() -> None:
    visit, who = paid_visit(), person("biller")
    Payer(sent=1).pays(plbs=[plb("WO", 90, "OLD1")])
    with pytest.raises(MatchRefused, match=r"\$80.00 on this claim now"):
        take(visit, 9_000, who)
    assert total(Account.PAYER_RECOUPMENT) == 9_000


def test_posting_md_the_history_of_a_reference_is_what_its_balance_is_made_of() -> None:
    visit, voice, who = paid_visit(), Payer(sent=1), person("biller")
    voice.pays(plbs=[plb("FB", -70, "OLD1"), plb("L6", -3, ""), plb("CT", -12, "")])
    voice.pays(plbs=[plb("FB", 70, "OLD1"), plb("WO", 50, "OLD1"), plb("50", 2, "")])
    take(visit, 2_000, who)
    payer_id = claim_of(visit).payer_id
    page = of_payer(payer_id, on=ON)
    [row] = page.takebacks.rows
    assert (row.carried, row.taken, row.matched, row.balance) == (
        Money(7_000),
        Money(12_000),
        Money(2_000),
        Money(3_000),
    )
    assert row.balance == row.taken - row.carried - row.returned + row.sent - row.matched
    assert {(m.kind, m.amount.cents) for m in page.months} == {
        ("Interest", 300),
        ("Capitation and incentives", 1_200),
        ("Fees and late charges", -200),
    }
    assert [one.reference for one in worklist(on=ON).takebacks.rows] == ["OLD1"]
    told = takeback_page(row.id)
    assert [event.reason for event in told.events] == ["FB", "FB", "WO"]
    assert [one.amount for one in told.matches] == [Money(2_000)]


def wish(payer_id: int, **fields) -> PayerRefundWish:
    said = PayerRefundWish(
        payer_id=payer_id,
        reference="LETTER1",
        amount=Money(8_000),
        federal=True,
        identified_on=ON - timedelta(days=10),
        note="paid twice",
    )
    return replace(said, **fields)


def asked(payer_id: int, who: StaffViewer, **fields) -> UUID:
    refund_id = uuid4()
    for fresh in (True, False):
        assert fresh is request_payer_refund(
            refund_id=refund_id, wish=wish(payer_id, **fields), staff=who, on=ON, now=NOW
        )
    return refund_id


def written(refund_id: UUID, who: StaffViewer, number: str = "2001") -> bool:
    return write_payer_refund(
        refund_id=refund_id, number=number, written_on=ON, staff=who, on=ON, now=NOW
    )


def test_PCI_5_a_payers_reference_may_be_any_digits() -> None:
    refund = asked(
        claim_of(paid_visit()).payer_id, person("biller"), reference=" 4111111111111111 "
    )
    with read_only() as session:
        assert session.get_one(PayerRefund, refund).reference == "4111111111111111"


def test_OPS_13_our_check_to_a_payer_is_approved_by_another_person_and_posts_once() -> None:
    visit = paid_visit()
    payer_id = claim_of(visit).payer_id
    manager, other, biller = person("manager"), person("manager"), person("biller")
    refund_id = asked(payer_id, manager)
    with pytest.raises(PayerRefundRefused, match="somebody else must approve"):
        approve_payer_refund(refund_id=refund_id, staff=manager, now=NOW)
    with pytest.raises(PayerRefundRefused, match="Only an approved check"):
        written(refund_id, manager)
    with pytest.raises(PayerRefundRefused, match="role"):
        approve_payer_refund(refund_id=refund_id, staff=biller, now=NOW)
    assert total(Account.BANK) == 0, "nothing moves before it is written"
    assert approve_payer_refund(refund_id=refund_id, staff=other, now=NOW)
    assert written(refund_id, biller)
    assert written(refund_id, biller) is False
    assert (total(Account.BANK), total(Account.PAYER_RECOUPMENT)) == (-8_000, 8_000)
    assert bill(visit.id).patient_due == Money(2_500), "a patient owes the same"
    take(visit, 8_000, biller, reference="LETTER1")
    after = bill(visit.id)
    assert (after.plan_paid, after.insurance_due, after.patient_due) == (
        ZERO,
        Money(8_000),
        Money(2_500),
    )
    assert work("payer_refund") == []
    second = asked(payer_id, manager)
    approve_payer_refund(refund_id=second, staff=other, now=NOW)
    with pytest.raises(PayerRefundRefused, match="2001 is in the register"):
        written(second, biller)
    assert verify_ledger().ok


def test_OPS_13_the_database_takes_no_check_to_a_payer_of_one_person() -> None:
    manager = person("manager")
    refund_id = asked(claim_of(paid_visit()).payer_id, manager)

    def put(state: str) -> None:
        with transaction() as session:
            row = session.get_one(PayerRefund, refund_id)
            row.state, row.decided_by_id = state, manager.login_id

    for state in ("approved", "written", "cleared", "void"):
        with pytest.raises(IntegrityError, match="ck__payer_refunds__second_person"):
            put(state)
    put("declined")


def test_OPS_13_a_void_check_is_reversed_and_is_work_again() -> None:
    payer_id = claim_of(paid_visit()).payer_id
    manager, other = person("manager"), person("manager")
    refund_id = asked(payer_id, manager)
    approve_payer_refund(refund_id=refund_id, staff=other, now=NOW)
    written(refund_id, manager)
    for fresh in (True, False):
        assert fresh is void_payer_refund(
            refund_id=refund_id, why="it came back", staff=other, on=ON, now=NOW
        )
    assert (total(Account.BANK), total(Account.PAYER_RECOUPMENT)) == (0, 0)
    assert [item.reasons[0] for item in work("payer_refund")] == ["the check is void"]
    assert verify_ledger().ok
    declined = asked(payer_id, manager)
    decline_payer_refund(refund_id=declined, why="it was ours", staff=other, now=NOW)
    with pytest.raises(PayerRefundRefused, match="declined"):
        approve_payer_refund(refund_id=declined, staff=other, now=NOW)


def due_of(refund_id: UUID, on: date) -> date | None:
    tend_payer_refunds(on=on)
    with read_only() as session:
        return session.scalar(
            select(WorkItem.due_on).where(WorkItem.dedupe_key == f"payer_refund:{refund_id}")
        )


def test_OPS_21_the_work_is_due_on_day_30_45_55_and_60() -> None:
    payer_id, who = claim_of(paid_visit()).payer_id, person("manager")
    refund_id = asked(payer_id, who, identified_on=ON)
    for day, alert in ((0, 30), (30, 30), (31, 45), (46, 55), (56, 60), (61, 60)):
        assert due_of(refund_id, ON + timedelta(days=day)) == ON + timedelta(days=alert)
    by_contract = asked(payer_id, who, federal=False, identified_on=ON)
    assert due_of(by_contract, ON + timedelta(days=50)) == ON + timedelta(days=30)


def test_OPS_21_an_investigation_stops_the_clock_once_for_180_days_at_most() -> None:
    payer_id, who = claim_of(paid_visit()).payer_id, person("manager")
    refund_id = asked(payer_id, who, identified_on=ON)
    stop = {"refund_id": refund_id, "staff": who, "now": NOW}
    with pytest.raises(PayerRefundRefused, match="number of its investigation"):
        suspend_clock(investigation=" ", on=ON + timedelta(days=20), **stop)
    suspend_clock(investigation="INV-7", on=ON + timedelta(days=20), **stop)
    assert due_of(refund_id, ON + timedelta(days=40)) == ON + timedelta(days=30 + 180)
    resume_clock(on=ON + timedelta(days=50), **stop)
    assert due_of(refund_id, ON + timedelta(days=50)) == ON + timedelta(days=60)
    with pytest.raises(PayerRefundRefused, match="counts once"):
        suspend_clock(investigation="INV-8", on=ON + timedelta(days=55), **stop)
    with read_only() as session:
        assert session.get_one(PayerRefund, refund_id).investigation == "INV-7"


def test_OPS_21_the_clock_counts_days_and_not_a_suspension() -> None:
    start = date(2026, 1, 1)
    plain = ReturnClock(identified_on=start)
    assert plain.due_on(start) == date(2026, 3, 2)
    assert (plain.day(date(2026, 1, 31)), plain.next_alert(date(2026, 1, 31))) == (
        30,
        date(2026, 1, 31),
    )
    stopped = replace(plain, suspended_on=date(2026, 1, 11))
    assert (stopped.day(date(2026, 2, 10)), stopped.suspended(date(2026, 2, 10))) == (10, True)
    late = date(2026, 1, 11) + timedelta(days=200)
    assert (stopped.suspended(late), stopped.day(late)) == (False, 30)
    assert stopped.due_on(late) == start + timedelta(days=240)
