"""What the outcome of a try means for its draft: paid, tried again on a day, or over; told at the first failure (PLAN-10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from billing.drafts import DraftEvent
from billing.due_days import drawn_on
from billing.retries import NOT_MADE, Decline, decline_of, next_try_on
from billing.transitions import PaymentState
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentAuthorisation, PaymentMethod
from portal.models.payments import Payment
from portal.queries.closed_days import closed_days
from portal.services import letters, saved_letters
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.revoke_authorisation import move_draft, revoke_authorisation
from portal.services.tell_signer import tell_signer

STAFF_WITHIN = timedelta(days=7)
ENDS = {Decline.HARD: "declined_for_good", Decline.REVOKED: "revoked_at_bank"}


def settle_draft(
    session: Session, payment: Payment, state: PaymentState, *, public_url: str, now: datetime
) -> None:
    """In the transaction that moved the payment, the account's lock held."""
    if payment.draft_id is None:
        return
    draft = session.get_one(Draft, payment.draft_id, with_for_update=True)
    if state is PaymentState.SUCCEEDED:
        move_draft(draft, DraftEvent.PAY, now=now)
    elif state in {PaymentState.FAILED, PaymentState.CANCELED}:
        _failed(session, draft, payment, public_url=public_url, now=now)


def _failed(
    session: Session, draft: Draft, payment: Payment, *, public_url: str, now: datetime
) -> None:
    authorisation = session.get_one(PaymentAuthorisation, draft.authorisation_id)
    method = session.get_one(PaymentMethod, authorisation.payment_method_id)
    code = payment.decline or NOT_MADE
    decline = decline_of(method.kind, code)
    on = practice_date(session, now)
    following = next_try_on(
        decline,
        tries=draft.try_number,
        first_on=draft.first_tried_on or on,
        failed_on=on,
        closed=closed_days(on),
    )
    draft.next_try_on = None if authorisation.revoked_at else following
    if not move_draft(draft, DraftEvent.FAIL, now=now, failure=code):
        return
    if draft.next_try_on is None:
        _ask_staff(session, draft, now=now)
    if decline in ENDS:
        revoke_authorisation(session, authorisation, reason=ENDS[decline], now=now)
    if draft.try_number > 1 and draft.next_try_on is not None:
        return  # told at the first failure; the next word is how it ended
    head = letters.letterhead(session, public_url=public_url)
    asks = decline is Decline.ASKS
    tell_signer(
        session,
        account_id=draft.guarantor_account_id,
        login_id=authorisation.signed_by_login_id,
        letter=saved_letters.draft_asks(head) if asks else saved_letters.draft_failed(head),
        about=f"draft_failed:{draft.id}:{draft.try_number}",
        now=now,
    )


def _ask_staff(session: Session, draft: Draft, *, now: datetime) -> None:
    """Nothing more is tried by itself: somebody looks whether the patient needs help."""
    on = practice_date(session, now)
    open_work(
        session,
        key=f"draft_failed:{draft.id}",
        kind="draft_failed",
        reasons=["A payment that was to be drawn did not go through, and is not tried again."],
        next_step="The patient was told. If nothing comes, call, and offer help with paying.",
        amount=draft.amount,
        account_id=draft.guarantor_account_id,
        due_on=drawn_on(on + STAFF_WITHIN, closed_days(on)),
        now=now,
    )


def end_after_dispute(
    session: Session, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """Somebody told their bank that they did not agree: nothing more is drawn (payments.md rule 13)."""
    if payment.draft_id is None:
        return
    draft = session.get_one(Draft, payment.draft_id)
    authorisation = session.get_one(PaymentAuthorisation, draft.authorisation_id)
    if not revoke_authorisation(session, authorisation, reason="disputed", now=now):
        return
    tell_signer(
        session,
        account_id=draft.guarantor_account_id,
        login_id=authorisation.signed_by_login_id,
        letter=saved_letters.autopay_stopped(letters.letterhead(session, public_url=public_url)),
        about=f"authorisation_over:{authorisation.id}",
        now=now,
    )
