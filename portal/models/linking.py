"""People who ask for their record: what they said, what came of it, and who decided (ID-2)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class LinkRequest(Base):
    """One request by one sign-in. A new one takes the place of the one before.

    State: asked, code_sent, waiting (for a person at the office), linked, refused, come_in, replaced.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        Index(
            "uq__link_requests__live",
            "login_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'code_sent', 'waiting')"),
        ),
        Index("ix__link_requests__state", "state", "asked_at"),
        Index("ix__link_requests__login_id", "login_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    first_name: Mapped[str]
    last_name: Mapped[str]
    suffix: Mapped[str] = mapped_column(default="")
    birth_on: Mapped[date]
    postal_code: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")  # E.164
    email: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")  # why a person must look at it
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )  # the one that matched; staff may link another
    way: Mapped[str] = mapped_column(
        default=""
    )  # text or email: how they want the code, if they said
    nonce: Mapped[str] = mapped_column(default="")  # what makes the code; a new one with each code
    code_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(default=0)  # wrong codes, over all that were sent (ID-7)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    proof: Mapped[str] = mapped_column(default="")  # how staff checked who it is: photo_id ...
    note: Mapped[str] = mapped_column(default="")
