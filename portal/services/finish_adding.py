"""Somebody is back from the provider's page: what they added there is kept now, not only when its event comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.db import read_only
from portal.models.payment_methods import MethodConsent
from portal.ports import PaymentGateway
from portal.queries.viewer import PatientViewer
from portal.services.keep_method import keep_method
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True)
class Finished:
    """Whose account it is, and how it ended: kept, open or closed."""

    account_id: int
    state: str


def finish_adding(
    *,
    viewer: PatientViewer,
    setup_id: UUID,
    gateway: PaymentGateway,
    public_url: str,
    now: datetime,
) -> Finished:
    """The same whoever asks how often; another's is not found."""
    with read_only() as session:
        consent = session.get(MethodConsent, setup_id)
    if consent is None or consent.guarantor_account_id not in viewer.account_ids:
        raise NotFound
    state = keep_method(consent_id=setup_id, gateway=gateway, public_url=public_url, now=now)
    return Finished(consent.guarantor_account_id, state)
