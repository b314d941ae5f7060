"""One row for everything sent by text or e-mail (MSG-20), and the thread of each account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class OutboundMessage(Base):
    """A text or an e-mail: written with the work that causes it, sent by a job.

    What was sent stays readable for six years, without the tokens and codes in it (MSG-20).
    """

    __tablename__ = "outbound_messages"
    __table_args__ = (
        Index("ix__outbound_messages__recipient_at", "recipient", "created_at"),
        Index(
            "ix__outbound_messages__waiting",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]  # sms, email
    recipient: Mapped[str]
    category: Mapped[str] = mapped_column(default="")  # of TextConsent; empty: asked for just now
    template: Mapped[str]
    template_version: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"), index=True)
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("text_consents.id"))
    fallback_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbound_messages.id"), unique=True
    )  # the message that could not be delivered
    # About a booked time: it must still stand there when the text leaves.
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    waitlist_offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("waitlist_offers.id"), index=True
    )
    # queued, sending, sent, delivered, undelivered, failed, refused, canceled (no longer true or allowed)
    state: Mapped[str]
    gate: Mapped[str] = mapped_column(default="")  # what the gate said when it was sent
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # quiet hours
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MessageStatus(Base):
    """One status that the provider told of a message, in the order in which we heard it; only ever added to."""

    __tablename__ = "message_statuses"
    __table_args__ = (Index("ix__message_statuses__message", "message_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbound_messages.id"))
    status: Mapped[str]
    error: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ThreadMessage(Base):
    """One thing said between a patient and the office: written on our pages, or texted to us.

    An answer to a patient is read on our pages; only a bare notice of it leaves by text or e-mail (MSG-9).
    """

    __tablename__ = "thread_messages"
    __table_args__ = (
        Index("ix__thread_messages__account_at", "guarantor_account_id", "at"),
        Index("ix__thread_messages__phone_at", "phone", "at"),
        Index(
            "ix__thread_messages__open",
            "at",
            postgresql_where=text("author = 'patient' AND answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guarantor_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("guarantor_accounts.id")
    )  # none: texted from a number that nobody gave us, or the thread of a newcomer
    # Whose thread it is while the sign-in has no record (ID-1); it stays theirs alone after that.
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"))  # a line of that bill
    author: Mapped[str]  # patient, staff, automatic
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    channel: Mapped[str]  # portal, sms
    phone: Mapped[str] = mapped_column(default="")  # E.164, of a text
    # question, stop, start, help, wrong_number, emergency, answer ...
    kind: Mapped[str] = mapped_column(default="question")
    body: Mapped[str]
    provider_id: Mapped[str | None] = mapped_column(
        unique=True
    )  # MessageSid: a repeat is no second one
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # by the other side
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    answered_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True)
    )  # or found to need no answer
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class MessageAttachment(Base):
    """A picture or a PDF that came with a message, made anew and kept encrypted; never edited."""

    __tablename__ = "message_attachments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("thread_messages.id", name="fk__message_attachments__message"), index=True
    )
    media_type: Mapped[str]  # image/jpeg, application/pdf
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]  # key in the DocumentStore
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class KeptAnswer(Base):
    """An answer that staff give often, in both languages; `{name}` is all that is filled in."""

    __tablename__ = "kept_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(unique=True)  # for staff
    words_en: Mapped[str]
    words_es: Mapped[str]
    active: Mapped[bool]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TextNumber(Base):
    """A phone that texts cannot reach: a landline, a wrong or a dead number (MSG-13)."""

    __tablename__ = "text_numbers"

    phone: Mapped[str] = mapped_column(primary_key=True)  # E.164
    bad_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    bad_code: Mapped[str] = mapped_column(default="")  # the provider's error


TEXTS = "texts"  # the switch of all texts


class MessageSwitch(Base):
    """Stops all texts of a category while `stopped_at` is set: carriers filter them (MSG-13)."""

    __tablename__ = "message_switches"

    name: Mapped[str] = mapped_column(primary_key=True)  # texts
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(default="")
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
