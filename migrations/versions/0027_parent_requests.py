"""Parents who ask to see a child's account.

Revision ID: 0027
Revises: 0026

Safety: one new table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLE = "parent_requests"
AT = sa.DateTime(timezone=True)


def _points(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{TABLE}__{column}__{target}"
    )


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.CheckConstraint(
            "relationship IN ('parent', 'guardian')", name=f"ck__{TABLE}__relationship"
        ),
        _points("login_id", "logins"),
        _points("decided_by_id", "logins"),
        _points("grant_id", "proxy_grants"),
    )
    op.create_index(f"ix__{TABLE}__state", TABLE, ["state", "asked_at"])
    op.create_index(f"ix__{TABLE}__login_id", TABLE, ["login_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
