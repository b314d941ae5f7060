"""Proxies: who may act for a patient, in which browser, and what was done so.

Revision ID: 0023
Revises: 0022

Safety: one new table and three empty columns; rows of the audit trail that are sealed stay as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
COLUMNS = (
    ("login_sessions", "acting_grant_id"),
    ("audit_events", "acting_for"),
    ("payments", "proxy_grant_id"),
)


def upgrade() -> None:
    op.create_table(
        "proxy_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("proxy_login_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("of_minor", sa.Boolean(), nullable=False),
        sa.Column("checked", sa.String(), server_default="", nullable=False),
        sa.Column("invited_at", AT, nullable=False),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("declined_at", AT, nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_reason", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__proxy_grants"),
        sa.UniqueConstraint("token_hash", name="uq__proxy_grants__token_hash"),
        sa.CheckConstraint(
            "relationship IN ('parent', 'guardian', 'spouse', 'caregiver', 'other')",
            name="ck__proxy_grants__relationship",
        ),
        sa.CheckConstraint(
            "cardinality(scopes) > 0"
            " AND scopes <@ ARRAY['bills', 'pay', 'book', 'insurance', 'full']::varchar[]",
            name="ck__proxy_grants__scopes",
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (proxy_login_id IS NULL)", name="ck__proxy_grants__accepted"
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk__proxy_grants__{column}__{table}"
            )
            for column, table in (
                ("patient_id", "patients"),
                ("granted_by_id", "logins"),
                ("proxy_login_id", "logins"),
                ("ended_by_id", "logins"),
            )
        ),
    )
    op.create_index("ix__proxy_grants__proxy_login_id", "proxy_grants", ["proxy_login_id"])
    op.create_index(
        "uq__proxy_grants__live",
        "proxy_grants",
        ["patient_id", "proxy_login_id"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "uq__proxy_grants__invited",
        "proxy_grants",
        ["patient_id", "email"],
        unique=True,
        postgresql_where=sa.text(
            "accepted_at IS NULL AND declined_at IS NULL AND ended_at IS NULL"
        ),
    )
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
        op.create_foreign_key(
            f"fk__{table}__{column}__proxy_grants", table, "proxy_grants", [column], ["id"]
        )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON proxy_grants TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
    op.drop_table("proxy_grants")
