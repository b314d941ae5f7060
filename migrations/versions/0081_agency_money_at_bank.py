"""A line of the bank may answer an agency's own payment.

Revision ID: 0081
Revises: 0080

Safety: one column without a default, with a unique constraint over nothing but NULL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_deposits", sa.Column("agency_remittance_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk__bank_deposits__agency_remittance_id__agency_remittances",
        "bank_deposits",
        "agency_remittances",
        ["agency_remittance_id"],
        ["id"],
    )
    op.create_unique_constraint(
        "uq__bank_deposits__agency_remittance_id", "bank_deposits", ["agency_remittance_id"]
    )


def downgrade() -> None:
    op.drop_column("bank_deposits", "agency_remittance_id")
