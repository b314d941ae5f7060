"""A check to a payer is cleared, by a line of the bank or by a person who saw one.

Revision ID: 0089
Revises: 0088

Safety: two columns without a default, one with a unique constraint over nothing but NULL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payer_refunds", sa.Column("cleared_on", sa.Date(), nullable=True))
    op.add_column("bank_deposits", sa.Column("payer_refund_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk__bank_deposits__payer_refund_id__payer_refunds",
        "bank_deposits",
        "payer_refunds",
        ["payer_refund_id"],
        ["id"],
    )
    op.create_unique_constraint(
        "uq__bank_deposits__payer_refund_id", "bank_deposits", ["payer_refund_id"]
    )


def downgrade() -> None:
    op.drop_column("bank_deposits", "payer_refund_id")
    op.execute("UPDATE payer_refunds SET state = 'written' WHERE state = 'cleared'")
    op.drop_column("payer_refunds", "cleared_on")
