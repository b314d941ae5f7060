"""What somebody asked about calls in their own words here: none at all, or none at work (COLL-15, COLL-17).

Revision ID: 0098
Revises: 0097

Safety: two columns with a constant default; no row is rewritten.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None

T = "call_wishes"


def upgrade() -> None:
    for name in ("no_calls", "not_at_work"):
        op.add_column(
            T, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )


def downgrade() -> None:
    for name in ("no_calls", "not_at_work"):
        op.drop_column(T, name)
