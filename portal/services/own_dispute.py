"""What a patient does with their own dispute: add evidence, take it back, or reply to our answer once."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.bill_disputes import STEPS, State, Step, clocks
from billing.free_text import check_free_text
from billing.transitions import Refused, next_state
from portal.card_ports import CardImages
from portal.db import transaction
from portal.models.bill_disputes import BillDispute, BillDisputeDocument
from portal.models.claims import Visit
from portal.ports import DocumentStore
from portal.queries.viewer import PatientViewer
from portal.services.open_dispute import (
    add_event,
    close_dispute_work,
    lock_dispute,
    open_dispute_work,
)
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound, Refusal

MOST_DOCUMENTS = 20


class TooLate(Refusal):
    """It is over, or was answered a second time."""

    title = "This dispute is closed"


class TooManyPictures(Refusal):
    """More than anybody can look at."""

    title = "We have many pictures from you"


def add_evidence(
    *,
    viewer: PatientViewer,
    dispute_id: UUID,
    content: bytes,
    images: CardImages,
    store: DocumentStore,
    now: datetime,
) -> None:
    """Keep one picture, made anew and encrypted; it is opened and stored with no transaction open.

    Raises UnusableImage, NotFound, TooLate, TooManyPictures.
    """
    with transaction() as session:
        _room(session, _own(session, viewer, dispute_id))
    clean = images.clean(content)
    stored_as = store.put(clean.content)
    with transaction() as session:
        row = _own(session, viewer, dispute_id)
        _room(session, row)
        session.add(
            BillDisputeDocument(
                dispute_id=row.id,
                stored_as=stored_as,
                sha256=sha256(clean.content).hexdigest(),
                login_id=viewer.login_id,
                added_at=now,
            )
        )
        add_event(session, row, "evidence", by_id=viewer.login_id, face="patient", now=now)


def withdraw_dispute(*, viewer: PatientViewer, dispute_id: UUID, now: datetime) -> None:
    """Nothing waits any more, and the part is due as it was. Raises NotFound, TooLate once it is answered."""
    with transaction() as session:
        row = _own(session, viewer, dispute_id)
        if row.state == State.WITHDRAWN.value:
            return
        move(row, Step.WITHDRAW)
        row.ended_on = practice_date(session, now)
        add_event(session, row, "withdrawn", by_id=viewer.login_id, face="patient", now=now)
        close_dispute_work(session, row, by_id=viewer.login_id, outcome="withdrawn", now=now)


def reply_to_answer(*, viewer: PatientViewer, dispute_id: UUID, text: str, now: datetime) -> None:
    """The patient does not agree: once, and another person looks. It holds on (DISP-2, DISP-4).

    Raises NotFound, TooLate, CardNumberRefused.
    """
    text = check_free_text(text)
    with transaction() as session:
        row = _own(session, viewer, dispute_id)
        on = practice_date(session, now)
        over = row.ended_on or (row.rejoins_on is not None and row.rejoins_on <= on)
        if row.replied_at is not None or over:
            raise TooLate("You can start a new one from the bill, or call us.")
        finding = row.finding
        row.first_answered_by_id, row.answered_by_id = row.answered_by_id, None
        row.finding = ""
        move(row, Step.REPLY)
        row.replied_at, row.owner_id = now, None
        row.rejoins_on, row.resolve_by, row.extended_at = None, clocks(on).resolve_by, None
        add_event(
            session,
            row,
            "replied",
            by_id=viewer.login_id,
            face="patient",
            now=now,
            words=text,
            detail={"finding": finding, "answer": row.answer, "changed": row.changed},
        )
        account_id = session.get_one(Visit, row.visit_id).guarantor_account_id
        open_dispute_work(session, row, account_id=account_id, now=now)


def move(row: BillDispute, step: Step) -> None:
    """Follow the table. Raises TooLate where the step has no place."""
    following = next_state(STEPS, State(row.state), step)
    if isinstance(following, Refused):
        raise TooLate("Nothing was changed. Open it again to see how it stands.")
    row.state = following.value


def _own(session: Session, viewer: PatientViewer, dispute_id: UUID) -> BillDispute:
    """Locked; another's is not found."""
    row, visit = lock_dispute(session, dispute_id)
    if visit.guarantor_account_id not in viewer.account_ids:
        raise NotFound
    return row


def _room(session: Session, row: BillDispute) -> None:
    if row.state != State.OPEN.value:
        raise TooLate("We have answered. Reply to the answer, and then add your picture.")
    count = select(func.count()).where(BillDisputeDocument.dispute_id == row.id)
    if session.scalars(count).one() >= MOST_DOCUMENTS:
        raise TooManyPictures("Tell us in a message what else there is.")
