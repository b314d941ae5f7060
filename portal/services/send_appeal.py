"""Write down that an appeal left, and what the payer answered to it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.denial_states import DenialEvent
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.denials import Appeal, AppealDenial, Denial
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import DenialRefused, SomebodyElse, move_denial
from portal.services.plan_deadline import set_deadline
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound

METHODS = {"mail": "By mail", "fax": "By fax", "payer_site": "On the payer’s site"}
DECISIONS = {
    "won": "The payer pays all of it",
    "partly": "The payer pays a part of it",
    "lost": "The payer stands by its no",
}
_EVENTS = {"won": DenialEvent.AGREE, "partly": DenialEvent.UPHOLD, "lost": DenialEvent.UPHOLD}


def send_appeal(
    *,
    appeal_id: UUID,
    version: int,
    sent_on: date,
    method: str,
    reference: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> None:
    """The packet as it was built is with the payer.

    Raises SomebodyElse, DenialRefused, CardNumberRefused or NotFound.
    """
    reference = check_free_text(reference)
    with transaction() as session:
        appeal, denials = _locked(session, appeal_id, version)
        if appeal.sent_on is not None:
            raise DenialRefused("This packet was sent before.")
        if not practice_date(session, appeal.built_at) <= sent_on <= on:
            raise DenialRefused("Enter a day from when the packet was built up to today.")
        appeal.sent_on, appeal.method, appeal.reference = sent_on, method, reference
        appeal.sent_by_id = staff.login_id
        appeal.version += 1
        said = f"{METHODS[method]}, {sent_on:%Y-%m-%d}. {reference}".strip()
        for denial in denials:
            denial.level, denial.deadline_on = appeal.level, None
            denial.owner_id = denial.owner_id or staff.login_id
            move_denial(session, denial, DenialEvent.APPEAL, staff=staff, note=said, now=now)


def answer_appeal(
    *,
    appeal_id: UUID,
    version: int,
    decision: str,
    decided_on: date,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> None:
    """What the payer said. What it pays is not entered here: the money is recovered when its decision posts.

    Raises SomebodyElse, DenialRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    with transaction() as session:
        appeal, denials = _locked(session, appeal_id, version)
        if appeal.sent_on is None:
            raise DenialRefused("It was not sent yet.")
        if appeal.decision:
            raise DenialRefused("Its answer was recorded before.")
        if not appeal.sent_on <= decided_on <= on:
            raise DenialRefused("Enter a day from when it was sent up to today.")
        appeal.decision, appeal.decided_on = decision, decided_on
        appeal.decided_by_id = staff.login_id
        appeal.version += 1
        for denial in denials:
            if denial.closed_at is not None:
                continue  # the new decision came before the letter
            denial.noticed_on = decided_on
            if _EVENTS[decision] is DenialEvent.UPHOLD:
                set_deadline(session, denial)  # of the next level
            said = f"{DECISIONS[decision]}. {note}".strip()
            move_denial(session, denial, _EVENTS[decision], staff=staff, note=said, now=now)


def _locked(session: Session, appeal_id: UUID, version: int) -> tuple[Appeal, list[Denial]]:
    appeal = session.scalar(select(Appeal).where(Appeal.id == appeal_id).with_for_update())
    if appeal is None:
        raise NotFound
    if appeal.version != version:
        raise SomebodyElse(
            "Somebody changed this appeal since you opened it. Nothing of yours was saved;"
            " look at it again."
        )
    denials = session.scalars(
        select(Denial)
        .join(AppealDenial, AppealDenial.denial_id == Denial.id)
        .where(AppealDenial.appeal_id == appeal_id)
        .order_by(Denial.id)
        .with_for_update(of=Denial)
    )
    return appeal, list(denials)
