"""Give open payer adjustments their category: the one kind of old work whose category is certain.

Revision ID: 0048
Revises: 0047

Safety: updates open rows of one kind, a few hundred at most; taking it back leaves no trace.
"""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE work_items SET category = 'provider_adjustment'"
        " WHERE kind = 'plb' AND closed_at IS NULL AND category = ''"
    )


def downgrade() -> None:
    op.execute("UPDATE work_items SET category = '' WHERE kind = 'plb' AND closed_at IS NULL")
