"""A parent or guardian asks to see a child's account. Nothing is looked up here, so nothing can be told (HIPAA-9, ID-4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update

from portal.db import transaction
from portal.models.identity import Login
from portal.models.proxies import ParentRequest
from portal.services.record_access import Access, add_access


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChild:
    """What the parent says: whose account, who they are to the child, and the paper that shows it."""

    first_name: str
    last_name: str
    birth_on: date
    relationship: str
    paper: str


def ask_for_child(*, login_id: int, asked: AskedChild, ip: str, now: datetime) -> int:
    """Keep what was said for a person at the office; the request's id. What was said of the same child before gives way."""
    with transaction() as session:
        session.execute(select(Login.id).where(Login.id == login_id).with_for_update())
        session.execute(
            update(ParentRequest)
            .where(
                ParentRequest.login_id == login_id,
                ParentRequest.state == "waiting",
                ParentRequest.birth_on == asked.birth_on,
                func.lower(ParentRequest.first_name) == asked.first_name.lower(),
            )
            .values(state="replaced", decided_at=now)
        )
        request = ParentRequest(login_id=login_id, state="waiting", asked_at=now, **asdict(asked))
        session.add(request)
        session.flush()
        access = Access(
            face="patient",
            login_id=login_id,
            action="create",
            object_type="parent_request",
            object_id=str(request.id),
            ip=ip,
        )
        add_access(session, access, now=now)
        return request.id
