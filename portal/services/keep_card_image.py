"""Keep a picture of one side of a card: made anew, encrypted, and read by a job once both sides are there."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.card_ports import CardFlaw, CardImages
from portal.db import transaction
from portal.models.insurance import CardImage, CardReading
from portal.ports import DocumentStore
from portal.queries.viewer import PatientViewer
from portal.queue import enqueue
from portal.services.own_submission import own_submission

SIDES = ("front", "back")
MOST_TAKES = 30  # of one card: a person gives up long before, a script does not


class TooManyTakes(Exception):
    """The same card was sent so often that no picture helps."""


def keep_card_image(
    *,
    viewer: PatientViewer,
    submission_id: int,
    side: str,
    content: bytes,
    images: CardImages,
    store: DocumentStore,
    now: datetime,
) -> tuple[CardFlaw, ...]:
    """What makes the picture hard to read, if anything; the one before is deleted by night.

    The file is opened and stored with no transaction open. Raises UnusableImage, NotFound, TooLate,
    TooManyTakes.
    """
    with transaction() as session:
        own_submission(session, viewer, submission_id, editable=True)
        takes = session.scalars(
            select(CardImage.id).where(CardImage.submission_id == submission_id)
        ).all()
        if len(takes) >= MOST_TAKES:
            raise TooManyTakes
    clean = images.clean(content)
    stored_as = store.put(clean.content)
    with transaction() as session:
        own_submission(session, viewer, submission_id, editable=True)
        session.execute(
            update(CardImage)
            .where(
                CardImage.submission_id == submission_id,
                CardImage.side == side,
                CardImage.removed_at.is_(None),
            )
            .values(removed_at=now)
        )
        session.add(
            CardImage(
                submission_id=submission_id,
                side=side,
                stored_as=stored_as,
                sha256=sha256(clean.content).hexdigest(),
                width=clean.width,
                height=clean.height,
                flaws=[flaw.value for flaw in clean.flaws],
                uploaded_at=now,
            )
        )
        session.flush()
        _ask_to_read(session, submission_id, now)
    return clean.flaws


def _ask_to_read(session: Session, submission_id: int, now: datetime) -> None:
    """One reading for each pair of pictures; a retaken side is read again."""
    there = session.scalars(
        select(CardImage.side).where(
            CardImage.submission_id == submission_id, CardImage.removed_at.is_(None)
        )
    )
    if set(there) >= set(SIDES):
        reading = CardReading(
            submission_id=submission_id, state="waiting", fields={}, engine="", asked_at=now
        )
        session.add(reading)
        session.flush()
        enqueue(session, "read_card", reading_id=reading.id)
