"""Confidential requests: where a person is reached instead, and what is never used (HIPAA-10).

Revision ID: 0024
Revises: 0023

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = "confidential_requests"
AT = sa.DateTime(timezone=True)
WORDS = ("street", "street2", "city", "state", "postal_code", "email", "phone")
SWITCHES = ("no_paper", "no_email", "no_texts", "no_calls", "shared_phone")
FOREIGN = (
    ("login_id", "logins"),
    ("patient_id", "patients"),
    ("asked_by_id", "logins"),
    ("ended_by_id", "logins"),
    ("seen_by_id", "logins"),
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("account_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in WORDS),
        sa.Column("phone_proven_at", AT, nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in SWITCHES),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.CheckConstraint(
            "login_id IS NOT NULL OR cardinality(account_ids) > 0", name=f"ck__{TABLE}__whose"
        ),
        sa.CheckConstraint("source IN ('page', 'desk', 'phone')", name=f"ck__{TABLE}__source"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk__{TABLE}__{column}__{table}"
            )
            for column, table in FOREIGN
        ),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        f"uq__{TABLE}__standing", TABLE, ["login_id"], unique=True, postgresql_where=standing
    )
    op.create_index(
        f"ix__{TABLE}__account_ids",
        TABLE,
        ["account_ids"],
        postgresql_using="gin",
        postgresql_where=standing,
    )
    op.create_index(f"ix__{TABLE}__patient_id", TABLE, ["patient_id"], postgresql_where=standing)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
