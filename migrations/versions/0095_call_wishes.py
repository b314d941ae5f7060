"""When and where somebody asked not to be called (COLL-15).

Revision ID: 0095
Revises: 0094

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

T = "call_wishes"


def upgrade() -> None:
    op.create_table(
        T,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("calls_from", sa.Time(), nullable=True),
        sa.Column("calls_until", sa.Time(), nullable=True),
        sa.Column("not_numbers", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=f"fk__{T}__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["logins.id"], name=f"fk__{T}__taken_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{T}"),
        sa.CheckConstraint(
            "calls_from IS NULL OR calls_until IS NULL OR calls_from < calls_until",
            name=f"ck__{T}__hours",
        ),
    )
    op.create_index(f"ix__{T}__account", T, ["guarantor_account_id", "id"])
    op.execute(f"GRANT SELECT, INSERT ON {T} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(T)
