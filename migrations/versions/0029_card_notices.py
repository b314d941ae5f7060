"""What New York asks people to read before they pay by card, and payments that take no card.

Revision ID: 0028
Revises: 0028

Safety: one new table, and one new column with a constant default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = "card_notices"


def _points(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{TABLE}__{column}__{target}"
    )


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        _points("guarantor_account_id", "guarantor_accounts"),
        _points("payment_id", "payments"),
        _points("login_id", "logins"),
        sa.UniqueConstraint("payment_id", name=f"uq__{TABLE}__payment_id"),
    )
    op.create_index(f"ix__{TABLE}__guarantor_account_id", TABLE, ["guarantor_account_id"])
    # Nobody changes what somebody said they read.
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.add_column(
        "payments", sa.Column("bank_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("payments", "bank_only")
    op.drop_table(TABLE)
