"""The provider's record that an account's saved ways to pay hang on: made when first needed, one for good."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.ports import PaymentGateway
from portal.services.record_payment import lock_account


def saved_customer(account_id: int, *, gateway: PaymentGateway) -> str:
    """Its id there. Two who ask at once get one: what the provider knows of us is made from the account alone."""
    with read_only() as session:
        account = session.get_one(GuarantorAccount, account_id)
    if account.provider_customer_id:
        return account.provider_customer_id
    made = gateway.make_customer(uuid5(NAMESPACE_URL, f"kindbill-account:{account.number}"))
    with transaction() as session:
        lock_account(session, account_id)
        account = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id)
        ).one()
        account.provider_customer_id = account.provider_customer_id or made
        return account.provider_customer_id
