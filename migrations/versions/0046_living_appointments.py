"""Find what takes up a provider's time among all that once did.

Revision ID: 0046
Revises: 0045

Safety: a small index of a table that is new in this release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_LIVE = "state IN ('held', 'booked', 'arrived', 'in_room')"


def upgrade() -> None:
    op.create_index(
        "ix__appointments__living",
        "appointments",
        ["provider_id", "busy_from"],
        postgresql_where=sa.text(_LIVE),
    )


def downgrade() -> None:
    op.drop_index("ix__appointments__living", "appointments")
