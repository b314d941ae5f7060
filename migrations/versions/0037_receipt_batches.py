"""Batches of checks and cash that staff enter, with the total that was counted by hand.

Revision ID: 0037
Revises: 0036

Safety: one new table, and two new columns that may be empty or have a constant default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLE = "receipt_batches"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{TABLE}__login_id__logins"),
        sa.CheckConstraint("total_cents > 0", name=f"ck__{TABLE}__total_above_zero"),
    )
    op.create_index(f"ix__{TABLE}__posted_at", TABLE, ["posted_at"])
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.add_column("practice_receipts", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk__practice_receipts__batch_id__receipt_batches",
        "practice_receipts",
        TABLE,
        ["batch_id"],
        ["id"],
    )
    op.create_index("ix__practice_receipts__batch_id", "practice_receipts", ["batch_id"])
    number = sa.Column("check_number", sa.String(), server_default="", nullable=False)
    op.add_column("practice_receipts", number)


def downgrade() -> None:
    op.drop_column("practice_receipts", "check_number")
    op.drop_column("practice_receipts", "batch_id")
    op.drop_table(TABLE)
