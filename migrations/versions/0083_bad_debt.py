"""Batches of bills that are written off as bad debt.

Revision ID: 0083
Revises: 0082

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("bad_debt_batches", "bad_debt_bills")


def upgrade() -> None:
    op.create_table(
        "bad_debt_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["logins.id"], name="fk__bad_debt_batches__prepared_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["logins.id"], name="fk__bad_debt_batches__decided_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__bad_debt_batches"),
    )
    op.create_index("ix__bad_debt_batches__prepared_at", "bad_debt_batches", ["prepared_at"])
    _bills()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _bills() -> None:
    op.create_table(
        "bad_debt_bills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("back_entry_id", sa.Uuid(), nullable=True),
        sa.Column("back_at", MOMENT, nullable=True),
        sa.Column("back_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name="ck__bad_debt_bills__amount_above_zero"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["bad_debt_batches.id"],
            name="fk__bad_debt_bills__batch_id__bad_debt_batches",
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__bad_debt_bills__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk__bad_debt_bills__visit_id__visits"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name="fk__bad_debt_bills__entry_id__journal_entries",
        ),
        sa.ForeignKeyConstraint(
            ["back_entry_id"],
            ["journal_entries.id"],
            name="fk__bad_debt_bills__back_entry_id__journal_entries",
        ),
        sa.ForeignKeyConstraint(
            ["back_by_id"], ["logins.id"], name="fk__bad_debt_bills__back_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__bad_debt_bills"),
        sa.UniqueConstraint("entry_id", name="uq__bad_debt_bills__entry_id"),
    )
    for column in ("batch_id", "guarantor_account_id", "visit_id"):
        op.create_index(f"ix__bad_debt_bills__{column}", "bad_debt_bills", [column])
    op.create_index(
        "uq__bad_debt_bills__live",
        "bad_debt_bills",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
