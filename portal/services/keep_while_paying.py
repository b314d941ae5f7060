"""Somebody ticks that what they pay with is kept: their yes is written with the payment, before any card page opens."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.payment_methods import MethodConsent
from portal.models.payments import Payment
from portal.ports import PaymentGateway
from portal.queries.viewer import PatientViewer, PayingViewer
from portal.services.add_method import Agreed, consent_row
from portal.services.saved_customer import saved_customer


def may_keep(viewer: PayingViewer) -> bool:
    """Only in one's own name: no guest, and nobody who acts for somebody."""
    return isinstance(viewer, PatientViewer) and viewer.acting_for is None


def make_ready(
    viewer: PayingViewer, account_id: int, agreed: Agreed | None, *, gateway: PaymentGateway
) -> None:
    """What the kept method will hang on, made outside of any transaction."""
    if agreed is not None and may_keep(viewer):
        saved_customer(account_id, gateway=gateway)


def keep_yes(
    session: Session,
    viewer: PayingViewer,
    payment: Payment,
    agreed: Agreed | None,
    *,
    now: datetime,
) -> None:
    """In the transaction that writes the payment."""
    if agreed is None or not isinstance(viewer, PatientViewer) or not may_keep(viewer):
        return
    session.flush()
    row = consent_row(
        uuid4(), viewer, payment.guarantor_account_id, agreed, now=now, payment_id=payment.id
    )
    session.add(row)


def save_for(session: Session, payment: Payment) -> str | None:
    """The provider's customer that what is paid with is kept for: the same every time it is asked."""
    yes = session.scalar(select(MethodConsent.id).where(MethodConsent.payment_id == payment.id))
    if yes is None:
        return None
    return session.get_one(GuarantorAccount, payment.guarantor_account_id).provider_customer_id
