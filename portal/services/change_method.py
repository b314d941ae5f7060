"""Choose which saved way to pay comes first, or remove one with all that depends on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentAuthorisation, PaymentMethod
from portal.ports import PaymentGateway
from portal.queries.viewer import PatientViewer
from portal.queue import enqueue
from portal.services import letters, saved_letters
from portal.services.add_method import own_account
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal
from portal.services.revoke_authorisation import live_authorisations, revoke_authorisation
from portal.services.tell_signer import write_to_signer

REMOVED = "method_removed"


class BeingUsed(Refusal):
    """A payment with it is under way this moment."""

    title = "A payment is being made with it now"


def make_default(*, viewer: PatientViewer, method_id: int, now: datetime) -> None:
    """This one is offered first from now on."""
    with transaction() as session:
        method = _mine(session, viewer, method_id)
        first = select(PaymentMethod).where(
            PaymentMethod.guarantor_account_id == method.guarantor_account_id,
            PaymentMethod.is_default,
            PaymentMethod.removed_at.is_(None),
        )
        for other in session.scalars(first):
            other.is_default = False
        session.flush()  # one at a time, says the index
        method.is_default, method.updated_at = True, now
        _note(session, method, viewer.login_id, "method_default", now)


def remove_method(*, viewer: PatientViewer, method_id: int, public_url: str, now: datetime) -> None:
    """Nothing is ever drawn with it again: what was signed for it is over in the same moment (PLAN-7)."""
    with transaction() as session:
        method = _mine(session, viewer, method_id)
        if _is_drawn_now(session, method_id):
            raise BeingUsed("A payment with it is being made. Try again when it is done.")
        end_method(session, method, public_url=public_url, now=now, login_id=viewer.login_id)
        method.detach_due = True
        enqueue(session, "detach_method", method_id=method_id)


def end_method(
    session: Session,
    method: PaymentMethod,
    *,
    public_url: str,
    now: datetime,
    login_id: int | None = None,
) -> None:
    """Under the account's lock: ours knows it no longer, and whatever hung on it is told and over."""
    was_first = method.is_default
    method.removed_at, method.is_default, method.updated_at = now, False, now
    session.flush()
    if was_first:
        following = session.scalar(
            select(PaymentMethod)
            .where(
                PaymentMethod.guarantor_account_id == method.guarantor_account_id,
                PaymentMethod.removed_at.is_(None),
            )
            .order_by(PaymentMethod.id.desc())
            .limit(1)
        )
        if following is not None:
            following.is_default = True
    for authorisation in live_authorisations(session, method.id):
        revoke_authorisation(session, authorisation, reason=REMOVED, now=now, login_id=login_id)
        write_to_signer(
            session,
            account_id=method.guarantor_account_id,
            login_id=authorisation.signed_by_login_id,
            letter=saved_letters.autopay_stopped(
                letters.letterhead(session, public_url=public_url)
            ),
            about=f"authorisation_over:{authorisation.id}",
            now=now,
        )
    _note(session, method, login_id, REMOVED, now)


def detach_method(*, method_id: int, gateway: PaymentGateway) -> None:
    """Make a removed one useless at the provider too; raises when it cannot be asked, and is tried again."""
    with read_only() as session:
        method = session.get_one(PaymentMethod, method_id)
    if not method.detach_due:
        return
    gateway.detach_method(method.provider_id)
    with transaction() as session:
        session.get_one(PaymentMethod, method_id).detach_due = False


def _mine(session: Session, viewer: PatientViewer, method_id: int) -> PaymentMethod:
    """The viewer's own method, its account locked; one that is removed is not found."""
    account_id = session.scalar(
        select(PaymentMethod.guarantor_account_id).where(PaymentMethod.id == method_id)
    )
    if account_id is None:
        raise NotFound
    own_account(viewer, account_id)
    lock_account(session, account_id)
    method = session.get_one(PaymentMethod, method_id, with_for_update=True)
    if method.removed_at is not None:
        raise NotFound
    return method


def _is_drawn_now(session: Session, method_id: int) -> bool:
    return (
        session.scalar(
            select(Draft.id)
            .join(PaymentAuthorisation, PaymentAuthorisation.id == Draft.authorisation_id)
            .where(PaymentAuthorisation.payment_method_id == method_id, Draft.state == "charging")
            .limit(1)
        )
        is not None
    )


def _note(
    session: Session, method: PaymentMethod, login_id: int | None, action: str, now: datetime
) -> None:
    access = Access(
        face="patient",
        login_id=login_id,
        action=action,
        object_type="payment_methods",
        object_id=str(method.id),
        account_ids=(method.guarantor_account_id,),
    )
    add_access(session, access, now=now)
