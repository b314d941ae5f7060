"""Let a session live on, or refuse it: idle too long, too old, ended, or its sign-in switched off (HIPAA-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, and_, bindparam, case, select, update

from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import Login, LoginSession
from portal.models.practice import Practice
from portal.models.proxies import ProxyGrant
from portal.queries.patient_thread import unread_by
from portal.queries.practice import PRACTICE, PracticePage, practice_of
from portal.queries.proxy_grants import GRANT_COLUMNS, ActingFor, acting_for
from portal.queries.viewer import Viewer, closed_accounts, linked_accounts, viewer_of
from portal.services.start_session import session_hash

# Writing each request's time would make every page a write; this much slack is part of the limit.
TOUCH_EVERY = timedelta(seconds=20)
MOMENT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that may go on, when the server will end it if nothing more comes, and what every page tells."""

    id: int
    login_id: int
    ends_at: datetime
    latest_at: datetime  # whatever comes
    viewer: Viewer  # what this sign-in may see at this moment
    unread: int  # answers of the office that wait for a patient
    practice: PracticePage | None
    closed_accounts: frozenset[int]  # restricted, and not opened for a reason: staff's pages alone
    closed_patients: Mapping[int, int]  # theirs, each with the account
    acting_for: ActingFor | None
    acting_ended: (
        bool  # it acted for somebody until now: the grant is over, or covers nothing any more
    )


_IS_STAFF = LoginSession.face == "staff"
_CLOSED, _CLOSED_PATIENTS = closed_accounts(LoginSession.login_id, bindparam("now", type_=MOMENT))

# Built once: it runs before every page, and reads in one go what each of them needs.
_LIVE = (
    select(
        LoginSession.id,
        LoginSession.login_id,
        LoginSession.started_at,
        LoginSession.seen_at,
        LoginSession.acting_grant_id,
        Login.role,
        linked_accounts(LoginSession.login_id).label("account_ids"),
        case((_IS_STAFF, _CLOSED), else_=None).label("closed_accounts"),
        case((_IS_STAFF, _CLOSED_PATIENTS), else_=None).label("closed_patients"),
        unread_by(LoginSession.login_id).label("unread"),
        *PRACTICE,
        *GRANT_COLUMNS,
    )
    .join(Login, Login.id == LoginSession.login_id)
    .outerjoin(Practice, Practice.id == 1)
    .outerjoin(
        ProxyGrant,
        and_(
            ProxyGrant.id == LoginSession.acting_grant_id,
            ProxyGrant.proxy_login_id == LoginSession.login_id,
        ),
    )
    .outerjoin(Patient, Patient.id == ProxyGrant.patient_id)
    .outerjoin(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
    .where(
        LoginSession.id_hash == bindparam("token_hash"),
        LoginSession.face == bindparam("face_name"),
        LoginSession.ended_at.is_(None),
        Login.active,
    )
)


def use_session(
    *,
    token: str,
    face: str,
    idle: timedelta,
    absolute: timedelta,
    now: datetime,
    unattended: bool = False,
) -> LiveSession | None:
    """The live session behind the token, its clock set back to now; None ends it for good.

    What a page asks by itself is `unattended`: it shows that a browser is open, not that somebody is there,
    so the clock runs on (HIPAA-2).
    """
    with transaction() as session:
        row = session.execute(
            _LIVE, {"token_hash": session_hash(token), "face_name": face, "now": now}
        ).one_or_none()
        if row is None:
            return None
        this, seen_at = update(LoginSession).where(LoginSession.id == row.id), row.seen_at
        if now - seen_at > idle or now - row.started_at > absolute:
            session.execute(this.values(ended_at=now))
            return None
        if now - seen_at > TOUCH_EVERY and not unattended:
            session.execute(this.values(seen_at=now))
            seen_at = now
    latest_at = row.started_at + absolute
    acting = acting_for(row, now=now) if row.grant_id is not None else None
    return LiveSession(
        id=row.id,
        login_id=row.login_id,
        ends_at=min(seen_at + idle, latest_at),
        latest_at=latest_at,
        viewer=viewer_of(
            row.login_id,
            face=face,
            role=row.role,
            account_ids=row.account_ids or (),
            acting_for=acting,
        ),
        unread=row.unread,
        practice=practice_of(row),
        closed_accounts=frozenset(row.closed_accounts or ()),
        closed_patients={int(one): of for one, of in (row.closed_patients or {}).items()},
        acting_for=acting,
        # The row keeps the grant until the person was told: a form of then must not act on their own.
        acting_ended=row.acting_grant_id is not None and acting is None,
    )
