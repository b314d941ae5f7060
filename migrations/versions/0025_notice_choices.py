"""By which way somebody hears of visits and of payments, beside that of bills.

Revision ID: 0025
Revises: 0024

Safety: two columns with a constant default, which PostgreSQL adds without writing the table anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AS_BEFORE = {"visit_notices": "text", "payment_notices": "email"}


def upgrade() -> None:
    for name, default in AS_BEFORE.items():
        op.add_column(
            "guarantor_accounts",
            sa.Column(name, sa.String(), server_default=default, nullable=False),
        )


def downgrade() -> None:
    for name in AS_BEFORE:
        op.drop_column("guarantor_accounts", name)
