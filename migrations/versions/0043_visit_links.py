"""Let the link in a text open one visit instead of an account.

Revision ID: 0043
Revises: 0042

Safety: one new column, empty in every row that is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("text_links", sa.Column("appointment_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk__text_links__appointment_id__appointments",
        "text_links",
        "appointments",
        ["appointment_id"],
        ["id"],
    )
    op.create_index("ix__text_links__appointment_id", "text_links", ["appointment_id"])


def downgrade() -> None:
    op.drop_index("ix__text_links__appointment_id", "text_links")
    op.drop_constraint("fk__text_links__appointment_id__appointments", "text_links")
    op.drop_column("text_links", "appointment_id")
