"""A bank renewed a card, or somebody took a way to pay away at the provider: what we show follows."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.payment_methods import PaymentMethod
from portal.ports import PaymentGateway
from portal.services import letters, saved_letters
from portal.services.change_method import end_method
from portal.services.record_payment import lock_account
from portal.services.tell_signer import tell_signer

NUDGE_BEFORE = timedelta(days=30)


def refresh_method(
    *, provider_id: str, gateway: PaymentGateway, public_url: str, now: datetime
) -> str:
    """Ask for it anew and fold it in: moved, unchanged or not_ours."""
    with read_only() as session:
        known = session.scalar(
            select(PaymentMethod).where(PaymentMethod.provider_id == provider_id)
        )
    if known is None or known.removed_at is not None:
        return "not_ours" if known is None else "unchanged"
    facts = gateway.find_method(provider_id)
    seen = {
        "brand": facts.brand,
        "last4": facts.last4,
        "funding": facts.funding,
        "exp_month": facts.exp_month,
        "exp_year": facts.exp_year,
    }
    with transaction() as session:
        lock_account(session, known.guarantor_account_id)
        method = session.get_one(PaymentMethod, known.id, with_for_update=True)
        if facts.customer_id is None and method.removed_at is None:
            end_method(session, method, public_url=public_url, now=now)
            return "moved"
        if all(getattr(method, name) == value for name, value in seen.items()):
            return "unchanged"
        for name, value in seen.items():
            setattr(method, name, value)
        method.updated_at = now
    return "moved"


def nudge_expiring(*, on: date, now: datetime, public_url: str) -> int:
    """Write to whoever saved a card that is over within thirty days, once for each date; how many."""
    told = 0
    with transaction() as session:
        head = letters.letterhead(session, public_url=public_url)
        cards = session.scalars(
            select(PaymentMethod)
            .where(PaymentMethod.removed_at.is_(None), PaymentMethod.exp_year.is_not(None))
            .where(PaymentMethod.exp_year <= (on + NUDGE_BEFORE).year)
            .order_by(PaymentMethod.id)
            .with_for_update(skip_locked=True)
        )
        for card in cards:
            ends = last_day(card)
            name = f"{card.exp_month:02d}/{card.exp_year}"
            if ends is None or ends > on + NUDGE_BEFORE or card.expiry_told_on == name:
                continue
            tell_signer(
                session,
                account_id=card.guarantor_account_id,
                login_id=card.login_id,
                letter=saved_letters.method_expiring(head),
                about=f"method_expiring:{card.id}:{name}",
                now=now,
            )
            card.expiry_told_on = name
            told += 1
    return told


def last_day(method: PaymentMethod) -> date | None:
    """The last day on which a card can be used; none for a bank account."""
    if method.exp_year is None or method.exp_month is None:
        return None
    length = calendar.monthrange(method.exp_year, method.exp_month)[1]
    return date(method.exp_year, method.exp_month, length)
