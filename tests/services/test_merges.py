"""ID-5: likely duplicates are listed; a merge needs two people, loses no cent, and can be undone for 30 days."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from billing.entries import receipt
from billing.ledger import Party
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.duplicates import DuplicatePair, RecordMerge
from portal.models.identity import AccountAccess, Login
from portal.models.ledger import JournalEntry
from portal.models.payments import Payment
from portal.models.practice import Practice
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.ledger_proof import verify_ledger
from portal.queries.viewer import StaffViewer, patient_viewer
from portal.services.decide_merge import (
    approve_merge,
    ask_merge,
    decline_merge,
    set_aside,
    undo_merge,
)
from portal.services.find_duplicates import find_duplicates
from portal.services.find_patients import find_patients
from portal.services.merge_records import MergeRefused
from portal.services.post_entry import post_entry
from tests.booking_world import open_booking
from tests.services.staff_world import ON, World, add_account, add_staff

pytestmark = pytest.mark.usefixtures("database_url")
WHY = "Same member card seen at the desk."


@dataclass(frozen=True, slots=True)
class Two:
    """Two records of one person, and the staff who decide about them."""

    kept: World
    gone: World
    asks: StaffViewer
    approves: StaffViewer


@pytest.fixture
def two(database_url: str) -> Two:
    return Two(
        add_account("7000001"),
        add_account("7000002", amounts=(30_00,)),
        add_staff("front_desk"),
        add_staff("manager"),
    )


def merge(two: Two, now: datetime) -> int:
    merge_id = ask(two, now)
    approve_merge(merge_id=merge_id, staff=two.approves, on=ON, now=now)
    return merge_id


def ask(two: Two, now: datetime) -> int:
    return ask_merge(
        kept_id=two.kept.patient_id,
        gone_id=two.gone.patient_id,
        reason=WHY,
        staff=two.asks,
        now=now,
    )


def due(world: World) -> Money:
    with read_only() as session:
        return balances(session, on=ON, account_ids=[world.account_id])[0].due_now


def credit_on(account_id: int) -> Money:
    with read_only() as session:
        return balances(session, on=ON, account_ids=[account_id])[0].unapplied_credit


def entries() -> set[object]:
    with read_only() as session:
        return {
            tuple(row) for row in session.execute(select(JournalEntry.id, JournalEntry.source_ref))
        }


def patient(patient_id: int) -> Patient:
    with read_only() as session:
        found = session.get(Patient, patient_id)
        assert found is not None
        return found


def test_ID_5_likely_pairs_are_listed_once_and_stay_set_aside(two: Two, now: datetime) -> None:
    assert find_duplicates(now=now) == 1
    assert find_duplicates(now=now + timedelta(days=1)) == 1
    with read_only() as session:
        [pair] = session.scalars(select(DuplicatePair)).all()
    assert (pair.older_id, pair.newer_id) == (two.kept.patient_id, two.gone.patient_id)
    assert "same birth date" in pair.reasons
    set_aside(pair_id=pair.id, staff=two.asks, now=now)
    find_duplicates(now=now + timedelta(days=2))
    with read_only() as session:
        assert session.scalars(select(DuplicatePair.set_aside_by_id)).one() == two.asks.login_id


def test_ID_5_a_pair_that_is_likely_no_more_gets_no_points(two: Two, now: datetime) -> None:
    find_duplicates(now=now)
    with transaction() as session:
        session.execute(
            update(Patient)
            .where(Patient.id == two.gone.patient_id)
            .values(first_name="Devon", match_name="sample devon", birth_on=date(1999, 1, 2))
        )
    assert find_duplicates(now=now + timedelta(days=1)) == 0
    with read_only() as session:
        assert session.scalars(select(DuplicatePair.score)).one() == 0


def test_ID_5_a_merge_needs_a_second_person(two: Two, now: datetime) -> None:
    merge_id = ask(two, now)
    with pytest.raises(MergeRefused, match="Somebody else"):
        approve_merge(merge_id=merge_id, staff=two.asks, on=ON, now=now)
    assert (due(two.kept), due(two.gone)) == (Money(58_00), Money(30_00))
    approve_merge(merge_id=merge_id, staff=two.approves, on=ON, now=now)
    assert (due(two.kept), due(two.gone)) == (Money(88_00), Money(0))
    assert patient(two.gone.patient_id).merged_into_id == two.kept.patient_id


def test_ID_5_a_merge_edits_no_entry_and_writes_the_audit(two: Two, now: datetime) -> None:
    before = entries()
    merge(two, now)
    assert before < entries()
    with read_only() as session:
        told = session.execute(
            select(AuditEvent.reason, AuditEvent.login_id, AuditEvent.patient_ids).order_by(
                AuditEvent.id
            )
        ).all()
    both = sorted((two.kept.patient_id, two.gone.patient_id))
    assert told == [
        ("asked", two.asks.login_id, both),
        ("merged", two.approves.login_id, both),
    ]


def test_ID_5_undone_within_30_days_everything_is_where_it_was(two: Two, now: datetime) -> None:
    merge_id = merge(two, now)
    later = now + timedelta(days=30)
    undo_merge(merge_id=merge_id, note="Two people.", staff=two.asks, on=ON, now=later)
    assert (due(two.kept), due(two.gone)) == (Money(58_00), Money(30_00))
    assert patient(two.gone.patient_id).merged_into_id is None
    with read_only() as session:
        visit = session.get(Visit, two.gone.visit_id)
        assert visit is not None
        assert (visit.patient_id, visit.guarantor_account_id) == (
            two.gone.patient_id,
            two.gone.account_id,
        )
    with pytest.raises(MergeRefused, match="Only a merge that was done"):
        undo_merge(merge_id=merge_id, note="Again.", staff=two.asks, on=ON, now=later)


def test_ID_5_after_30_days_it_stands(two: Two, now: datetime) -> None:
    merge_id = merge(two, now)
    late = now + timedelta(days=30, seconds=1)
    with pytest.raises(MergeRefused, match="30 days"):
        undo_merge(merge_id=merge_id, note="Late.", staff=two.asks, on=ON, now=late)


def test_ID_5_declined_moves_nothing_and_can_be_asked_again(two: Two, now: datetime) -> None:
    merge_id = ask(two, now)
    assert ask(two, now) == merge_id
    decline_merge(merge_id=merge_id, note="Cousins.", staff=two.approves, now=now)
    assert due(two.gone) == Money(30_00)
    assert ask(two, now) != merge_id


def test_ID_5_credit_goes_along_and_comes_back_unless_it_was_used(two: Two, now: datetime) -> None:
    with transaction() as session:
        give_credit(session, two.gone.account_id, 12_34)
    merge_id = merge(two, now)
    assert (credit_on(two.kept.account_id), credit_on(two.gone.account_id)) == (
        Money(12_34),
        Money(0),
    )
    undo_merge(merge_id=merge_id, note="Two people.", staff=two.asks, on=ON, now=now)
    assert (credit_on(two.kept.account_id), credit_on(two.gone.account_id)) == (
        Money(0),
        Money(12_34),
    )


def give_credit(session, account_id: int, cents: int) -> None:
    post_entry(
        session,
        receipt(
            source_ref=f"test:credit:{account_id}",
            occurred_on=ON,
            party=Party(guarantor_account_id=account_id),
            amount=Money(cents),
        ),
    )


def test_ID_5_no_merge_while_a_payment_is_under_way(two: Two, now: datetime) -> None:
    merge_id = ask(two, now)
    with transaction() as session:
        session.add(live_payment(two.gone.account_id, now))
    with pytest.raises(MergeRefused, match="under way"):
        approve_merge(merge_id=merge_id, staff=two.approves, on=ON, now=now)
    assert due(two.gone) == Money(30_00)
    assert patient(two.gone.patient_id).merged_into_id is None


def live_payment(account_id: int, now: datetime) -> Payment:
    return Payment(
        id=uuid4(),
        guarantor_account_id=account_id,
        amount=Money(30_00),
        scope="all",
        request_hash="x",
        state="processing",
        created_at=now,
        state_at=now,
    )


def test_ID_5_the_same_visit_on_both_is_refused_by_name(two: Two, now: datetime) -> None:
    with transaction() as session:
        session.execute(
            update(Visit).where(Visit.id == two.gone.visit_id).values(control_number="CTRL7000001")
        )
    merge_id = ask(two, now)
    with pytest.raises(MergeRefused, match="CTRL7000001 of January 12, 2026"):
        approve_merge(merge_id=merge_id, staff=two.approves, on=ON, now=now)


def test_ID_5_a_sign_in_follows_the_same_guarantor_and_no_other(two: Two, now: datetime) -> None:
    login_id = add_login(two.gone.account_id, now)
    merge_id = merge(two, now)
    assert patient_viewer(login_id).account_ids == {two.gone.account_id, two.kept.account_id}
    undo_merge(merge_id=merge_id, note="Two people.", staff=two.asks, on=ON, now=now)
    assert patient_viewer(login_id).account_ids == {two.gone.account_id}
    with transaction() as session:
        session.execute(
            update(GuarantorAccount)
            .where(GuarantorAccount.id == two.kept.account_id)
            .values(first_name="Guardia", birth_on=date(1970, 1, 1))
        )
    merge(two, now)
    assert patient_viewer(login_id).account_ids == {two.gone.account_id}


def add_login(account_id: int, now: datetime) -> int:
    with transaction() as session:
        login = Login(face="patient", email="testa@example.com", fs_uniquifier="testa")
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="test",
                granted_at=now,
            )
        )
        return login.id


def test_ID_5_the_imports_question_is_answered(two: Two, now: datetime) -> None:
    with transaction() as session:
        session.add(
            WorkItem(
                dedupe_key=f"namesake:{two.gone.patient_id}",
                kind="namesake",
                guarantor_account_id=two.gone.account_id,
                opened_at=now,
            )
        )
    merge(two, now)
    with read_only() as session:
        assert session.scalars(select(WorkItem.closed_by_id)).one() == two.approves.login_id


def test_ID_5_a_chain_is_undone_from_its_end(two: Two, now: datetime) -> None:
    first = merge(two, now)
    third = add_account("7000003", amounts=(1_00,))
    on = ask_merge(
        kept_id=third.patient_id,
        gone_id=two.kept.patient_id,
        reason=WHY,
        staff=two.asks,
        now=now,
    )
    approve_merge(merge_id=on, staff=two.approves, on=ON, now=now)
    assert due(third) == Money(89_00)
    assert patient(two.gone.patient_id).merged_into_id == third.patient_id
    with pytest.raises(MergeRefused, match="later merge first"):
        undo_merge(merge_id=first, note="Two.", staff=two.asks, on=ON, now=now)
    undo_merge(merge_id=on, note="Two.", staff=two.asks, on=ON, now=now)
    undo_merge(merge_id=first, note="Two.", staff=two.asks, on=ON, now=now)
    assert [due(w) for w in (two.kept, two.gone, third)] == [
        Money(58_00),
        Money(30_00),
        Money(1_00),
    ]


def test_ID_5_two_who_approve_at_once_merge_once(two: Two, now: datetime) -> None:
    merge_id = ask(two, now)
    others = [two.approves, add_staff("biller")]

    def approve(staff: StaffViewer) -> str:
        try:
            approve_merge(merge_id=merge_id, staff=staff, on=ON, now=now)
        except MergeRefused:
            return "refused"
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, others)) == ["merged", "refused"]
    assert due(two.kept) == Money(88_00)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(RecordMerge)) == 1
    assert verify_ledger().ok


def test_ID_5_a_file_finds_the_record_that_was_kept(two: Two, now: datetime) -> None:
    with transaction() as session:
        for world, practice_id in ((two.kept, "P1"), (two.gone, "P2")):
            session.execute(
                update(Patient)
                .where(Patient.id == world.patient_id)
                .values(practice_patient_id=practice_id)
            )
    merge(two, now)
    born = date(1980, 5, 4)
    with transaction() as session:
        found = find_patients(session, practice_ids=["P2"], people=[("Sample", "Testa", born)])
        assert found.by_practice_id["P2"].id == two.kept.patient_id
        assert [p.id for p in found.namesakes("Sample", "Testa", born)] == [two.kept.patient_id]


def test_ID_5_booked_visits_go_along_and_two_at_one_time_stop_it(two: Two, now: datetime) -> None:
    world = open_booking(now, with_practice=not has_practice())
    visit = world.book(patient_id=two.gone.patient_id)
    merge_id = merge(two, now)
    assert world.row(visit).patient_id == two.kept.patient_id
    undo_merge(merge_id=merge_id, note="Two people.", staff=two.asks, on=ON, now=now)
    assert world.row(visit).patient_id == two.gone.patient_id
    world.book(world.start(provider_id=world.ben), patient_id=two.kept.patient_id)
    asked = ask(two, now)
    with pytest.raises(MergeRefused, match="a visit at the same time"):
        approve_merge(merge_id=asked, staff=two.approves, on=ON, now=now)
    assert patient(two.gone.patient_id).merged_into_id is None


def has_practice() -> bool:
    with read_only() as session:
        return session.get(Practice, 1) is not None
