"""A photographed EOB as its sender sees it, and for the office where its picture is kept (STMT-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from billing.money import Money
from portal.db import read_only
from portal.models.bill_disputes import EobPhoto
from portal.models.claims import Visit
from portal.models.work import WorkItem
from portal.queries.viewer import AccountViewer, PatientViewer

STUCK_AFTER = timedelta(seconds=60)  # a page takes a few seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEob:
    """`state`: waiting, read, or failed. `told` is what the machine read, for the patient to confirm."""

    id: int
    charge_id: int | None
    state: str
    told: Money | None


def own_eob(
    viewer: AccountViewer, visit_id: int, photo_id: int | None, *, now: datetime
) -> OwnEob | None:
    """The viewer's own, while its picture is kept; nobody else's, and none for a guest."""
    if photo_id is None or not isinstance(viewer, PatientViewer):
        return None
    with read_only() as session:
        row = session.scalar(
            select(EobPhoto)
            .join(Visit, Visit.id == EobPhoto.visit_id)
            .where(
                EobPhoto.id == photo_id,
                EobPhoto.visit_id == visit_id,
                EobPhoto.stored_as != "",
                Visit.guarantor_account_id.in_(viewer.account_ids),
            )
        )
    if row is None:
        return None
    stuck = row.state == "waiting" and now - row.uploaded_at > STUCK_AFTER
    return OwnEob(
        id=row.id, charge_id=row.charge_id, state="failed" if stuck else row.state, told=row.told
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEob:
    """For the office: whose it is, and where it is kept."""

    account_id: int
    patient_id: int
    stored_as: str


def sent_eob(item_id: int) -> SentEob | None:
    """The picture of one item of work; one that was not sent is the patient's alone."""
    with read_only() as session:
        row = session.execute(
            select(Visit.guarantor_account_id, Visit.patient_id, EobPhoto.stored_as)
            .join(EobPhoto, EobPhoto.visit_id == Visit.id)
            .join(WorkItem, WorkItem.dedupe_key == func.concat("eob_picture:", EobPhoto.id))
            .where(WorkItem.id == item_id, EobPhoto.sent_at.is_not(None), EobPhoto.stored_as != "")
        ).one_or_none()
    return SentEob(account_id=row[0], patient_id=row[1], stored_as=row[2]) if row else None
