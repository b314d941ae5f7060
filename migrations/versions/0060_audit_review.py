"""Alerts of the audit trail, their monthly sign-off, and indexes for its viewer.

Revision ID: 0060
Revises: 0059

Safety: new tables and one empty column; the indexes hold writes of the trail for some seconds a million rows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

EVENTS, ALERTS, SIGNED = "audit_events", "audit_alerts", "audit_sign_offs"
MOMENT = sa.DateTime(timezone=True)
INDEXES = {
    "ix__audit_events__at": ["at", "id"],
    "ix__audit_events__login_id": ["login_id", "at", "id"],
    "ix__audit_events__action": ["action", "at", "id"],
    "ix__audit_events__object": ["object_type", "object_id", "at", "id"],
    "ix__audit_events__request_id": ["request_id"],
}
BEFORE = {"ix__audit_events__at": ["at"], "ix__audit_events__login_id": ["login_id"]}


def upgrade() -> None:
    op.add_column(EVENTS, sa.Column("row_count", sa.Integer(), nullable=True))
    for name in BEFORE:
        op.drop_index(name, EVENTS)
    for name, columns in INDEXES.items():
        op.create_index(name, EVENTS, columns)
    op.create_index(
        "ix__audit_events__not_done",
        EVENTS,
        ["at", "id"],
        postgresql_where=sa.text("outcome <> 'ok'"),
    )
    _alerts()
    _sign_offs()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {ALERTS} TO {APP_ROLE}")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {SIGNED}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {SIGNED} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _alerts() -> None:
    op.create_table(
        ALERTS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("first_event_id", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (outcome = '')", name="ck__audit_alerts__reviewed"
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__audit_alerts__login_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__audit_alerts__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["logins.id"], name="fk__audit_alerts__reviewed_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__audit_alerts"),
        sa.UniqueConstraint("dedupe_key", name="uq__audit_alerts__dedupe_key"),
    )
    for column in ("day", "login_id", "guarantor_account_id"):
        op.create_index(f"ix__audit_alerts__{column}", ALERTS, [column])
    op.create_index(
        "ix__audit_alerts__open",
        ALERTS,
        ["day", "id"],
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )


def _sign_offs() -> None:
    op.create_table(
        SIGNED,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("last_seal_digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__audit_sign_offs__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__audit_sign_offs"),
        sa.UniqueConstraint("month", name="uq__audit_sign_offs__month"),
    )


def downgrade() -> None:
    op.drop_table(SIGNED)
    op.drop_table(ALERTS)
    op.drop_index("ix__audit_events__not_done", EVENTS)
    for name in INDEXES:
        op.drop_index(name, EVENTS)
    for name, columns in BEFORE.items():
        op.create_index(name, EVENTS, columns)
    op.drop_column(EVENTS, "row_count")
