"""Which lines a payment is for, and whether another card is to pay the rest.

Revision ID: 0034
Revises: 0035

Safety: two new columns with constant defaults.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    charges = sa.Column("charge_ids", ARRAY(sa.Integer()), server_default="{}", nullable=False)
    op.add_column("payments", charges)
    op.add_column(
        "payments", sa.Column("split", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("payments", "split")
    op.drop_column("payments", "charge_ids")
