"""Files of returns as an agency sent them, and which of its remittances covers a returned payment.

Revision ID: 0078
Revises: 0077

Safety: one new table, and one column without a default on a table that holds little.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agency_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name="fk__agency_files__agency_id__agencies"
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["logins.id"], name="fk__agency_files__received_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"], ["logins.id"], name="fk__agency_files__read_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__agency_files"),
    )
    op.create_index("ix__agency_files__agency_id", "agency_files", ["agency_id", "received_at"])
    op.add_column("agency_returns", sa.Column("remittance_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk__agency_returns__remittance_id__agency_remittances",
        "agency_returns",
        "agency_remittances",
        ["remittance_id"],
        ["id"],
    )
    op.create_index("ix__agency_returns__remittance_id", "agency_returns", ["remittance_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON agency_files TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_index("ix__agency_returns__remittance_id", "agency_returns")
    op.drop_column("agency_returns", "remittance_id")
    op.drop_table("agency_files")
