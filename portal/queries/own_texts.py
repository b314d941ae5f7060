"""What a sign-in without a record agreed to hear by text, on the number it proved (ID-1, MSG-1)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.consents import TextConsent
from portal.queries.text_consents import TextCategory, not_withdrawn
from portal.queries.viewer import PatientViewer


def standing_of_login(session: Session, *, login_id: int, phone: str) -> frozenset[TextCategory]:
    """The kinds that it said yes to, and nobody no after that."""
    return frozenset(
        TextCategory(category)
        for category in session.scalars(
            select(TextConsent.category).where(
                TextConsent.phone == phone,
                TextConsent.login_id == login_id,
                TextConsent.guarantor_account_id.is_(None),
                not_withdrawn(),
            )
        )
    )


def own_texts(viewer: PatientViewer, phone: str) -> frozenset[TextCategory]:
    """The viewer's own."""
    with read_only() as session:
        return standing_of_login(session, login_id=viewer.login_id, phone=phone)
