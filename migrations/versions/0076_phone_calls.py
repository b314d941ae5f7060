"""Calls about bills, with what came of each.

Revision ID: 0076
Revises: 0075

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "phone_calls"
OUTCOMES = "'', 'spoke', 'left_message', 'no_answer', 'wrong_number', 'refused'"
CHANGES = (
    "outcome, spoke_with, told_of_help, note, ended_at, corrected_at, corrected_by_id, correction"
)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        _words("outcome"),
        _words("spoke_with"),
        sa.Column("told_of_help", sa.Boolean(), server_default="false", nullable=False),
        _words("note"),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.Column("corrected_by_id", sa.Integer(), nullable=True),
        _words("correction"),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=f"fk__{TABLE}__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["logins.id"], name=f"fk__{TABLE}__started_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["logins.id"], name=f"fk__{TABLE}__corrected_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name=f"ck__{TABLE}__outcome_known"),
        sa.CheckConstraint(
            "(outcome = '') = (ended_at IS NULL)", name=f"ck__{TABLE}__outcome_with_its_moment"
        ),
        sa.CheckConstraint(
            "(corrected_at IS NULL) = (correction = '')", name=f"ck__{TABLE}__correction_whole"
        ),
    )
    op.create_index(f"ix__{TABLE}__account", TABLE, ["guarantor_account_id", "started_at"])
    op.create_index(f"ix__{TABLE}__started_by_id", TABLE, ["started_by_id"])
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE ({CHANGES}) ON {TABLE} TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
