"""What somebody does before a visit: steps, forms, signatures; and the tablets at the desk (SCH-12).

A published form and what was signed under it never change. The database holds this by trigger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Form(Base):
    """A form that people fill in or sign before a visit; its words are in its versions."""

    __tablename__ = "forms"
    __table_args__ = (
        CheckConstraint("kind IN ('questionnaire', 'consent', 'financial', 'notice')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    visit_type_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)  # empty: all
    renew_months: Mapped[int | None]  # asked again after; none: asked once for each version
    every_visit: Mapped[bool] = mapped_column(default=False)
    must_sign: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class FormVersion(Base):
    """The words and fields of a form in one language, as published: immutable."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("form_id", "number", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    number: Mapped[int]
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]  # plain text; an empty line parts paragraphs
    # a list of billing.form_fields.Field as JSON
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    sha256: Mapped[str]  # of title, body and fields
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FormDraft(Base):
    """What staff are writing for the next version of a form, in one language; published, it goes."""

    __tablename__ = "form_drafts"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    edited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CheckInStep(Base):
    """One step of a check-in that is done; done again, the row is renewed and the old one stays in `record_versions`."""

    __tablename__ = "check_in_steps"
    __table_args__ = (UniqueConstraint("appointment_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))
    step: Mapped[str]  # billing.check_in.Step
    via: Mapped[str]  # portal, kiosk, desk
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SignedForm(Base):
    """A form as filled in and signed: which words, which answers, who, when, from where, and the PDF kept of it."""

    __tablename__ = "signed_forms"
    __table_args__ = (
        UniqueConstraint("appointment_id", "form_version_id"),
        CheckConstraint("num_nonnulls(patient_id, newcomer_id) = 1", name="whose"),
        Index("ix__signed_forms__patient", "patient_id", "signed_at"),
        Index("ix__signed_forms__newcomer", "newcomer_id", "signed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), index=True)
    text_sha256: Mapped[str]  # of the words that stood there, state texts included
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    signed_name: Mapped[str] = mapped_column(default="")  # as typed; empty where none is asked
    signed_as: Mapped[str] = mapped_column(default="self")  # self, parent, guardian, proxy ...
    via: Mapped[str]  # portal, kiosk, desk
    login_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    pdf_stored_as: Mapped[str] = mapped_column(default="")  # key in the DocumentStore
    pdf_sha256: Mapped[str] = mapped_column(default="")


class Kiosk(Base):
    """A tablet at the desk: what its cookie may open is one check-in at a time."""

    __tablename__ = "kiosks"

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    # Typed on the tablet once, within minutes: what makes it this kiosk.
    code_hash: Mapped[str | None] = mapped_column(unique=True)
    code_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # The one check-in that it shows now, and since when; none between two people.
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Wrong answers since somebody was found last, for the pause after several.
    misses: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paired_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    paired_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
