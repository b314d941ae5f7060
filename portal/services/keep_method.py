"""Keep a card or bank account that somebody added on the provider's page, or agreed to keep while paying."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.payment_methods import MethodConsent, PaymentMethod
from portal.models.payments import Payment
from portal.ports import MethodFacts, Outcome, PaymentGateway
from portal.services import letters, saved_letters
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.tell_signer import write_to_signer

OPEN, KEPT, CLOSED = "open", "kept", "closed"


def keep_method(
    *, consent_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> str:
    """Ask the provider what was added under this consent, and keep it once; the consent's state then."""
    with read_only() as session:
        consent = session.get_one(MethodConsent, consent_id)
        payment = session.get(Payment, consent.payment_id) if consent.payment_id else None
        account = session.get_one(GuarantorAccount, consent.guarantor_account_id)
    if consent.state != OPEN:
        return consent.state
    method_id, is_over = _added(consent, payment, gateway)
    facts = gateway.find_method(method_id) if method_id else None
    with transaction() as session:
        lock_account(session, account.id)
        consent = session.get_one(MethodConsent, consent_id, with_for_update=True)
        if consent.state != OPEN:
            return consent.state
        if facts and facts.customer_id and facts.customer_id == account.provider_customer_id:
            _keep(session, consent, facts, public_url=public_url, now=now)
            consent.state = KEPT
        elif facts or is_over:
            consent.state = CLOSED
        return consent.state


def keep_setup(*, session_id: str, gateway: PaymentGateway, public_url: str, now: datetime) -> str:
    """The same, for an event about a page to add a way to pay: moved, unchanged or not_ours."""
    facts = gateway.find_setup(session_id)
    with transaction() as session:
        consent = session.get(MethodConsent, facts.setup_id) if facts.setup_id else None
        if consent is None:
            return "not_ours"
        consent.session_id = consent.session_id or session_id  # the answer with it was lost
        before = consent.state
    after = keep_method(consent_id=consent.id, gateway=gateway, public_url=public_url, now=now)
    return "unchanged" if after == before else "moved"


def _added(
    consent: MethodConsent, payment: Payment | None, gateway: PaymentGateway
) -> tuple[str, bool]:
    """The provider's id of what was added, and whether nothing can be added any more."""
    if payment is not None:
        paid = gateway.find_payment(payment.intent_id) if payment.intent_id else None
        return (paid.method_id if paid else ""), False
    if consent.session_id is None:
        return "", False
    facts = gateway.find_setup(consent.session_id)
    return facts.method_id or "", facts.outcome is not Outcome.OPEN


def _keep(
    session: Session, consent: MethodConsent, facts: MethodFacts, *, public_url: str, now: datetime
) -> None:
    account_id, login_id = consent.guarantor_account_id, consent.login_id
    has_default = session.scalar(
        select(
            exists().where(
                PaymentMethod.guarantor_account_id == account_id,
                PaymentMethod.is_default,
                PaymentMethod.removed_at.is_(None),
            )
        )
    )
    kept = session.scalar(
        insert(PaymentMethod)
        .values(
            guarantor_account_id=account_id,
            login_id=login_id,
            consent_id=consent.id,
            provider_id=facts.provider_id,
            kind=facts.kind,
            funding=facts.funding,
            brand=facts.brand,
            last4=facts.last4,
            exp_month=facts.exp_month,
            exp_year=facts.exp_year,
            is_default=not has_default,
            added_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(PaymentMethod.id)
    )
    if kept is None:
        return  # paid with one that was kept before
    head = letters.letterhead(session, public_url=public_url)
    write_to_signer(
        session,
        account_id=account_id,
        login_id=login_id,
        letter=saved_letters.method_added(head),
        about=f"method_added:{kept}",
        now=now,
    )
    access = Access(
        face="patient",
        login_id=login_id,
        action="method_added",
        object_type="payment_methods",
        object_id=str(kept),
        account_ids=(account_id,),
    )
    add_access(session, access, now=now)
