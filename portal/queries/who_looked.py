"""Who saw or changed a patient's record, told to the patient in plain words (HIPAA-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.queries.paging import Page, limits, page_of
from portal.queries.viewer import PatientViewer

# A role, never a name: colleagues may fear for themselves, and the office can tell who it was.
ROLES = {
    "front_desk": "Our front desk",
    "biller": "Our billing staff",
    "payment_poster": "Our billing staff",
    "fa_counsellor": "Our staff who help with costs",
    "collections": "Our billing staff",
    "manager": "A manager",
    "auditor": "Our auditor",
}
DID = {
    "view": "looked at",
    "search": "found",
    "create": "added to",
    "export": "made a copy of",
    "print": "printed",
    "send": "sent",
    "break_glass": "gave a reason to open",
}
WHAT = {
    "bill": "a bill",
    "visit": "a bill",
    "appointment": "a booked visit",
    "appointments": "your booked visits",
    "figures": "a bill",
    "statement": "a statement",
    "papers": "your statements and payments",
    "payment": "a payment",
    "payments": "a payment",
    "receipt": "a receipt",
    "refund": "a refund",
    "refunds": "a refund",
    "thread": "your messages",
    "messages": "your messages",
    "people": "your contact and plan details",
    "contact": "your contact details",
    "text_consent": "your choice about texts",
    "esign_consents": "your choice about paper",
    "assistance_application": "an application for help",
    "guest_application": "an application for help",
}
ELSE = "your account"
CHANGED = "changed"
OFFICE = "Our office"
BY_LINK = "Somebody with the link that we texted"
BY_CODE = "Somebody with the code of an application for help"
ANOTHER = "Another person with access"


@dataclass(frozen=True, slots=True)
class Look:
    """One time that somebody else opened or changed something."""

    at: datetime
    who: str
    did: str
    what: str


def who_looked(viewer: PatientViewer, *, number: int = 1) -> Page[Look]:
    """Everybody but the viewer who reached the viewer's accounts, the newest first; refused tries are left out."""
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(
            select(
                AuditEvent.at,
                AuditEvent.face,
                AuditEvent.role,
                AuditEvent.action,
                AuditEvent.object_type,
            )
            .where(
                AuditEvent.account_ids.overlap(sorted(viewer.account_ids)),
                AuditEvent.outcome == "ok",
                or_(AuditEvent.login_id.is_(None), AuditEvent.login_id != viewer.login_id),
            )
            .order_by(AuditEvent.id.desc())
            .offset(offset)
            .limit(limit)
        ).all()
    looks = [
        Look(
            at=row.at,
            who=_who(row.face, row.role),
            did=DID.get(row.action, CHANGED),
            what=WHAT.get(row.object_type, ELSE),
        )
        for row in rows
    ]
    return page_of(looks, number)


def _who(face: str, role: str) -> str:
    if face == "staff":
        return ROLES.get(role, OFFICE)
    if role.startswith("text_link"):
        return BY_LINK
    if role.startswith("guest_application"):
        return BY_CODE
    return ANOTHER
