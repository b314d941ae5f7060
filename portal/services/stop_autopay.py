"""Stop autopay: in one press by the patient, or by the office with a reason; until a draft is claimed (PLAN-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.payment_methods import PaymentAuthorisation
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services import letters, saved_letters
from portal.services.add_method import own_account
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal
from portal.services.revoke_authorisation import revoke_authorisation
from portal.services.tell_signer import write_to_signer

BY_PATIENT = "stopped_by_patient"
MAY_STOP = "drafts.stop"


@dataclass(frozen=True, slots=True)
class Stopper:
    """Who ends it, from which face, and why."""

    face: str
    login_id: int
    reason: str


class NeedsReason(Refusal):
    """The office says why it ends what a patient signed."""

    title = "Say why"


def stop_own(
    *, viewer: PatientViewer, authorisation_id: int, public_url: str, now: datetime
) -> None:
    """Whoever signed changes their mind; nothing is asked."""
    with transaction() as session:
        row = _locked(session, authorisation_id)
        own_account(viewer, row.guarantor_account_id)
        by = Stopper("patient", viewer.login_id, BY_PATIENT)
        _stop(session, row, by, public_url=public_url, now=now)


def stop_for(
    *,
    viewer: StaffViewer,
    account_id: int,
    authorisation_id: int,
    reason: str,
    public_url: str,
    now: datetime,
) -> None:
    """The office stops it, because the patient called or something is wrong; the patient is told."""
    if not viewer.may(MAY_STOP):
        raise NotFound
    if not reason.strip():
        raise NeedsReason(
            "Write why it is stopped. The patient can see that the office stopped it."
        )
    with transaction() as session:
        row = _locked(session, authorisation_id)
        if row.guarantor_account_id != account_id:
            raise NotFound
        by = Stopper("staff", viewer.login_id, reason.strip())
        _stop(session, row, by, public_url=public_url, now=now)


def _locked(session: Session, authorisation_id: int) -> PaymentAuthorisation:
    """The authorisation, its account locked first: a draft is either claimed by now or never will be."""
    account_id = session.scalar(
        select(PaymentAuthorisation.guarantor_account_id).where(
            PaymentAuthorisation.id == authorisation_id
        )
    )
    if account_id is None:
        raise NotFound
    lock_account(session, account_id)
    return session.get_one(PaymentAuthorisation, authorisation_id, with_for_update=True)


def _stop(
    session: Session,
    row: PaymentAuthorisation,
    by: Stopper,
    *,
    public_url: str,
    now: datetime,
) -> None:
    if not revoke_authorisation(session, row, reason=by.reason, now=now, login_id=by.login_id):
        return
    write_to_signer(
        session,
        account_id=row.guarantor_account_id,
        login_id=row.signed_by_login_id,
        letter=saved_letters.autopay_stopped(letters.letterhead(session, public_url=public_url)),
        about=f"authorisation_over:{row.id}",
        now=now,
    )
    access = Access(
        face=by.face,
        login_id=by.login_id,
        action="authorisation_revoked",
        object_type="payment_authorisations",
        object_id=str(row.id),
        account_ids=(row.guarantor_account_id,),
        reason=by.reason,
    )
    add_access(session, access, now=now)
