"""Somebody without a record writes to the office: whose thread it is, where no account is.

Revision ID: 0026
Revises: 0025

Safety: one empty column; its index is small, and made while nobody has written yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLE, COLUMN = "thread_messages", "newcomer_id"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column(COLUMN, sa.Integer(), nullable=True))
    op.create_foreign_key(f"fk__{TABLE}__{COLUMN}__logins", TABLE, "logins", [COLUMN], ["id"])
    op.create_index(f"ix__{TABLE}__{COLUMN}", TABLE, [COLUMN])


def downgrade() -> None:
    op.drop_column(TABLE, COLUMN)
