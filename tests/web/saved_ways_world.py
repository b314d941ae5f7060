"""A card that is saved and an authorisation signed for it, without asking the card company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.money import Money
from portal.db import transaction
from portal.models.drafts import Draft
from portal.models.payment_methods import (
    Autopay,
    MethodConsent,
    PaymentAuthorisation,
    PaymentMethod,
)

SETUP = UUID("5c0ffee0-0000-4000-8000-000000000002")


def add_saved_way(account_id: int, login_id: int, now: datetime) -> dict[str, object]:
    """Their ids, by the names of the routes' arguments."""
    with transaction() as session:
        consent = MethodConsent(
            id=SETUP,
            guarantor_account_id=account_id,
            login_id=login_id,
            state="kept",
            text="Keep it.",
            text_version="1",
            agreed_at=now,
        )
        session.add(consent)
        session.flush()
        method = PaymentMethod(
            guarantor_account_id=account_id,
            login_id=login_id,
            consent_id=SETUP,
            provider_id="pm_of_the_test",
            kind="card",
            brand="visa",
            last4="4242",
            exp_month=12,
            exp_year=2034,
            is_default=True,
            added_at=now,
            updated_at=now,
        )
        session.add(method)
        session.flush()
        signed = PaymentAuthorisation(
            guarantor_account_id=account_id,
            payment_method_id=method.id,
            kind="autopay",
            cap=Money(20_000),
            day=16,
            text="I allow it.",
            text_version="1",
            text_hash="0",
            typed_name="Testa Sample",
            signed_at=now,
            signed_by_login_id=login_id,
        )
        session.add(signed)
        session.flush()
        autopay = Autopay(
            guarantor_account_id=account_id,
            authorisation_id=signed.id,
            cap=Money(20_000),
            day=16,
            state="on",
            started_at=now,
        )
        session.add(autopay)
        session.flush()
        session.add(
            Draft(
                id=SETUP,
                guarantor_account_id=account_id,
                authorisation_id=signed.id,
                autopay_id=autopay.id,
                month=now.date().replace(day=1),
                due_on=now.date(),
                amount=Money(5_000),
                signed=Money(0),
                state="charging",  # so that nobody removes the card under those who come later
                state_at=now,
                created_at=now,
            )
        )
    return {"method_id": method.id, "authorisation_id": signed.id, "setup_id": SETUP}
