"""Disputes of patients' payments.

Revision ID: 0015
Revises: 0014

Safety: one new table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_cents", sa.BigInteger(), nullable=False),
        sa.Column("returned_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", AT, nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("decision", sa.String(), server_default="", nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__disputes"),
        sa.UniqueConstraint("provider_id", name="uq__disputes__provider_id"),
        sa.UniqueConstraint("entry_id", name="uq__disputes__entry_id"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name="fk__disputes__payment_id__payments"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["logins.id"], name="fk__disputes__decided_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entries.id"], name="fk__disputes__entry_id__journal_entries"
        ),
    )
    op.create_index("ix__disputes__payment_id", "disputes", ["payment_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON disputes TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("disputes")
