"""Refunds by check, and every step each of them took.

Revision ID: 0035
Revises: 0034

Safety: two new tables; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from portal.db import APP_ROLE

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
TABLE, STEPS = "check_refunds", "check_steps"


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}"
    )


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("address", JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", AT, nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", AT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), server_default="", nullable=False),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.UniqueConstraint("entry_id", name=f"uq__{TABLE}__entry_id"),
        sa.CheckConstraint("amount_cents > 0", name=op.f(f"ck__{TABLE}__amount_above_zero")),
        sa.CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined'",
            name=op.f(f"ck__{TABLE}__second_person"),
        ),
        sa.CheckConstraint(
            "(number <> '') = (state IN ('written', 'cleared', 'voided'))",
            name=op.f(f"ck__{TABLE}__written_by_number"),
        ),
        _points(TABLE, "guarantor_account_id", "guarantor_accounts"),
        _points(TABLE, "payment_id", "payments"),
        _points(TABLE, "requested_by_id", "logins"),
        _points(TABLE, "decided_by_id", "logins"),
        _points(TABLE, "entry_id", "journal_entries"),
    )
    for column in ("guarantor_account_id", "payment_id", "state_at"):
        op.create_index(f"ix__{TABLE}__{column}", TABLE, [column])
    op.create_index(
        f"uq__{TABLE}__number",
        TABLE,
        ["number"],
        unique=True,
        postgresql_where=sa.text("number <> ''"),
    )
    op.create_table(
        STEPS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{STEPS}"),
        _points(STEPS, "check_id", TABLE),
        _points(STEPS, "login_id", "logins"),
    )
    op.create_index(f"ix__{STEPS}__check_id", STEPS, ["check_id"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {STEPS}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON {STEPS} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(STEPS)
    op.drop_table(TABLE)
