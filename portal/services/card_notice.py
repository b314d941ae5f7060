"""Before a New York patient uses a card: what the law has them read, and that they did, each time (PLAN-18)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.card_notices import CardNotice
from portal.services.refusal import Refusal

VERSION = 1
SENTENCES = (
    "New York law asks us to tell you this before you pay by card.",
    "A medical bill that you pay by credit card is no longer medical debt.",
    "By paying with a credit card you give up protections that federal and state law give to medical debt.",
    "These include the ban on taking part of your wages, and the ban on a claim on your home.",
    "They include the ban on telling credit bureaus about the debt, and limits on interest.",
    "You can pay from your bank account instead. You can also ask us for help with paying.",
)
TEXT_HASH = hashlib.sha256("\n".join(SENTENCES).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRead:
    """Somebody said on our page that they read it: in which language, and from where."""

    language: str
    address: str
    user_agent: str


class NeedsCardNotice(Refusal):
    """A card comes into play before the notice was read; the page shows it."""

    title = "Please read this first"

    def __init__(self) -> None:
        super().__init__(
            "You were not charged. New York law asks us to show you a notice before you pay by card."
            " Go back and start again."
        )


def needs_card_notice(session: Session, account_id: int) -> bool:
    """Whether who owes, or anybody treated on the account, lives in New York by their address here."""
    found = session.scalar(
        select(GuarantorAccount.id)
        .outerjoin(Patient, Patient.guarantor_account_id == GuarantorAccount.id)
        .where(
            GuarantorAccount.id == account_id,
            or_(GuarantorAccount.state == "NY", Patient.state == "NY"),
        )
        .limit(1)
    )
    return found is not None


def keep_card_notice(
    session: Session,
    *,
    account_id: int,
    read: NoticeRead,
    now: datetime,
    login_id: int | None,
    payment_id: UUID | None = None,
) -> None:
    """Write the acknowledgement, once for each payment; for a card that is kept, each time it is given."""
    session.execute(
        insert(CardNotice)
        .values(
            guarantor_account_id=account_id,
            payment_id=payment_id,
            login_id=login_id,
            text_version=VERSION,
            text_hash=TEXT_HASH,
            language=read.language,
            read_at=now,
            ip=read.address,
            user_agent=read.user_agent,
        )
        .on_conflict_do_nothing()
    )
