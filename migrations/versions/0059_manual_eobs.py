"""Paper EOBs as people type them: batches with a control total, drafts, scans.

Revision ID: 0059
Revises: 0058

Safety: three new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk__{table}__{column}__{other}"
    )


def upgrade() -> None:
    op.create_table(
        "eob_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("checks > 0", name="ck__eob_batches__some_checks"),
        sa.CheckConstraint("total_cents >= 0", name="ck__eob_batches__total_not_negative"),
        _to("eob_batches", "login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__eob_batches"),
    )
    op.create_index("ix__eob_batches__received_on", "eob_batches", ["received_on"])
    op.create_table(
        "eob_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("posted_by_id", sa.Integer(), nullable=True),
        sa.Column("posted_at", MOMENT, nullable=True),
        sa.Column("remittance_id", sa.Integer(), nullable=True),
        _to("eob_entries", "batch_id", "eob_batches"),
        _to("eob_entries", "payer_id", "payers"),
        _to("eob_entries", "begun_by_id", "logins"),
        _to("eob_entries", "changed_by_id", "logins"),
        _to("eob_entries", "posted_by_id", "logins"),
        _to("eob_entries", "remittance_id", "remittances"),
        sa.PrimaryKeyConstraint("id", name="pk__eob_entries"),
        sa.UniqueConstraint("remittance_id", name="uq__eob_entries__remittance_id"),
    )
    op.create_index("ix__eob_entries__batch_id", "eob_entries", ["batch_id"])
    op.create_index("ix__eob_entries__number", "eob_entries", ["number"])
    op.create_index(
        "ix__eob_entries__drafts",
        "eob_entries",
        ["batch_id"],
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "eob_scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _to("eob_scans", "entry_id", "eob_entries"),
        _to("eob_scans", "login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__eob_scans"),
    )
    op.create_index("ix__eob_scans__entry_id", "eob_scans", ["entry_id"])
    for table in ("eob_batches", "eob_entries", "eob_scans"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def downgrade() -> None:
    for table in ("eob_scans", "eob_entries", "eob_batches"):
        op.drop_table(table)
