"""A signed-in person asks for their record. Nothing is looked up here, so nothing can be told (ID-2, ID-4)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.identity import Login
from portal.models.linking import LinkRequest
from portal.queries.link_candidates import Asked
from portal.queue import enqueue
from portal.services.record_access import Access, add_access

LIVE = ("asked", "code_sent", "waiting")


def ask_link(*, login_id: int, asked: Asked, ip: str, now: datetime) -> int:
    """Keep what was said, in place of what was said before; a job finds out whose record it is. The request's id."""
    with transaction() as session:
        session.execute(select(Login.id).where(Login.id == login_id).with_for_update())
        session.execute(
            update(LinkRequest)
            .where(LinkRequest.login_id == login_id, LinkRequest.state.in_(LIVE))
            .values(state="replaced", decided_at=now)
        )
        request = LinkRequest(login_id=login_id, state="asked", asked_at=now, **asdict(asked))
        session.add(request)
        session.flush()
        enqueue(session, "match_link_request", request_id=request.id)
        _audit(session, login_id, request.id, ip, now)
        return request.id


def ask_link_code(*, login_id: int, way: str) -> None:
    """Ask for another code, by `way` (text or email) where the record has both. The failures stay counted (ID-7)."""
    with transaction() as session:
        request_id = session.scalar(
            update(LinkRequest)
            .where(LinkRequest.login_id == login_id, LinkRequest.state.in_(LIVE))
            .values(way=way)
            .returning(LinkRequest.id)
        )
        if request_id is not None:
            enqueue(session, "send_link_code", request_id=request_id)


def ask_office_to_link(*, login_id: int) -> None:
    """No code came, or the phone is gone: a person at the office looks at it, as at every one that no code ends."""
    with transaction() as session:
        session.execute(
            update(LinkRequest)
            .where(LinkRequest.login_id == login_id, LinkRequest.state.in_(LIVE))
            .values(state="waiting", reason="asked_for_help")
        )


def _audit(session: Session, login_id: int, request_id: int, ip: str, now: datetime) -> None:
    access = Access(
        face="patient",
        login_id=login_id,
        action="create",
        object_type="link_request",
        object_id=str(request_id),
        ip=ip,
    )
    add_access(session, access, now=now)
