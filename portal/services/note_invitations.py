"""A yes to electronic statements on the practice's own paper: an invitation to try it, never the consent itself (MSG-24)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.consents import ESignConsent


def note_invitations(
    session: Session, emails: Mapping[int, str], *, source: str, now: datetime
) -> None:
    """Write the yes of each account (with its e-mail) whose ledger is empty.

    What a person has said on our pages, yes or no, a file never overrides.
    """
    known = set(
        session.scalars(
            select(ESignConsent.guarantor_account_id).where(
                ESignConsent.guarantor_account_id.in_(emails)
            )
        )
    )
    session.add_all(
        ESignConsent(
            guarantor_account_id=account_id, granted=True, source=source, email=email, at=now
        )
        for account_id, email in emails.items()
        if account_id not in known
    )
