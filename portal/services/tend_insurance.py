"""Nightly: drop drafts that nobody finished, and delete pictures of cards that are needed no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from billing.transitions import SubmissionState
from portal.db import transaction
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.ports import DocumentStore
from portal.services.withdraw_submission import withdraw

DRAFT_LIVES = timedelta(days=14)
PICTURES_STAY = timedelta(days=30)  # after a draft or a submission was taken back
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """What was dropped and deleted."""

    drafts: int
    pictures: int


def tend_insurance(*, store: DocumentStore, now: datetime) -> Tended:
    """Drop drafts of 14 days, whose bills are due again, and pictures 30 days after they were taken back.

    A file goes first and its mark after: what stops in between is deleted the next night.
    """
    with transaction() as session:
        stale = session.scalars(
            select(InsuranceSubmission)
            .where(
                InsuranceSubmission.state == SubmissionState.DRAFT.value,
                InsuranceSubmission.begun_at < now - DRAFT_LIVES,
            )
            .order_by(InsuranceSubmission.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        drafts = sum(withdraw(session, row, now=now) for row in stale)
        over = select(InsuranceSubmission.id).where(
            InsuranceSubmission.state == SubmissionState.WITHDRAWN.value,
            InsuranceSubmission.decided_at < now - PICTURES_STAY,
        )
        session.execute(
            update(CardImage)
            .where(CardImage.submission_id.in_(over), CardImage.removed_at.is_(None))
            .values(removed_at=now)
        )
    with transaction() as session:
        doomed = session.execute(
            select(CardImage.id, CardImage.stored_as)
            .where(CardImage.removed_at.is_not(None), CardImage.stored_as != "")
            .order_by(CardImage.id)
            .limit(AT_ONCE)
        ).all()
    for _, stored_as in doomed:
        store.delete(stored_as)
    with transaction() as session:
        session.execute(
            update(CardImage)
            .where(CardImage.id.in_([image_id for image_id, _ in doomed]))
            .values(stored_as="")
        )
    return Tended(drafts=drafts, pictures=len(doomed))
