"""Who wants an earlier time, what came free, who was offered it; what a provider told of a message.

Revision ID: 0041
Revises: 0040

Safety: new tables, and two empty columns of outbound_messages with small indexes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

APPEND_ONLY = ("message_statuses",)
EDITED = ("waitlist_entries", "slot_openings", "waitlist_offers")


def _waitlist_entries() -> None:
    op.create_table(
        "waitlist_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("newcomer_id", sa.Integer(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("provider_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("location_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("not_before", sa.Time(), nullable=True),
        sa.Column("not_after", sa.Time(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("coverage_intent", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'filled', 'left', 'lapsed')", name=("ck__waitlist_entries__state")
        ),
        sa.CheckConstraint(
            "num_nonnulls(patient_id, newcomer_id) = 1", name=("ck__waitlist_entries__whose")
        ),
        sa.CheckConstraint("urgency BETWEEN 0 AND 2", name=("ck__waitlist_entries__urgency")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__waitlist_entries__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=("fk__waitlist_entries__login_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["newcomer_id"], ["logins.id"], name=("fk__waitlist_entries__newcomer_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=("fk__waitlist_entries__patient_id__patients")
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"],
            ["visit_types.id"],
            name=("fk__waitlist_entries__visit_type_id__visit_types"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__waitlist_entries")),
    )
    op.create_index(
        ("ix__waitlist_entries__appointment_id"),
        "waitlist_entries",
        ["appointment_id"],
        unique=False,
    )
    op.create_index(
        ("ix__waitlist_entries__newcomer_id"), "waitlist_entries", ["newcomer_id"], unique=False
    )
    op.create_index(
        ("ix__waitlist_entries__patient_id"), "waitlist_entries", ["patient_id"], unique=False
    )
    op.create_index(
        "ix__waitlist_entries__waiting",
        "waitlist_entries",
        ["visit_type_id", "urgency", "asked_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _slot_openings() -> None:
    op.create_table(
        "slot_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freed_by_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'released')", name=("ck__slot_openings__state")
        ),
        sa.ForeignKeyConstraint(
            ["freed_by_id"],
            ["appointments.id"],
            name=("fk__slot_openings__freed_by_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["appointments.id"], name=("fk__slot_openings__hold_id__appointments")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__slot_openings__location_id__locations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__slot_openings__provider_id__provider_profiles"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__slot_openings")),
        sa.UniqueConstraint("hold_id", name=("uq__slot_openings__hold_id")),
    )
    op.create_index(
        ("ix__slot_openings__freed_by_id"), "slot_openings", ["freed_by_id"], unique=False
    )
    op.create_index(
        "ix__slot_openings__open",
        "slot_openings",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )


def _waitlist_offers() -> None:
    op.create_table(
        "waitlist_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_via", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'open', 'accepted', 'declined', 'expired', 'lost')",
            name=("ck__waitlist_offers__state"),
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__waitlist_offers__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["waitlist_entries.id"],
            name=("fk__waitlist_offers__entry_id__waitlist_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["opening_id"],
            ["slot_openings.id"],
            name=("fk__waitlist_offers__opening_id__slot_openings"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__waitlist_offers")),
    )
    op.create_index(
        ("ix__waitlist_offers__entry_id"), "waitlist_offers", ["entry_id"], unique=False
    )
    op.create_index(
        "ix__waitlist_offers__open",
        "waitlist_offers",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq__waitlist_offers__accepted",
        "waitlist_offers",
        ["opening_id"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_index(
        "uq__waitlist_offers__pair", "waitlist_offers", ["opening_id", "entry_id"], unique=True
    )


def _outbound_messages() -> None:
    op.add_column("outbound_messages", sa.Column("appointment_id", sa.Uuid(), nullable=True))
    op.add_column("outbound_messages", sa.Column("waitlist_offer_id", sa.Integer(), nullable=True))
    op.create_index(
        ("ix__outbound_messages__appointment_id"),
        "outbound_messages",
        ["appointment_id"],
        unique=False,
    )
    op.create_index(
        ("ix__outbound_messages__waitlist_offer_id"),
        "outbound_messages",
        ["waitlist_offer_id"],
        unique=False,
    )
    op.create_foreign_key(
        ("fk__outbound_messages__waitlist_offer_id__waitlist_offers"),
        "outbound_messages",
        "waitlist_offers",
        ["waitlist_offer_id"],
        ["id"],
    )
    op.create_foreign_key(
        ("fk__outbound_messages__appointment_id__appointments"),
        "outbound_messages",
        "appointments",
        ["appointment_id"],
        ["id"],
    )


def _message_statuses() -> None:
    op.create_table(
        "message_statuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbound_messages.id"],
            name=("fk__message_statuses__message_id__outbound_messages"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__message_statuses")),
    )
    op.create_index(
        "ix__message_statuses__message", "message_statuses", ["message_id", "id"], unique=False
    )


def upgrade() -> None:
    _waitlist_entries()
    _slot_openings()
    _waitlist_offers()
    _outbound_messages()
    _message_statuses()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    for table in EDITED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_column("outbound_messages", "waitlist_offer_id")
    op.drop_column("outbound_messages", "appointment_id")
    for table in (
        "message_statuses",
        "waitlist_offers",
        "slot_openings",
        "waitlist_entries",
    ):
        op.drop_table(table)
