"""Until when texts wait after a number was changed without a code from the old one.

Revision ID: 0021
Revises: 0020

Safety: one empty column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "guarantor_accounts",
        sa.Column("mobile_held_until", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("guarantor_accounts", "mobile_held_until")
