"""Let the queue read its open items, and the latest closed ones, from indexes.

Revision ID: 0086
Revises: 0085

Safety: three partial indexes; no row is changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

OPEN, CLOSED = "closed_at IS NULL", "closed_at IS NOT NULL"
# All that counting the lists asks of an item, so that it fetches no row.
COUNTED = [
    *("category", "amount_cents", "due_on", "opened_at", "owner_id", "claim_id", "visit_id"),
    *("suspense_reason", "waiting_for", "closed_at"),
]


def upgrade() -> None:
    op.create_index(
        "ix__work_items__open_kind",
        "work_items",
        ["kind"],
        postgresql_include=COUNTED,
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix__work_items__open_due",
        "work_items",
        ["due_on", sa.text("amount_cents DESC"), "id"],
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix__work_items__closed",
        "work_items",
        [sa.text("closed_at DESC"), "id"],
        postgresql_where=sa.text(CLOSED),
    )


def downgrade() -> None:
    for name in ("closed", "open_due", "open_kind"):
        op.drop_index(f"ix__work_items__{name}", "work_items")
