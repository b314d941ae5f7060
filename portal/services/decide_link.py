"""A person at the office decides whose record somebody may see, and how they know (ID-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.identity import Login
from portal.models.linking import LinkRequest
from portal.queries.viewer import StaffViewer
from portal.services import access_letters, letters
from portal.services.ask_link import LIVE
from portal.services.grant_access import grant_access
from portal.services.queue_letter import queue_letter
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

# How staff may know who somebody is. The first is by sight, the others by what is on file.
PROOFS = {
    "photo_id": "I saw a photo ID at the desk",
    "called_back": "I called the number on file, and it was them",
    "papers": "They showed our letter or their insurance card with an ID",
}


class LinkNotDecided(Refusal):
    """Somebody was faster, or the account may not be opened; the message says which."""

    title = "This was not linked"


def link_to_account(
    *,
    request_id: int,
    account_id: int,
    proof: str,
    note: str,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> None:
    """Open the account to whoever asked, and tell them and the address on file.

    `proof` is one of PROOFS. Raises NotFound, LinkNotDecided, CardNumberRefused.
    """
    if proof not in PROOFS:
        raise ValueError(f"no such proof: {proof}")
    note = check_free_text(note)
    with transaction() as session:
        request = _waiting(session, request_id)
        named = session.scalar(
            select(GuarantorAccount.named).where(GuarantorAccount.id == account_id)
        )
        if named is None:
            raise NotFound
        if not named:
            raise LinkNotDecided("Name the guarantor of this account first. Nothing was changed.")
        grant_access(
            session,
            login_id=request.login_id,
            account_id=account_id,
            granted_by=f"staff:{staff.login_id}:link_request:{request.id}",
            now=now,
        )
        request.guarantor_account_id, request.proof = account_id, proof
        head = letters.letterhead(session, public_url=public_url)
        _end(
            session, request, _Decision("linked", note, staff, access_letters.linked(head)), now=now
        )


def refuse_link(
    *, request_id: int, answer: str, note: str, staff: StaffViewer, now: datetime
) -> None:
    """Say no (`refused`) or ask to come in (`come_in`), in words that tell nothing of what is on file.

    Raises NotFound, LinkNotDecided, CardNumberRefused.
    """
    note = check_free_text(note)
    with transaction() as session:
        request = _waiting(session, request_id)
        _end(
            session,
            request,
            _Decision(answer, note, staff, access_letters.link_answer(f"link_{answer}")),
            now=now,
        )


def _waiting(session: Session, request_id: int) -> LinkRequest:
    request = session.scalar(
        select(LinkRequest).where(LinkRequest.id == request_id).with_for_update()
    )
    if request is None:
        raise NotFound
    if request.state not in LIVE:
        raise LinkNotDecided("This request was decided already. Nothing was changed.")
    return request


@dataclass(frozen=True, slots=True)
class _Decision:
    """What was decided, by whom and why."""

    state: str
    note: str
    staff: StaffViewer
    letter: letters.Letter


def _end(session: Session, request: LinkRequest, decided: _Decision, *, now: datetime) -> None:
    """Close the request, tell the person, and write it down."""
    staff = decided.staff
    request.state, request.note = decided.state, decided.note
    request.decided_at, request.decided_by_id = now, staff.login_id
    head = letters.letterhead(session, public_url="")
    to = session.scalars(select(Login.email).where(Login.id == request.login_id)).one()
    queue_letter(session, to=to, letter=letters.signed(decided.letter, head), now=now)
    account_id = request.guarantor_account_id if decided.state == "linked" else None
    add_staff_act(
        session,
        staff,
        action="update" if account_id is None else "grant",
        object_type="link_request",
        object_id=request.id,
        account_ids=() if account_id is None else (account_id,),
        reason=": ".join(part for part in (decided.state, request.proof, decided.note) if part),
        now=now,
    )
