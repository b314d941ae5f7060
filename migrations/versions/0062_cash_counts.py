"""Counts of the cash drawer, each by one person.

Revision ID: 0062
Revises: 0061

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLE = "cash_counts"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("float_cents", sa.BigInteger(), nullable=False),
        sa.Column("pieces", postgresql.JSONB(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.UniqueConstraint("form_id", name=f"uq__{TABLE}__form_id"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{TABLE}__login_id__logins"),
        sa.CheckConstraint(
            "total_cents >= 0 AND float_cents >= 0", name=op.f(f"ck__{TABLE}__not_below_zero")
        ),
    )
    op.create_index(f"ix__{TABLE}__day", TABLE, ["day"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON SEQUENCE {TABLE}_id_seq TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
