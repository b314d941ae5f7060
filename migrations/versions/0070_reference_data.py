"""Prices and contracted amounts, the history of reference data, and its files that wait.

Revision ID: 0070
Revises: 0069

Safety: three new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("fee_schedules", "reference_changes", "reference_uploads")


def upgrade() -> None:
    _fee_schedules()
    _reference_changes()
    _reference_uploads()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO {APP_ROLE}")
    op.execute(f"REVOKE UPDATE ON reference_changes FROM {APP_ROLE}")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reference_changes"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _fee_schedules() -> None:
    op.create_table(
        "fee_schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("modifiers", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_cents >= 0", name="ck__fee_schedules__amount_not_below_zero"),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name="fk__fee_schedules__payer_id__payers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__fee_schedules"),
    )
    op.create_index(
        "uq__fee_schedules__key",
        "fee_schedules",
        ["payer_id", "procedure", "modifiers", "from_on"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _reference_changes() -> None:
    op.create_table(
        "reference_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__reference_changes__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__reference_changes"),
    )
    op.create_index(
        "ix__reference_changes__row", "reference_changes", ["kind", "key", "id"], unique=False
    )


def _reference_uploads() -> None:
    op.create_table(
        "reference_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__reference_uploads__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__reference_uploads"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
