"""The drafts of payment plans whose instalments may be drawn: made from how each plan stands, never from memory."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import DraftEvent, DraftState, Held
from billing.money import ZERO, Money
from billing.plan_standing import InstalmentStanding
from portal.db import read_only, transaction
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentAuthorisation
from portal.queries.plan_draws import next_drafts, signed_amounts
from portal.services.claim_draft import DraftDay
from portal.services.record_payment import lock_account
from portal.services.revoke_authorisation import move_draft
from portal.services.schedule_drafts import notice

NOTHING_DUE = Held.NOTHING_DUE.value
NOT_TRIED = (DraftState.SCHEDULED.value, DraftState.NOTICED.value)


def schedule_plans(day: DraftDay) -> int:
    """Make what is missing, follow what moved, and drop what was paid another way; how many were made."""
    with read_only() as session:
        ids = session.scalars(
            select(PaymentAuthorisation.id).where(
                PaymentAuthorisation.kind == "plan", PaymentAuthorisation.revoked_at.is_(None)
            )
        ).all()
    made = 0
    for authorisation_id in ids:
        with transaction() as session:
            made += _schedule(session, authorisation_id, day)
    return made


def _schedule(session: Session, authorisation_id: int, day: DraftDay) -> int:
    account_id = session.scalars(
        select(PaymentAuthorisation.guarantor_account_id).where(
            PaymentAuthorisation.id == authorisation_id
        )
    ).one()
    lock_account(session, account_id)
    row = session.get_one(PaymentAuthorisation, authorisation_id, with_for_update=True)
    if row.revoked_at is not None or row.plan_id is None:
        return 0
    wanted = {one.number: one for one in next_drafts(session, row.plan_id, day.on)}
    known = session.scalars(
        select(Draft)
        .where(
            Draft.plan_id == row.plan_id,
            Draft.state != DraftState.STOPPED.value,
            Draft.failure != NOTHING_DUE,
        )
        .with_for_update()
    ).all()
    for draft in known:
        _follow(draft, wanted.get(draft.instalment_number or 0), day)
    session.flush()
    have = {draft.instalment_number for draft in known if not _moved_since(draft, wanted)}
    signed = signed_amounts(session, row.plan_id)
    fresh = [one for number, one in wanted.items() if number not in have]
    for one in fresh:
        _make(session, row, one, signed.get(one.split_from or one.number, ZERO), day)
    return len(fresh)


def _moved_since(draft: Draft, wanted: Mapping[int, InstalmentStanding]) -> bool:
    """What a rule held on its day is not begun again that day: the patient was told once."""
    standing = wanted.get(draft.instalment_number or 0)
    held = draft.state == DraftState.SKIPPED.value
    return held and standing is not None and standing.draw_on != draft.due_on


def _follow(draft: Draft, standing: InstalmentStanding | None, day: DraftDay) -> None:
    """A draft that nobody tried yet goes where its instalment went: another day, less, or nowhere."""
    if draft.state not in NOT_TRIED:
        return
    if standing is None:
        move_draft(draft, DraftEvent.SKIP, now=day.now, failure=NOTHING_DUE)
        return
    draft.amount = min(draft.amount, standing.left)
    if draft.due_on != standing.draw_on:
        draft.due_on = draft.next_try_on = standing.draw_on
        draft.reminded_on = None


def _make(
    session: Session,
    row: PaymentAuthorisation,
    one: InstalmentStanding,
    signed: Money,
    day: DraftDay,
) -> None:
    draft = Draft(
        id=uuid4(),
        guarantor_account_id=row.guarantor_account_id,
        authorisation_id=row.id,
        plan_id=row.plan_id,
        instalment_number=one.number,
        due_on=one.draw_on,
        amount=one.left,
        signed=signed,
        state=DraftState.SCHEDULED.value,
        state_at=day.now,
        created_at=day.now,
        next_try_on=one.draw_on,
        try_number=0,
    )
    session.add(draft)
    session.flush()
    if draft.amount > draft.signed:  # PLAN-6: what was not signed in figures is told
        notice(session, draft, row, day)
