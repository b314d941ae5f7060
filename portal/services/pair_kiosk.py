"""A tablet becomes a kiosk by a code that staff read out to it, and stops being one when they say so."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import transaction
from portal.models.calendar import Location
from portal.models.check_in import Kiosk
from portal.queries.viewer import StaffViewer
from portal.services.enrolment_codes import ALPHABET, code_hashes, keyed_hash
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.start_session import session_hash

CODE_LENGTH = 8
CODE_LIFE = timedelta(minutes=10)


def new_kiosk(
    *, location_id: int, name: str, staff: StaffViewer, keys: Sequence[bytes], now: datetime
) -> str:
    """Make its row; the code exists only in the answer."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction() as session:
        if session.get(Location, location_id) is None:
            raise NotFound
        kiosk = Kiosk(
            location_id=location_id,
            name=name,
            code_hash=keyed_hash(code, keys[0]),
            code_until=now + CODE_LIFE,
            paired_by_id=staff.login_id,
            paired_at=now,
        )
        session.add(kiosk)
        session.flush()
        add_staff_act(
            session, staff, action="create", object_type="kiosk", object_id=kiosk.id, now=now
        )
    return f"{code[:4]}-{code[4:]}"


def pair_kiosk(*, code: str, keys: Sequence[bytes], now: datetime) -> str | None:
    """The token that only the tablet's cookie will hold; None for a code that is wrong, used or over."""
    with transaction() as session:
        kiosk = session.scalars(
            select(Kiosk)
            .where(
                Kiosk.code_hash.in_(code_hashes(code, keys)),
                Kiosk.code_until > now,
                Kiosk.revoked_at.is_(None),
            )
            .with_for_update()
        ).one_or_none()
        if kiosk is None:
            return None
        token = secrets.token_urlsafe(32)
        kiosk.token_hash, kiosk.code_hash, kiosk.code_until = session_hash(token), None, None
        kiosk.seen_at = now
    return token


def revoke_kiosk(*, kiosk_id: int, staff: StaffViewer, now: datetime) -> None:
    """Its cookie opens nothing from now on."""
    with transaction() as session:
        kiosk = session.get(Kiosk, kiosk_id, with_for_update=True)
        if kiosk is None:
            raise NotFound
        if kiosk.revoked_at is None:
            kiosk.revoked_at, kiosk.token_hash, kiosk.code_hash = now, None, None
            kiosk.appointment_id = kiosk.opened_at = None
            add_staff_act(
                session, staff, action="revoke", object_type="kiosk", object_id=kiosk_id, now=now
            )
