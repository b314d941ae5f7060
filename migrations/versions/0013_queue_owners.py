"""Who looks after an item of the queue, and why its money was left in suspense on purpose.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_items", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk__work_items__owner_id__logins"), "work_items", "logins", ["owner_id"], ["id"]
    )
    op.create_index(op.f("ix__work_items__owner_id"), "work_items", ["owner_id"])
    op.add_column(
        "work_items", sa.Column("suspense_reason", sa.String(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("work_items", "suspense_reason")
    op.drop_index(op.f("ix__work_items__owner_id"), "work_items")
    op.drop_constraint(op.f("fk__work_items__owner_id__logins"), "work_items", type_="foreignkey")
    op.drop_column("work_items", "owner_id")
