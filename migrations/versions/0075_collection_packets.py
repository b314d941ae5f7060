"""Packets of bills before they go to an agency.

Revision ID: 0075
Revises: 0074

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "collection_packets"
PARENTS = {
    "guarantor_account_id": ("guarantor_accounts", False),
    "visit_id": ("visits", False),
    "prepared_by_id": ("logins", False),
    "signed_by_id": ("logins", True),
}


def _named(column: str, parent: str) -> str:
    """The convention's name, but for one that would be too long for the database."""
    if column == "guarantor_account_id":
        return f"fk__{TABLE}__account"
    return f"fk__{TABLE}__{column}__{parent}"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(column, sa.Integer(), nullable=nullable)
            for column, (_, nullable) in PARENTS.items()
        ),
        sa.Column("prepared_on", sa.Date(), nullable=False),
        sa.Column("prepared_at", MOMENT, nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("ledger_position", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=_named(column, parent))
            for column, (parent, _) in PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.CheckConstraint("balance_cents > 0", name=f"ck__{TABLE}__balance_above_zero"),
        sa.CheckConstraint(
            "(signed_by_id IS NULL) = (signed_at IS NULL)", name=f"ck__{TABLE}__signed_whole"
        ),
        sa.CheckConstraint("signed_by_id <> prepared_by_id", name=f"ck__{TABLE}__two_people"),
    )
    op.create_index(f"ix__{TABLE}__visit", TABLE, ["visit_id", "prepared_at"])
    op.create_index(f"ix__{TABLE}__prepared_on", TABLE, ["prepared_on"])
    op.create_index(f"ix__{TABLE}__guarantor_account_id", TABLE, ["guarantor_account_id"])
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE (signed_by_id, signed_at) ON {TABLE} TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
