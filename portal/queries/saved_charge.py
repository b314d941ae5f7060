"""A payment drawn with a saved way to pay, as the provider is asked for it: the same words every time it is asked."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.drafts import Draft
from portal.models.payment_methods import PaymentMethod
from portal.models.payments import Payment
from portal.ports import SavedCharge

BANK = "us_bank_account"


def saved_charge(session: Session, payment: Payment) -> SavedCharge | None:
    """None for a payment on the provider's page."""
    if payment.draft_id is None or payment.payment_method_id is None:
        return None
    method = session.get_one(PaymentMethod, payment.payment_method_id)
    account = session.get_one(GuarantorAccount, payment.guarantor_account_id)
    draft = session.get_one(Draft, payment.draft_id)
    tried_before = session.scalar(
        select(
            exists().where(
                Payment.draft_id == draft.id,
                Payment.id != payment.id,
                Payment.created_at < payment.created_at,
            )
        )
    )
    return SavedCharge(
        payment_id=payment.id,
        amount=payment.amount,
        customer_id=account.provider_customer_id or "",
        method_id=method.provider_id,
        kind=method.kind,
        usage="installment" if draft.plan_id else "recurring",
        again=method.kind == BANK and bool(tried_before),
    )
