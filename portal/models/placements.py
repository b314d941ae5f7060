"""Collection agencies, the bills that were given to one, the files to them and what they tell us back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.money import Money
from portal.db import Base
from portal.models.alone import alone_by

MOMENT = DateTime(timezone=True)
LIVE = "state IN ('placed', 'suspended')"


class AgencyRow(Base):
    """One agency and the contract with it (COLL-11); a second person says that it may be used."""

    __tablename__ = "agencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    contract_ref: Mapped[str]
    baa_ref: Mapped[str]
    terms: Mapped[list[str]] = mapped_column(ARRAY(String))  # billing.placement.Term
    states: Mapped[list[str]] = mapped_column(ARRAY(String))
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]
    dispute_address: Mapped[list[str]] = mapped_column(ARRAY(String))
    phone: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Whoever wrote down what binds now: a second person approves it.
    added_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    added_at: Mapped[datetime] = mapped_column(MOMENT)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    approved_at: Mapped[datetime | None] = mapped_column(MOMENT)


class AgencyVersion(Base):
    """What an agency's row said from one change to the next; only the approval is added to it."""

    __tablename__ = "agency_versions"
    __table_args__ = (UniqueConstraint("agency_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    version: Mapped[int]
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)  # portal.services.add_agency.AgencyDetails
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    approved_at: Mapped[datetime | None] = mapped_column(MOMENT)


class Placement(Base):
    """One bill at one agency, from the order to its end; at most one at a time (COLL-19)."""

    __tablename__ = "placements"
    __table_args__ = (
        CheckConstraint("placed_cents > 0", name="placed_above_zero"),
        Index("uq__placements__live_visit", "visit_id", unique=True, postgresql_where=text(LIVE)),
        Index("ix__placements__live", "agency_id", "id", postgresql_where=text(LIVE)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    guarantor_account_id: Mapped[int] = mapped_column(
        ForeignKey("guarantor_accounts.id"), index=True
    )
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    state: Mapped[str]  # billing.placement.PlacementState
    placed_on: Mapped[date]
    placed_at: Mapped[datetime] = mapped_column(MOMENT)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    placed: Mapped[Money] = mapped_column("placed_cents")
    itemised_bill: Mapped[str]  # the statement that itemises it
    itemization_on: Mapped[date]
    itemization: Mapped[Money] = mapped_column("itemization_cents")
    ended_at: Mapped[datetime | None] = mapped_column(MOMENT)
    ended_why: Mapped[str] = mapped_column(default="", server_default="")


class PlacementFile(Base):
    """One file to an agency, kept as it was; its content lies in the document store."""

    __tablename__ = "placement_files"
    __table_args__ = (UniqueConstraint("agency_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    stored: Mapped[str]  # its place in the document store
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(MOMENT)
    handed_at: Mapped[datetime | None] = mapped_column(MOMENT)
    handed_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))


class PlacementOrder(Base):
    """What an agency is to be told about a placed bill, and in which file it was."""

    __tablename__ = "placement_orders"
    __table_args__ = (
        Index(
            "uq__placement_orders__waiting",
            "placement_id",
            "order",
            unique=True,
            postgresql_where=text("file_id IS NULL"),
        ),
        Index("ix__placement_orders__waiting", "id", postgresql_where=text("file_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placements.id"), index=True)
    order: Mapped[str]  # billing.placement.Order
    rule_ids: Mapped[list[str]] = mapped_column(ARRAY(String))
    why: Mapped[str]  # in words
    ordered_at: Mapped[datetime] = mapped_column(MOMENT)
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: by rule
    due_on: Mapped[date]  # a business day later
    owed: Mapped[Money] = mapped_column(
        "owed_cents"
    )  # then; the file says what is owed when it is written
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("placement_files.id"), index=True)


class AgencyReturn(Base):
    """One fact that an agency told, once by its own reference; append-only but for what became of it."""

    __tablename__ = "agency_returns"
    __table_args__ = (UniqueConstraint("agency_id", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    ref: Mapped[str]
    kind: Mapped[str]  # billing.agency_returns.Return
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placements.id"), index=True)
    happened_on: Mapped[date]
    amount: Mapped[Money] = mapped_column("amount_cents")
    fee: Mapped[Money] = mapped_column("fee_cents")
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the row as it was read
    file_name: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(MOMENT)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    remittance_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agency_remittances.id"), index=True
    )  # that brought the money, or took back what the bank had


class AgencyFile(Base):
    """A file of returns between its preview and its reading; `rows` is what was written in it."""

    __tablename__ = "agency_files"
    __table_args__ = (Index("ix__agency_files__agency_id", "agency_id", "received_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the page on which it was uploaded
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str]
    sha256: Mapped[str]
    stored_as: Mapped[str]  # its place in the document store
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(MOMENT)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))  # None: the command
    read_at: Mapped[datetime | None] = mapped_column(MOMENT)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    refused: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    known: Mapped[int] = mapped_column(default=0, server_default="0")


class AgencyRemittance(Base):
    """An agency's own check or transfer: the gross amount of some payments, less its fee.

    One that was entered by mistake stays, with who took it back and which returns it had brought.
    """

    __tablename__ = "agency_remittances"
    __table_args__ = (
        CheckConstraint("fee_cents >= 0 AND gross_cents > fee_cents", name="fee_below_gross"),
        CheckConstraint(
            "(back_entry_id IS NULL) = (back_at IS NULL) AND (back_at IS NULL) = (back_by_id IS NULL)",
            name="taken_back_whole",
        ),
        # OPS-13: whoever entered it does not take it back.
        CheckConstraint(
            "back_by_id <> entered_by_id OR alone_log_id IS NOT NULL", name="two_people"
        ),
        *alone_by("agency_remittances", "back_by_id"),
        Index(
            "uq__agency_remittances__trace",
            "agency_id",
            "trace",
            unique=True,
            postgresql_where=text("back_entry_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)  # of the page it was entered on
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    received_on: Mapped[date]
    gross: Mapped[Money] = mapped_column("gross_cents")
    fee: Mapped[Money] = mapped_column("fee_cents")
    trace: Mapped[str]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entries.id"), unique=True)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    entered_at: Mapped[datetime] = mapped_column(MOMENT)
    back_entry_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("journal_entries.id"), unique=True
    )
    back_at: Mapped[datetime | None] = mapped_column(MOMENT)
    back_by_id: Mapped[int | None] = mapped_column(ForeignKey("logins.id"))
    back_why: Mapped[str] = mapped_column(default="", server_default="")
    brought: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), default=list, server_default="{}"
    )  # returns by id, once it was taken back
    alone_log_id: Mapped[int | None]  # one person took both steps, by the owner's review log
