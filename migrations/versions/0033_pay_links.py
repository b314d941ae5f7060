"""Codes on statements and links that staff send, to pay without a sign-in.

Revision ID: 0030
Revises: 0032

Safety: two new tables, and one new column that may be empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}"
    )


def upgrade() -> None:
    op.create_table(
        "pay_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("used_at", AT, nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__pay_links"),
        _points("pay_links", "guarantor_account_id", "guarantor_accounts"),
        _points("pay_links", "statement_id", "statements"),
        _points("pay_links", "created_by_id", "logins"),
        _points("pay_links", "message_id", "outbound_messages"),
        _points("pay_links", "revoked_by_id", "logins"),
        sa.UniqueConstraint("code_hash", name="uq__pay_links__code_hash"),
    )
    op.create_index("ix__pay_links__guarantor_account_id", "pay_links", ["guarantor_account_id"])
    op.create_table(
        "pay_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("pay_link_id", sa.Integer(), nullable=False),
        sa.Column("started_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__pay_visits"),
        _points("pay_visits", "pay_link_id", "pay_links"),
        sa.UniqueConstraint("id_hash", name="uq__pay_visits__id_hash"),
    )
    op.create_index("ix__pay_visits__pay_link_id", "pay_visits", ["pay_link_id"])
    for table in ("pay_links", "pay_visits"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.add_column("payments", sa.Column("pay_link_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__payments__pay_link_id__pay_links", "payments", "pay_links", ["pay_link_id"], ["id"]
    )
    op.create_index("ix__payments__pay_link_id", "payments", ["pay_link_id"])


def downgrade() -> None:
    op.drop_column("payments", "pay_link_id")
    op.drop_table("pay_visits")
    op.drop_table("pay_links")
