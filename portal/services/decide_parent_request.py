"""A person at the office answers a parent who asked to see a child's account (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.identity import Login
from portal.models.proxies import ParentRequest
from portal.queries.viewer import StaffViewer
from portal.services import access_letters, letters
from portal.services.grant_minor_proxy import Checked, give_minor_proxy
from portal.services.queue_letter import queue_letter
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class ParentNotAnswered(Refusal):
    """Somebody was faster; the message says so."""

    title = "This was not answered"


def invite_parent(
    *,
    request_id: int,
    patient_id: int,
    scopes: tuple[str, ...],
    checked: str,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> int:
    """Mail the parent the link to accept, at the address they sign in with; the grant's id.

    Raises NotFound, ParentNotAnswered, ProxyRefused or CardNumberRefused.
    """
    with transaction() as session:
        request, email = _waiting(session, request_id)
        seen = Checked(email=email, relationship=request.relationship, scopes=scopes, seen=checked)
        grant = give_minor_proxy(
            session, patient_id, seen, staff=staff, public_url=public_url, now=now
        )
        request.grant_id = grant.id
        _end(session, request, "invited", "", staff=staff, now=now)
        return grant.id


def refuse_parent(
    *, request_id: int, answer: str, note: str, staff: StaffViewer, now: datetime
) -> None:
    """Say no (`refused`) or ask to come in (`come_in`), in words that do not tell if there is such a child.

    Raises NotFound, ParentNotAnswered or CardNumberRefused.
    """
    note = check_free_text(note)
    with transaction() as session:
        request, email = _waiting(session, request_id)
        letter = access_letters.parent_answer(answer)
        head = letters.letterhead(session, public_url="")
        queue_letter(session, to=email, letter=letters.signed(letter, head), now=now)
        _end(session, request, answer, note, staff=staff, now=now)


def _waiting(session: Session, request_id: int) -> tuple[ParentRequest, str]:
    request = session.scalar(
        select(ParentRequest).where(ParentRequest.id == request_id).with_for_update()
    )
    if request is None:
        raise NotFound
    if request.state != "waiting":
        raise ParentNotAnswered("This request was answered already. Nothing was changed.")
    return request, session.get_one(Login, request.login_id).email


def _end(
    session: Session,
    request: ParentRequest,
    state: str,
    note: str,
    *,
    staff: StaffViewer,
    now: datetime,
) -> None:
    request.state, request.note = state, note
    request.decided_at, request.decided_by_id = now, staff.login_id
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="parent_request",
        object_id=request.id,
        reason=": ".join(part for part in (state, note) if part),
        now=now,
    )
