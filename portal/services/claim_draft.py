"""Claim one draft for the provider: everything that could forbid it is asked at this moment, under the account's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.drafts import DraftEvent, Held, Planned, to_draw
from billing.holds import Condition, Denied
from billing.money import Money
from billing.payment_choice import Scope
from billing.retries import BANK
from billing.transitions import PaymentState
from portal.models.drafts import WAITING_STATES, Draft
from portal.models.messages import OutboundMessage
from portal.models.payment_methods import PaymentAuthorisation, PaymentMethod
from portal.models.payments import LIVE_STATES, Payment
from portal.queries.plan_draws import left_to_draw
from portal.services import letters, saved_letters
from portal.services.draftable import draftable
from portal.services.record_payment import lock_account
from portal.services.revoke_authorisation import move_draft, revoke_authorisation
from portal.services.tell_signer import tell_signer

ANSWER_IN = timedelta(minutes=2)  # how long a started call may take before the sweep looks
GATE = "gate:"  # before the rules that forbade a draft
# COLL-24, COLL-25: not this month's draft alone is over, and nobody is written to about it.
ENDS_ALL = frozenset({Condition.BANKRUPTCY, Condition.DECEASED})
SILENT = frozenset({Held.NOTHING_DUE, Held.TOO_SMALL})
UNDELIVERED = ("failed", "canceled", "refused", "undelivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDay:
    """The day that is drawn for, the moment, and our address for links."""

    on: date
    now: datetime
    public_url: str


class NotDrawn(StrEnum):
    """Why there is nothing to ask the provider."""

    GONE = "gone"  # stopped, or drawn by another, since it was taken
    HELD = "held"  # by a rule: it is over
    WAITING = "waiting"  # another payment of the account is under way


def claim_draft(session: Session, draft_id: UUID, day: DraftDay) -> Payment | NotDrawn:
    """The payment to ask for, written down first with the draft's claim; or why there is none."""
    lock_account(session, _account_of(session, draft_id))
    draft = session.get_one(Draft, draft_id, with_for_update=True)
    if draft.state not in WAITING_STATES or (draft.next_try_on or date.max) > day.on:
        return NotDrawn.GONE
    authorisation = session.get_one(PaymentAuthorisation, draft.authorisation_id)
    method = session.get_one(PaymentMethod, authorisation.payment_method_id)
    if authorisation.revoked_at is not None or method.removed_at is not None:
        move_draft(draft, DraftEvent.STOP, now=day.now, failure="not_authorised")
        return NotDrawn.GONE
    if _has_live(session, draft.guarantor_account_id):
        return NotDrawn.WAITING
    may = draftable(session, draft.guarantor_account_id, on=day.on, plan_id=draft.plan_id)
    if may.denied is not None:
        _forbid(session, draft, authorisation, may.denied, day)
        return NotDrawn.HELD
    owed = may.amount
    if draft.plan_id is not None:
        owed = min(owed, left_to_draw(session, draft, day.on))
    planned = _planned(session, draft, authorisation, bank=method.kind == BANK, owed=owed)
    drawn = to_draw(planned, today=day.on)
    if isinstance(drawn, Held):
        move_draft(draft, DraftEvent.SKIP, now=day.now, failure=drawn.value)
        if drawn not in SILENT:
            tell_skipped(session, draft, authorisation, day)
        return NotDrawn.HELD
    return _write_down(session, draft, authorisation, drawn, day)


def tell_skipped(
    session: Session, draft: Draft, authorisation: PaymentAuthorisation, day: DraftDay
) -> None:
    """Nothing is drawn this time, and the patient hears it."""
    head = letters.letterhead(session, public_url=day.public_url)
    tell_signer(
        session,
        account_id=draft.guarantor_account_id,
        login_id=authorisation.signed_by_login_id,
        letter=saved_letters.draft_skipped(head),
        about=f"draft_skipped:{draft.id}",
        now=day.now,
    )


def _account_of(session: Session, draft_id: UUID) -> int:
    return session.scalars(select(Draft.guarantor_account_id).where(Draft.id == draft_id)).one()


def _has_live(session: Session, account_id: int) -> bool:
    live = Payment.state.in_(LIVE_STATES)
    found = session.scalar(select(exists().where(Payment.guarantor_account_id == account_id, live)))
    return bool(found)


def _planned(
    session: Session,
    draft: Draft,
    authorisation: PaymentAuthorisation,
    *,
    bank: bool,
    owed: Money,
) -> Planned:
    told = session.get(OutboundMessage, draft.notice_message_id or 0)
    arrived = told is not None and told.state not in UNDELIVERED
    return Planned(
        amount=draft.amount,
        signed=draft.signed,
        cap=authorisation.cap,
        balance=owed,
        due_on=draft.due_on,
        noticed_on=draft.noticed_on if arrived else None,
        tries=draft.try_number,
        same_amount=bank and draft.try_number > 0,
    )


def _forbid(
    session: Session,
    draft: Draft,
    authorisation: PaymentAuthorisation,
    denied: Denied,
    day: DraftDay,
) -> None:
    why = GATE + ",".join(denied.rule_ids)
    move_draft(draft, DraftEvent.SKIP, now=day.now, failure=why)
    if denied.conditions & ENDS_ALL:
        revoke_authorisation(session, authorisation, reason=why, now=day.now)
    else:
        tell_skipped(session, draft, authorisation, day)


def _write_down(
    session: Session,
    draft: Draft,
    authorisation: PaymentAuthorisation,
    amount: Money,
    day: DraftDay,
) -> Payment:
    payment = Payment(
        id=uuid4(),
        guarantor_account_id=draft.guarantor_account_id,
        login_id=authorisation.signed_by_login_id,
        draft_id=draft.id,
        payment_method_id=authorisation.payment_method_id,
        plan_id=draft.plan_id,
        amount=amount,
        scope=Scope.OWN_AMOUNT.value,
        request_hash=f"draft:{draft.id}:{draft.try_number + 1}",
        state=PaymentState.SUBMITTING.value,
        created_at=day.now,
        state_at=day.now,
        lease_until=day.now + ANSWER_IN,
    )
    session.add(payment)
    move_draft(draft, DraftEvent.CLAIM, now=day.now)
    draft.try_number += 1
    draft.first_tried_on = draft.first_tried_on or day.on
    draft.amount = amount  # a further try is never for more, a bank debit's never for another
    return payment
