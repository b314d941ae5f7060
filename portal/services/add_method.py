"""A patient adds a card or a bank account: what they agreed to is kept first, then the provider's page opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.payment_methods import MethodConsent
from portal.models.payments import PAGE_OPEN
from portal.ports import PaymentGateway
from portal.queries.viewer import PatientViewer
from portal.services.card_notice import (
    NeedsCardNotice,
    NoticeRead,
    keep_card_notice,
    needs_card_notice,
)
from portal.services.keep_method import OPEN
from portal.services.refusal import NotFound, Refusal, TooManyTries
from portal.services.saved_customer import saved_customer

PAGES_AN_HOUR = 10
VERSION = "2026-11"  # of CONSENT
# PLAN-9: how it is used, what for, how it ends. Beside a box that is not ticked.
CONSENT = (
    "Keep this card or bank account for my next payments to this practice.",
    "Stripe, a card company, keeps its number. We see its kind, last 4 digits and expiry date.",
    "It is used only when I pay with it, or when I sign for payments to be drawn from it.",
    "I can remove it at any time on the page “Ways to pay”. Nobody asks me to keep one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What somebody agreed to on our page, in the words of its language, and from where."""

    text: str
    language: str
    ip: str
    user_agent: str


class OwnOnly(Refusal):
    """Whoever acts for somebody pays for them, but keeps and signs nothing in their name."""

    status = 403
    title = "Only they can do this"

    def __init__(self) -> None:
        super().__init__("Only the person whose account it is can save a way to pay, or sign.")


def add_method(
    *,
    viewer: PatientViewer,
    account_id: int,
    setup_id: UUID,
    agreed: Agreed,
    read: NoticeRead | None,
    gateway: PaymentGateway,
    public_url: str,
    now: datetime,
) -> str | None:
    """The provider's page under this id, which our page made: a second press leads to the same one.

    None when that page is over. Raises NeedsCardNotice where a card asks for words first (PLAN-18).
    """
    own_account(viewer, account_id)
    customer = saved_customer(account_id, gateway=gateway)
    with transaction() as session:
        known = session.get(MethodConsent, setup_id)
        if known is None:
            _slow_down(session, account_id, now)
            if needs_card_notice(session, account_id):
                _keep_read(session, account_id, viewer, read, now)
            session.add(consent_row(setup_id, viewer, account_id, agreed, now=now))
        elif known.guarantor_account_id != account_id or known.state != OPEN:
            return None
        began = known.agreed_at if known else now
        page = known.session_id if known else None
    if page is not None:
        return gateway.find_setup(page).url
    facts = gateway.start_setup(
        setup_id=setup_id,
        customer_id=customer,
        back=f"{public_url}/pay/methods/{setup_id}",
        expires_at=began + PAGE_OPEN,
    )
    with transaction() as session:
        session.get_one(MethodConsent, setup_id).session_id = facts.session_id
    return facts.url


def _slow_down(session: Session, account_id: int, now: datetime) -> None:
    """Whoever opens page after page may be trying cards: ten an hour (payments.md 4)."""
    begun = session.scalar(
        select(func.count(MethodConsent.id)).where(
            MethodConsent.guarantor_account_id == account_id,
            MethodConsent.agreed_at > now - timedelta(hours=1),
        )
    )
    if (begun or 0) >= PAGES_AN_HOUR:
        raise TooManyTries("Many cards were tried this hour. Try again in an hour, or call us.")


def own_account(viewer: PatientViewer, account_id: int) -> None:
    """Their own account, and they themself: no helper signs or saves for somebody else."""
    if account_id not in viewer.account_ids:
        raise NotFound
    if viewer.acting_for is not None:
        raise OwnOnly


def consent_row(
    consent_id: UUID,
    viewer: PatientViewer,
    account_id: int,
    agreed: Agreed,
    *,
    now: datetime,
    payment_id: UUID | None = None,
) -> MethodConsent:
    """What was agreed to, as it is kept."""
    return MethodConsent(
        id=consent_id,
        guarantor_account_id=account_id,
        login_id=viewer.login_id,
        payment_id=payment_id,
        state=OPEN,
        text=agreed.text,
        text_version=VERSION,
        language=agreed.language,
        agreed_at=now,
        ip=agreed.ip,
        user_agent=agreed.user_agent,
    )


def _keep_read(
    session: Session, account_id: int, viewer: PatientViewer, read: NoticeRead | None, now: datetime
) -> None:
    if read is None:
        raise NeedsCardNotice
    keep_card_notice(session, account_id=account_id, read=read, now=now, login_id=viewer.login_id)
