"""Packets of bills that may go to an agency: what was shown, who prepared it and who signed it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base

MOMENT = DateTime(timezone=True)


class CollectionPacket(Base):
    """One bill's packet, frozen; a new one is prepared when it no longer counts. Only the signature is added."""

    __tablename__ = "collection_packets"
    __table_args__ = (
        CheckConstraint("balance_cents > 0", name="balance_above_zero"),
        CheckConstraint("(signed_by_id IS NULL) = (signed_at IS NULL)", name="signed_whole"),
        CheckConstraint("signed_by_id <> prepared_by_id", name="two_people"),
        Index("ix__collection_packets__visit", "visit_id", "prepared_at"),
        Index("ix__collection_packets__prepared_on", "prepared_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the page that asked for it
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id", name="fk__collection_packets__account"), index=True
    )
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    prepared_on: Mapped[date]
    prepared_at: Mapped[datetime] = mapped_column(MOMENT)
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    balance: Mapped[Money] = mapped_column("balance_cents")
    ledger_position: Mapped[int] = mapped_column(BigInteger)  # the bill's last posting
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)  # portal.queries.packet_content
    content_hash: Mapped[str]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    signed_at: Mapped[datetime | None] = mapped_column(MOMENT)
