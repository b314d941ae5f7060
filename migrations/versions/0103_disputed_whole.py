"""A disputed line says whether an amount was named; without one all that is open on it is disputed.

Revision ID: 0103
Revises: 0102

Safety: one column with a constant default, which rewrites no row; disputes that stand keep the amount that was open.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "bill_dispute_lines",
        sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("bill_dispute_lines", "whole")
