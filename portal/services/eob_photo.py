"""A photographed EOB: kept, read by a job, and then sent to the office, put to a dispute, or deleted (STMT-5)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.money import Money
from portal.card_ports import CardImages, CardReader
from portal.db import transaction
from portal.models.bill_disputes import BillDisputeDocument, EobPhoto
from portal.models.claims import Charge, Visit
from portal.ports import DocumentStore
from portal.queries.viewer import PatientViewer
from portal.queue import enqueue
from portal.services.eob_amounts import EobAmounts, amounts_on
from portal.services.open_work import open_work
from portal.services.refusal import NotFound, Refusal

log = logging.getLogger(__name__)

MOST = 20  # of one bill
STAYS = timedelta(days=1)  # while nobody decided what it is for
AT_ONCE = 500
PICTURE, SAYS_MORE = "eob_picture", "eob_says_more"  # with a picture to open, and without one
MORE = "The patient’s EOB says more than our bill asks for. A posting may be missing."
UNREAD = "The patient sent a picture of an EOB that the machine could not read."
LOOK = (
    "Compare the EOB with the posted remittance, correct what is missing, and write to the patient."
)


class TooManyPhotos(Refusal):
    """More than anybody can look at."""

    title = "We have many pictures from you"


def keep_eob_photo(
    *,
    viewer: PatientViewer,
    visit_id: int,
    charge_id: int | None,
    content: bytes,
    images: CardImages,
    store: DocumentStore,
    now: datetime,
) -> int:
    """Made anew, encrypted, and put before the reader; its id.

    The file is opened and stored with no transaction open. Raises UnusableImage, NotFound, TooManyPhotos.
    """
    with transaction() as session:
        _own_visit(session, viewer, visit_id)
        _room(session, visit_id)
    clean = images.clean(content)
    stored_as = store.put(clean.content)
    with transaction() as session:
        _own_visit(session, viewer, visit_id)
        photo = EobPhoto(
            visit_id=visit_id,
            charge_id=charge_id,
            login_id=viewer.login_id,
            stored_as=stored_as,
            sha256=sha256(clean.content).hexdigest(),
            state="waiting",
            uploaded_at=now,
        )
        session.add(photo)
        session.flush()
        enqueue(session, "read_eob", photo_id=photo.id)
        return photo.id


def read_eob_photo(
    *, photo_id: int, reader: CardReader, store: DocumentStore, now: datetime
) -> None:
    """Write down what it seems to say; a second time is harmless. No transaction is open while it reads."""
    with transaction() as session:
        photo = session.get_one(EobPhoto, photo_id)
        if photo.state != "waiting" or not photo.stored_as:
            return
        stored_as = photo.stored_as
        billed = session.scalar(select(Charge.billed).where(Charge.id == photo.charge_id))
    try:
        read = amounts_on(reader.lines(store.get(stored_as)))
    except Exception as error:  # noqa: BLE001 (native code, fed with a stranger's picture)
        log.warning("eob_unreadable", extra={"photo_id": photo_id, "error": type(error).__name__})
        _finish(photo_id, None, now)
        return
    _finish(photo_id, _told(read, billed), now)


def _told(read: EobAmounts, billed: Money | None) -> Money | None:
    """Of a service its row alone: the whole of the EOB would be another amount."""
    return read.total if billed is None else read.share_of(billed)


def _finish(photo_id: int, told: Money | None, now: datetime) -> None:
    with transaction() as session:
        photo = session.get_one(EobPhoto, photo_id, with_for_update=True)
        if photo.state == "waiting":
            photo.state, photo.told, photo.read_at = ("read" if told else "failed"), told, now


def send_to_office(
    *,
    viewer: PatientViewer,
    visit_id: int,
    photo_id: int | None,
    theirs: Money | None,
    ours: Money | None,
    now: datetime,
) -> None:
    """Work for a person: an EOB that says more than we ask for, or a picture that nobody has read. Once for each.

    Raises NotFound.
    """
    with transaction() as session:
        account_id = _own_visit(session, viewer, visit_id)
        photo = _own_photo(session, viewer, visit_id, photo_id) if photo_id else None
        if photo is not None:
            photo.sent_at = photo.sent_at or now
        figures = f" EOB: {theirs}. Our 835: {ours}." if theirs is not None else ""
        kind, of = (PICTURE, photo.id) if photo else (SAYS_MORE, visit_id)
        open_work(
            session,
            key=f"{kind}:{of}" if photo else f"{kind}:{of}:{theirs.cents if theirs else 0}",
            kind=kind,
            reasons=[(MORE if theirs is not None else UNREAD) + figures],
            next_step=LOOK,
            amount=theirs - ours if theirs is not None and ours is not None else Money(0),
            account_id=account_id,
            visit_id=visit_id,
            now=now,
        )


def put_to_dispute(
    *, viewer: PatientViewer, visit_id: int, photo_id: int, dispute_id: UUID, now: datetime
) -> None:
    """It becomes evidence of the dispute, once. Raises NotFound."""
    with transaction() as session:
        photo = _own_photo(session, viewer, visit_id, photo_id)
        if photo.dispute_id is not None:
            return
        photo.dispute_id = dispute_id
        session.add(
            BillDisputeDocument(
                dispute_id=dispute_id,
                stored_as=photo.stored_as,
                sha256=photo.sha256,
                login_id=viewer.login_id,
                added_at=now,
            )
        )


def drop_eob_photos(*, store: DocumentStore, now: datetime) -> int:
    """Delete those that led to nothing within a day; how many. A file goes first and its mark after."""
    with transaction() as session:
        doomed = session.execute(
            select(EobPhoto.id, EobPhoto.stored_as)
            .where(
                EobPhoto.uploaded_at < now - STAYS,
                EobPhoto.stored_as != "",
                EobPhoto.sent_at.is_(None),
                EobPhoto.dispute_id.is_(None),
            )
            .order_by(EobPhoto.id)
            .limit(AT_ONCE)
        ).all()
    for _, stored_as in doomed:
        store.delete(stored_as)
    with transaction() as session:
        ids = [photo_id for photo_id, _ in doomed]
        session.execute(update(EobPhoto).where(EobPhoto.id.in_(ids)).values(stored_as=""))
    return len(doomed)


def _own_visit(session: Session, viewer: PatientViewer, visit_id: int) -> int:
    account_id = session.scalar(select(Visit.guarantor_account_id).where(Visit.id == visit_id))
    if account_id is None or account_id not in viewer.account_ids:
        raise NotFound
    return account_id


def _own_photo(session: Session, viewer: PatientViewer, visit_id: int, photo_id: int) -> EobPhoto:
    """Locked; another's, or one that is deleted, is not found."""
    _own_visit(session, viewer, visit_id)
    photo = session.get(EobPhoto, photo_id, with_for_update=True)
    if photo is None or photo.visit_id != visit_id or not photo.stored_as:
        raise NotFound
    return photo


def _room(session: Session, visit_id: int) -> None:
    count = select(func.count()).where(EobPhoto.visit_id == visit_id)
    if session.scalars(count).one() >= MOST:
        raise TooManyPhotos("Tell us in a message what your EOB says.")
