"""Small balances are let go in batches that a person approves (OPS-19, OPS-22).

Revision ID: 0091
Revises: 0090

Safety: a column with a default, a column that may be empty, two checks that every row meets, and a partial index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

T = "bad_debt_batches"


def upgrade() -> None:
    op.add_column(T, sa.Column("kind", sa.String(), server_default="bad_debt", nullable=False))
    op.alter_column(T, "prepared_by_id", nullable=True)
    op.create_check_constraint(op.f(f"ck__{T}__kind"), T, "kind IN ('bad_debt', 'small_balance')")
    op.create_check_constraint(
        op.f(f"ck__{T}__preparer"), T, "(prepared_by_id IS NULL) = (kind = 'small_balance')"
    )
    op.create_index(
        f"uq__{T}__small",
        T,
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'small_balance' AND state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index(f"uq__{T}__small", table_name=T)
    op.drop_constraint(op.f(f"ck__{T}__preparer"), T)
    op.drop_constraint(op.f(f"ck__{T}__kind"), T)
    op.drop_column(T, "kind")
    op.alter_column(T, "prepared_by_id", nullable=False)
