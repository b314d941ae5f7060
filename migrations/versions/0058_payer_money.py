"""Takebacks matched to claims, and our checks to payers.

Revision ID: 0058
Revises: 0057

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk__{table}__{column}__{other}"
    )


def upgrade() -> None:
    op.create_table(
        "takeback_matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_id", sa.Uuid(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_why", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="ck__takeback_matches__amount_above_zero"),
        _to("takeback_matches", "payer_id", "payers"),
        _to("takeback_matches", "claim_id", "claims"),
        _to("takeback_matches", "entry_id", "journal_entries"),
        _to("takeback_matches", "login_id", "logins"),
        _to("takeback_matches", "undone_id", "journal_entries"),
        _to("takeback_matches", "undone_by_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__takeback_matches"),
        sa.UniqueConstraint("entry_id", name="uq__takeback_matches__entry_id"),
    )
    op.create_index("ix__takeback_matches__claim_id", "takeback_matches", ["claim_id"])
    op.create_index(
        "ix__takeback_matches__payer_id_reference", "takeback_matches", ["payer_id", "reference"]
    )
    op.create_table(
        "payer_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("federal", sa.Boolean(), nullable=False),
        sa.Column("identified_on", sa.Date(), nullable=False),
        sa.Column("investigation", sa.String(), server_default="", nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("number", sa.String(), server_default="", nullable=False),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name="ck__payer_refunds__amount_above_zero"),
        _to("payer_refunds", "payer_id", "payers"),
        _to("payer_refunds", "requested_by_id", "logins"),
        _to("payer_refunds", "decided_by_id", "logins"),
        _to("payer_refunds", "entry_id", "journal_entries"),
        sa.PrimaryKeyConstraint("id", name="pk__payer_refunds"),
        sa.UniqueConstraint("entry_id", name="uq__payer_refunds__entry_id"),
    )
    op.create_index("ix__payer_refunds__payer_id", "payer_refunds", ["payer_id"])
    op.create_index("ix__payer_refunds__state", "payer_refunds", ["state"])
    op.create_index(
        "uq__payer_refunds__number",
        "payer_refunds",
        ["number"],
        unique=True,
        postgresql_where=sa.text("number <> ''"),
    )
    for table in ("takeback_matches", "payer_refunds"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def downgrade() -> None:
    # The ledger keeps what they posted; what remains is only who said so.
    for table in ("payer_refunds", "takeback_matches"):
        op.drop_table(table)
