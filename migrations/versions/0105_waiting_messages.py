"""The few messages that still wait are found by an index: the sweep of every quarter hour reads them alone.

Revision ID: 0105
Revises: 0104

Safety: one small partial index; while it is built messages are read and not written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

NAME, TABLE = "ix__outbound_messages__waiting", "outbound_messages"


def upgrade() -> None:
    op.create_index(NAME, TABLE, ["id"], postgresql_where=sa.text("state IN ('queued', 'sending')"))


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
