"""Sort what could not post by itself by category and by pattern.

Revision ID: 0047
Revises: 0046

Safety: two columns with a constant default, no rewrite; two small indexes of a table of open work.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("category", "pattern"):
        op.add_column("work_items", sa.Column(name, sa.String(), server_default="", nullable=False))
        op.create_index(f"ix__work_items__{name}", "work_items", [name])


def downgrade() -> None:
    for name in ("pattern", "category"):
        op.drop_index(f"ix__work_items__{name}", "work_items")
        op.drop_column("work_items", name)
