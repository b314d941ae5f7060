"""Standing words of a person: for this payer, that code on a remittance is this code of ours.

Revision ID: 0082
Revises: 0081

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "code_equivalences"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column("ours", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name=f"fk__{TABLE}__payer_id__payers"),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=f"fk__{TABLE}__made_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["logins.id"], name=f"fk__{TABLE}__ended_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.CheckConstraint(
            "theirs <> '' AND ours <> '' AND theirs <> ours", name=op.f(f"ck__{TABLE}__codes")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (effective_to IS NULL)"
            " AND (ended_at IS NULL) = (ended_by_id IS NULL)"
            " AND (ended_at IS NULL) = (end_reason = '')",
            name=op.f(f"ck__{TABLE}__end_whole"),
        ),
    )
    op.create_index(
        f"uq__{TABLE}__standing",
        TABLE,
        ["payer_id", "theirs"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(f"ix__{TABLE}__made_by_id", TABLE, ["made_by_id"])
    op.create_index(f"ix__{TABLE}__ended_by_id", TABLE, ["ended_by_id"])
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(
        f"GRANT UPDATE (effective_to, ended_by_id, ended_at, end_reason) ON {TABLE} TO {APP_ROLE}"
    )
    op.execute(f"GRANT USAGE ON SEQUENCE {TABLE}_id_seq TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
