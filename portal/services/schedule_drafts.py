"""Each morning: tell what autopay will draw in ten days or more, and remind of what is drawn in a few (PLAN-6, PLAN-9)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import (
    REMIND_FROM,
    DraftEvent,
    DraftState,
    Held,
    coming_days,
    may_notice,
    may_remind,
)
from billing.money import ZERO, Money
from billing.payment_choice import SMALLEST
from portal.db import read_only, transaction
from portal.models.drafts import Draft
from portal.models.payment_methods import Autopay, PaymentAuthorisation
from portal.queries.closed_days import closed_days
from portal.services import letters, saved_letters
from portal.services.claim_draft import DraftDay, tell_skipped
from portal.services.draftable import draftable
from portal.services.record_payment import lock_account
from portal.services.revoke_authorisation import move_draft
from portal.services.tell_signer import write_to_signer

BEFORE_IT_IS_DRAWN = (DraftState.SCHEDULED.value, DraftState.NOTICED.value)


def schedule_autopay(day: DraftDay) -> int:
    """Make the drafts of every autopay whose day comes near, each once a month; how many were made."""
    made = 0
    for autopay_id in _without_draft(day):
        with transaction() as session:
            made += _schedule(session, autopay_id, day)
    return made


def _without_draft(day: DraftDay) -> list[int]:
    """Those whose day comes near and that have no draft for it: most mornings few of all."""
    with read_only() as session:
        running = session.execute(
            select(Autopay.id, Autopay.day).where(Autopay.state == "on").order_by(Autopay.id)
        ).all()
        drafted = session.execute(
            select(Draft.autopay_id, Draft.month).where(
                Draft.autopay_id.is_not(None), Draft.month >= day.on.replace(day=1)
            )
        )
        known = {(autopay_id, month) for autopay_id, month in drafted}
    near = {of_month: _near(of_month, day) for of_month in {row.day for row in running}}
    return [
        autopay_id
        for autopay_id, of_month in running
        if (found := near[of_month]) is not None and (autopay_id, found[0]) not in known
    ]


def _near(of_month: int, day: DraftDay) -> tuple[date, date] | None:
    """The month and the day of the next draft of which there is still time to tell."""
    days = coming_days(of_month, today=day.on, closed=closed_days(day.on))
    return next(((first, on) for first, on in days if may_notice(on, today=day.on)), None)


def _schedule(session: Session, autopay_id: int, day: DraftDay) -> int:
    account_id = session.scalars(
        select(Autopay.guarantor_account_id).where(Autopay.id == autopay_id)
    ).one()
    lock_account(session, account_id)
    autopay = session.get_one(Autopay, autopay_id, with_for_update=True)
    near = _near(autopay.day, day)
    if autopay.state != "on" or near is None:
        return 0
    month, due_on = near
    known = select(Draft.id).where(Draft.autopay_id == autopay_id, Draft.month == month)
    if session.scalar(known) is not None:
        return 0
    may = draftable(session, account_id, on=day.on)
    if may.denied is not None or may.amount < SMALLEST:
        return 0
    authorisation = session.get_one(PaymentAuthorisation, autopay.authorisation_id)
    draft = _row(autopay, month, due_on, may.amount, day)
    session.add(draft)
    session.flush()
    if may.amount > autopay.cap:
        move_draft(draft, DraftEvent.SKIP, now=day.now, failure=Held.OVER_CAP.value)
        tell_skipped(session, draft, authorisation, day)
        return 0
    notice(session, draft, authorisation, day)
    return 1


def _row(autopay: Autopay, month: date, due_on: date, amount: Money, day: DraftDay) -> Draft:
    return Draft(
        id=uuid4(),
        guarantor_account_id=autopay.guarantor_account_id,
        authorisation_id=autopay.authorisation_id,
        autopay_id=autopay.id,
        month=month,
        due_on=due_on,
        amount=amount,
        signed=ZERO,  # only its limit is: every amount is told
        state=DraftState.SCHEDULED.value,
        state_at=day.now,
        created_at=day.now,
        next_try_on=due_on,
        try_number=0,
    )


def notice(
    session: Session, draft: Draft, authorisation: PaymentAuthorisation, day: DraftDay
) -> None:
    """The written notice of amount and date; without it nothing above what was signed is drawn."""
    head = letters.letterhead(session, public_url=day.public_url)
    draft.notice_message_id = write_to_signer(
        session,
        account_id=draft.guarantor_account_id,
        login_id=authorisation.signed_by_login_id,
        letter=saved_letters.draft_ahead(head),
        about=f"draft_notice:{draft.id}:{draft.amount.cents}",
        now=day.now,
    )
    draft.noticed_on = day.on if draft.notice_message_id else None
    move_draft(draft, DraftEvent.NOTICE, now=day.now)


def remind(day: DraftDay) -> int:
    """One letter three to seven days before each draft; how many."""
    with transaction() as session:
        coming = session.scalars(
            select(Draft)
            .where(
                Draft.state.in_(BEFORE_IT_IS_DRAWN),
                Draft.reminded_on.is_(None),
                Draft.due_on > day.on,
                Draft.due_on <= day.on + REMIND_FROM,
            )
            .order_by(Draft.id)
            .with_for_update(skip_locked=True)
        ).all()
        head = letters.letterhead(session, public_url=day.public_url)
        told = [draft for draft in coming if may_remind(draft.due_on, today=day.on)]
        wanted = PaymentAuthorisation.id.in_({draft.authorisation_id for draft in told})
        signed = {
            row.id: row for row in session.scalars(select(PaymentAuthorisation).where(wanted))
        }
        for draft in told:
            authorisation = signed[draft.authorisation_id]
            draft.reminder_message_id = write_to_signer(
                session,
                account_id=draft.guarantor_account_id,
                login_id=authorisation.signed_by_login_id,
                letter=saved_letters.draft_ahead(head),
                about=f"draft_reminder:{draft.id}",
                now=day.now,
            )
            draft.reminded_on = day.on
    return len(told)
