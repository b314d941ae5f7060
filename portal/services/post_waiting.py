"""Post a remittance that waited for a person, as they chose: all of it, or the claims that open no work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from billing.posting_policy import Choice
from portal.db import read_only, transaction
from portal.models.files import File
from portal.models.remittances import (
    LineAdjustment,
    RemittanceClaim,
    RemittanceLine,
    RemittanceRow,
)
from portal.models.work import WorkItem
from portal.ports import DocumentStore
from portal.queries.posting_rules import posting_rules
from portal.queries.viewer import StaffViewer
from portal.queries.waiting_sets import legs_of
from portal.services.lock_posting import lock_posting
from portal.services.note_denials import note_denials
from portal.services.post_set import Arrival, post_set
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.remittance_report import SetReport
from portal.services.remittance_work import waiting_key
from portal.x12.read_835 import read_remittances
from portal.x12.remittance import Remittance

WAITING = "waiting"
CHANGED = "the payer sent a changed remittance under a number already posted"
MOVED = "One of its bills was posted to after you looked. Look at it again."


class NotWaiting(Refusal):
    """The remittance cannot be posted from here; the message says why."""

    title = "This remittance was not posted"


def post_waiting(
    *,
    remittance_id: int,
    choice: Choice,
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
    seen_legs: int | None = None,
) -> SetReport:
    """Judge it anew on the books of this moment and post it. Raises NotWaiting or NotFound.

    `seen_legs` is what a preview counted on its bills (`legs_of`): with it, a set whose bills moved since is left.
    Codes that never post by themselves are held all the same, each claim alone.
    """
    said = _read(remittance_id, store)
    with transaction() as session:
        lock_posting(session)
        row = session.get(RemittanceRow, remittance_id, with_for_update=True)
        if row is None:
            raise NotFound
        if row.status != WAITING:
            raise NotWaiting("Somebody posted it before you. Nothing was posted twice.")
        if seen_legs is not None and legs_of(session, remittance_id) != seen_legs:
            raise NotWaiting(MOVED)
        if _changed(session, row):
            raise NotWaiting(
                "Another remittance of this number and day is posted already. Ask the payer which counts."
            )
        matched = _forget_trial(session, remittance_id)
        today = practice_date(session, now)
        arrival = Arrival(
            said=said,
            file_id=row.file_id,
            today=today,
            now=now,
            rules=posting_rules(session, on=today),
            choice=choice,
            row=row,
            posted_by_id=staff.login_id,
        )
        _close(session, remittance_id, staff, now)  # before credit looks for bills
        report = post_set(session, arrival)
        _date(session, remittance_id, matched, now)
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="remittance",
            object_id=remittance_id,
            reason=f"posted {choice.value}",
            now=now,
        )
    return report


def _read(remittance_id: int, store: DocumentStore) -> Remittance:
    """The set as the payer wrote it; no transaction is open while the file is read."""
    with read_only() as session:
        found = session.execute(
            select(File.stored_as, File.name, RemittanceRow.fingerprint)
            .join(RemittanceRow, RemittanceRow.file_id == File.id)
            .where(RemittanceRow.id == remittance_id)
        ).one_or_none()
    if found is None:
        raise NotFound
    for remittance in read_remittances(store.get(found.stored_as), file=found.name):
        if remittance.fingerprint == found.fingerprint:
            return remittance
    raise NotFound


def _changed(session: Session, row: RemittanceRow) -> bool:
    """Whether a set of the same number and day was posted while this one waited."""
    return bool(row.trace) and (
        session.scalar(
            select(RemittanceRow.id)
            .where(
                RemittanceRow.payer_tax_id == row.payer_tax_id,
                RemittanceRow.trace == row.trace,
                RemittanceRow.issued_on == row.issued_on,
                RemittanceRow.status == "posted",
            )
            .limit(1)
        )
        is not None
    )


def _forget_trial(session: Session, remittance_id: int) -> set[int]:
    """The claims as they were shown while they waited: what they become is written anew.

    Gives the places in the set of those whose claim was known.
    """
    of_set = RemittanceClaim.remittance_id == remittance_id
    matched = set(
        session.scalars(
            select(RemittanceClaim.ordinal).where(of_set, RemittanceClaim.claim_id.is_not(None))
        )
    )
    claims = select(RemittanceClaim.id).where(of_set)
    lines = select(RemittanceLine.id).where(RemittanceLine.remittance_claim_id.in_(claims))
    session.execute(delete(LineAdjustment).where(LineAdjustment.remittance_line_id.in_(lines)))
    session.execute(delete(RemittanceLine).where(RemittanceLine.remittance_claim_id.in_(claims)))
    session.execute(delete(RemittanceClaim).where(of_set))
    return matched


def _date(session: Session, remittance_id: int, matched: set[int], now: datetime) -> None:
    """What nobody knew while the set waited is known from now on: denials, and claims that came meanwhile."""
    of_set = RemittanceClaim.remittance_id == remittance_id
    note_denials(session, set(session.scalars(select(RemittanceClaim.id).where(of_set))), now=now)
    session.execute(
        update(RemittanceClaim)
        .where(
            of_set, RemittanceClaim.claim_id.is_not(None), RemittanceClaim.ordinal.not_in(matched)
        )
        .values(matched_at=now)
    )


def _close(session: Session, remittance_id: int, staff: StaffViewer, now: datetime) -> None:
    """Its own item, and those of the bills that waited with it."""
    key = waiting_key(remittance_id)
    keys = or_(WorkItem.dedupe_key == key, WorkItem.dedupe_key.like(f"{key}:%"))
    session.execute(
        update(WorkItem)
        .where(keys, WorkItem.closed_at.is_(None))
        .values(closed_at=now, closed_by_id=staff.login_id, outcome="corrected")
    )
