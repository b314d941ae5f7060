"""Keep a photographed EOB while it is read and until somebody decides what it is for.

Revision ID: 0092
Revises: 0091

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

TABLE = "eob_photos"
AT = sa.DateTime(timezone=True)
POINTS = (
    ("visit_id", "visits"),
    ("charge_id", "charges"),
    ("login_id", "logins"),
    ("dispute_id", "bill_disputes"),
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("told_cents", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_at", AT, nullable=False),
        sa.Column("read_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("dispute_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'read', 'failed')", name=op.f("ck__eob_photos__state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk__eob_photos"),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk__{TABLE}__{column}__{to}")
            for column, to in POINTS
        ),
    )
    op.create_index("ix__eob_photos__visit_id", TABLE, ["visit_id"])
    op.create_index(
        "ix__eob_photos__loose", TABLE, ["uploaded_at"], postgresql_where=sa.text("stored_as <> ''")
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    changes = "stored_as, state, told_cents, read_at, sent_at, dispute_id"
    op.execute(f"GRANT UPDATE ({changes}) ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
