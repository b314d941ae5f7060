"""Begin a call about a bill: asked at the moment of calling whether one may, and counted from then on (COLL-13 to COLL-17)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.holds import Action
from portal.db import keep_anyway, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.calls import PhoneCall
from portal.models.gate import GateDenial
from portal.queries.call_standing import CallStanding, call_standing
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CallRefused(Refusal):
    """One may not call now; the words say why. Nothing was dialled by us: a person dials."""

    title = "Do not call now"


def start_call(
    *, staff: StaffViewer, call_id: UUID, account_id: int, number: str, now: datetime
) -> None:
    """Keep that the call begins; the same page sent twice is one call. Raises CallRefused or NotFound.

    `number` is the one on file where it is empty. A no is kept as the gate's others are.
    """
    if not staff.may("collections.work"):
        raise CallRefused("Your role does not call about bills.")
    with transaction() as session:
        account = lock_for_call(session, account_id)
        if session.get(PhoneCall, call_id) is not None:
            return
        standing = call_standing(session, account, now=now, number=number)
        if not standing.open:
            _keep_no(session, account_id, standing, staff)
            raise CallRefused(refusal_words(standing))
        session.add(
            PhoneCall(
                id=call_id,
                guarantor_account_id=account_id,
                number=standing.number,
                inbound=False,
                started_at=now,
                started_on=practice_date(session, now),
                started_by_id=staff.login_id,
            )
        )
        note_call_made(session, staff, account_id, call_id, action="create", now=now)


def lock_for_call(session: Session, account_id: int) -> GuarantorAccount:
    """The account, held, so that two calls at once are counted one after the other."""
    account = session.scalar(
        select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
    )
    if account is None:
        raise NotFound
    return account


def refusal_words(standing: CallStanding) -> str:
    """Why not, in words and with the rules."""
    if not standing.number:
        return "We know no number that may be called."
    return f"{'; '.join(standing.reasons) or 'A rule forbids it'} ({', '.join(standing.rule_ids)})."


def note_call_made(
    session: Session,
    staff: StaffViewer,
    account_id: int,
    call_id: UUID,
    *,
    action: str,
    now: datetime,
) -> None:
    """One row of the audit trail."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="phone_call",
        object_id=call_id,
        account_ids=(account_id,),
        now=now,
    )


def _keep_no(session: Session, account_id: int, standing: CallStanding, staff: StaffViewer) -> None:
    row = GateDenial(
        action=Action.CALL.value,
        rule_ids=list(standing.rule_ids),
        conditions=sorted(one.value for one in standing.conditions),
        guarantor_account_id=account_id,
        visit_id=None,
        asked_by="call",
        login_id=staff.login_id,
    )
    keep_anyway(session, row)
