"""Ways to pay one account without a sign-in, and the short visits that they open (PLAN-19)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class PayLink(Base):
    """A code on one printed statement, or a link that staff sent: opaque, hashed, good for paying and no more.

    A printed code has no last day, since an old statement leads to the live balance; a sent link works
    once, for 72 hours. Both end when staff revoke them.
    """

    __tablename__ = "pay_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    kind: Mapped[str]  # statement, text, email
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)  # keyed: a stolen table opens nothing
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # staff
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # opened first
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class PayVisit(Base):
    """A browser that answered the questions behind a link: it may pay one account, and see totals."""

    __tablename__ = "pay_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    pay_link_id: Mapped[int] = mapped_column(ForeignKey("pay_links.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(default="")
