"""Two people merge two records of one person; for 30 days either of their kind can part them again (ID-5)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.duplicates import DuplicatePair, RecordMerge
from portal.models.work import WorkItem
from portal.queries.staff_duplicates import UNDO_WITHIN
from portal.queries.viewer import StaffViewer
from portal.services.decide_alone import Alone, decide_alone
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.merge_records import MergeRefused, carry_over, put_back
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.store_file import lock_imports


def ask_merge(*, kept_id: int, gone_id: int, reason: str, staff: StaffViewer, now: datetime) -> int:
    """Propose that `gone_id` goes into `kept_id`; the merge's id. Nothing moves yet.

    The same wish again is the merge that stands. Raises MergeRefused, CardNumberRefused or NotFound.
    """
    reason = _said(reason, "Say how you know that they are one person: a second person reads it.")
    with transaction() as session:
        kept, gone = _lock_both(session, kept_id, gone_id)
        if kept.merged_into_id is not None or gone.merged_into_id is not None:
            raise MergeRefused("One of these records was merged already.")
        standing = session.scalar(
            select(RecordMerge).where(
                RecordMerge.gone_id.in_((kept_id, gone_id)), RecordMerge.state == "asked"
            )
        )
        if standing is not None:
            if (standing.kept_id, standing.gone_id) == (kept_id, gone_id):
                return standing.id
            raise MergeRefused("Another merge of one of these records waits for a second person.")
        merge = RecordMerge(
            kept_id=kept_id,
            gone_id=gone_id,
            state="asked",
            reason=reason,
            asked_by_id=staff.login_id,
            asked_at=now,
        )
        session.add(merge)
        session.flush()
        _tell(session, (kept, gone), staff=staff, thing=merge, what="asked", now=now)
        return merge.id


def approve_merge(*, merge_id: int, staff: StaffViewer, on: date, now: datetime) -> None:
    """The second person says yes: everything moves in this one transaction.

    Raises MergeRefused or NotFound.
    """
    with transaction() as session:
        _lock_files(session)
        merge = _lock(session, merge_id)
        if merge.state != "asked":
            raise MergeRefused("This was decided before. Open it again to see how.")
        if same_person(Duty.MERGE, merge.asked_by_id, staff.login_id):
            merge.alone_log_id = decide_alone(
                session, Duty.MERGE, _about(merge), staff=staff, now=now
            )
            if merge.alone_log_id is None:
                raise MergeRefused("You asked for this. Somebody else approves it.")
        kept, gone = _lock_both(session, merge.kept_id, merge.gone_id)
        if kept.merged_into_id is not None:
            raise MergeRefused("The record to keep was merged into another one meanwhile.")
        lock_accounts(session, {kept.guarantor_account_id, gone.guarantor_account_id})
        merge.moved = carry_over(session, gone=gone, kept=kept, merge_id=merge.id, on=on, now=now)
        merge.state, merge.decided_by_id, merge.decided_at = "done", staff.login_id, now
        _close_namesakes(session, (kept, gone), staff, now)
        _tell(session, (kept, gone), staff=staff, thing=merge, what="merged", now=now)


def decline_merge(*, merge_id: int, note: str, staff: StaffViewer, now: datetime) -> None:
    """Say no, or take one's own wish back; nothing moves. Raises MergeRefused or NotFound."""
    note = _said(note, "Say why: whoever asked reads it.")
    with transaction() as session:
        merge = _lock(session, merge_id)
        if merge.state != "asked":
            raise MergeRefused("This was decided before. Open it again to see how.")
        people = _lock_both(session, merge.kept_id, merge.gone_id)
        merge.state, merge.decided_at, merge.note = "declined", now, note
        # Whoever takes an own wish back decided nothing: two people stay two.
        own = staff.login_id == merge.asked_by_id
        merge.decided_by_id = None if own else staff.login_id
        _tell(session, people, staff=staff, thing=merge, what="declined", now=now)


def undo_merge(*, merge_id: int, note: str, staff: StaffViewer, on: date, now: datetime) -> None:
    """Part the two records again, within 30 days. Raises MergeRefused or NotFound."""
    note = _said(note, "Say why they are two people after all.")
    with transaction() as session:
        _lock_files(session)
        merge = _lock(session, merge_id)
        if merge.state != "done" or merge.decided_at is None:
            raise MergeRefused("Only a merge that was done can be undone.")
        if now - merge.decided_at > UNDO_WITHIN:
            raise MergeRefused("The 30 days are over. Correct the bills one by one.")
        kept, gone = _lock_both(session, merge.kept_id, merge.gone_id)
        if gone.merged_into_id != kept.id:
            raise MergeRefused("The record was merged on since. Undo the later merge first.")
        moved = merge.moved
        lock_accounts(session, {moved["from_account_id"], moved["to_account_id"]})
        put_back(session, moved, gone=gone, merge_id=merge.id, on=on, now=now)
        merge.state, merge.undone_by_id, merge.undone_at = "undone", staff.login_id, now
        merge.note = note
        _tell(session, (kept, gone), staff=staff, thing=merge, what="parted", now=now)


def set_aside(*, pair_id: int, staff: StaffViewer, now: datetime) -> None:
    """They are two people: the pair leaves the list for good. Raises NotFound."""
    with transaction() as session:
        pair = session.get(DuplicatePair, pair_id, with_for_update=True)
        if pair is None:
            raise NotFound
        people = _lock_both(session, pair.older_id, pair.newer_id)
        if pair.set_aside_at is None:
            pair.set_aside_at, pair.set_aside_by_id = now, staff.login_id
        _close_namesakes(session, people, staff, now)
        _tell(session, people, staff=staff, thing=pair, what="set aside", now=now)


def _about(merge: RecordMerge) -> Alone:
    return Alone(what="Merge of two records", object_type="record_merges", object_id=str(merge.id))


def _lock_files(session: Session) -> None:
    """No file is read meanwhile: what it found on a record would arrive there too late."""
    lock_imports(session)
    lock_posting(session)


def _said(text: str, missing: str) -> str:
    said = check_free_text(text)
    if not said:
        raise MergeRefused(missing)
    return said


def _lock(session: Session, merge_id: int) -> RecordMerge:
    merge = session.get(RecordMerge, merge_id, with_for_update=True)
    if merge is None:
        raise NotFound
    return merge


def _lock_both(session: Session, kept_id: int, gone_id: int) -> tuple[Patient, Patient]:
    """Both records, always in order of id; fresh, as whoever waited finds them."""
    found = {
        patient.id: patient
        for patient in session.scalars(
            select(Patient)
            .where(Patient.id.in_((kept_id, gone_id)))
            .order_by(Patient.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    if found.keys() != {kept_id, gone_id} or kept_id == gone_id:
        raise NotFound
    return found[kept_id], found[gone_id]


def _close_namesakes(
    session: Session, people: tuple[Patient, ...], staff: StaffViewer, now: datetime
) -> None:
    """The import's question whether they are one person is answered."""
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.dedupe_key.in_([f"namesake:{person.id}" for person in people]),
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by_id=staff.login_id, outcome="corrected")
    )


def _tell(
    session: Session,
    people: tuple[Patient, ...],
    *,
    staff: StaffViewer,
    thing: RecordMerge | DuplicatePair,
    what: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action="update",
        object_type=thing.__tablename__,
        object_id=thing.id,
        account_ids=tuple(sorted({person.guarantor_account_id for person in people})),
        patient_ids=tuple(sorted(person.id for person in people)),
        reason=what,
        now=now,
    )
