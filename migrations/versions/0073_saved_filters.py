"""Views of the queue under a name, and an index for claims that wait for an answer.

Revision ID: 0073
Revises: 0072

Safety: one new table and one small partial index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("saved_filters",)


def upgrade() -> None:
    _saved_filters()
    op.create_index(
        "ix__work_items__unpaid",
        "work_items",
        ["claim_id"],
        postgresql_where=sa.text("kind = 'unpaid_claim'"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _saved_filters() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__saved_filters__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__saved_filters"),
        sa.UniqueConstraint("login_id", "name", name="uq__saved_filters__login_id_name"),
    )


def downgrade() -> None:
    op.drop_index("ix__work_items__unpaid", "work_items")
    for table in reversed(TABLES):
        op.drop_table(table)
