"""A batch of receipts may go to the bank in parts by method, each on a line of its own.

Revision ID: 0087
Revises: 0086

Safety: one new column with a constant default, and a primary key over a small table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

TABLE = "deposit_batches"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("part", sa.String(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f(f"ck__{TABLE}__part_known"), TABLE, "part IN ('', 'cash', 'check', 'card')"
    )
    op.drop_constraint(f"pk__{TABLE}", TABLE, type_="primary")
    op.create_primary_key(f"pk__{TABLE}", TABLE, ["batch_id", "part"])


def downgrade() -> None:
    # A batch in parts has no place in the older table: its first line keeps it.
    op.execute(
        f"DELETE FROM {TABLE} a USING {TABLE} b WHERE a.batch_id = b.batch_id AND a.part > b.part"
    )
    op.drop_constraint(f"pk__{TABLE}", TABLE, type_="primary")
    op.create_primary_key(f"pk__{TABLE}", TABLE, ["batch_id"])
    op.drop_constraint(op.f(f"ck__{TABLE}__part_known"), TABLE, type_="check")
    op.drop_column(TABLE, "part")
