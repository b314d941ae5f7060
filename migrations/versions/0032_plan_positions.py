"""Where in the ledger a plan's signature and events stand: what came before and after them is then certain.

Revision ID: 0030
Revises: 0031

Safety: two columns of tables that nobody has written to yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = ("plan_versions", "plan_events")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table,
            sa.Column("ledger_position", sa.BigInteger(), server_default="0", nullable=False),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "ledger_position")
