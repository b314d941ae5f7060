"""An agency's payment that was entered by mistake can be taken back (COLL-21, OPS-13).

Revision ID: 0097
Revises: 0096

Safety: columns that may be empty, checks that every row meets, and a unique constraint that becomes a partial index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

T = "agency_remittances"


def upgrade() -> None:
    op.add_column(T, sa.Column("back_entry_id", sa.Uuid(), nullable=True))
    op.add_column(T, sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(T, sa.Column("back_by_id", sa.Integer(), nullable=True))
    op.add_column(T, sa.Column("back_why", sa.String(), server_default="", nullable=False))
    op.add_column(
        T,
        sa.Column("brought", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
    )
    op.add_column(T, sa.Column("alone_log_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        f"fk__{T}__back_entry_id__journal_entries", T, "journal_entries", ["back_entry_id"], ["id"]
    )
    op.create_foreign_key(f"fk__{T}__back_by_id__logins", T, "logins", ["back_by_id"], ["id"])
    op.create_foreign_key(
        f"fk__{T}__alone", T, "alone_decisions", ["alone_log_id", "back_by_id"], ["id", "login_id"]
    )
    op.create_unique_constraint(f"uq__{T}__back_entry_id", T, ["back_entry_id"])
    op.create_unique_constraint(f"uq__{T}__alone_log_id", T, ["alone_log_id"])
    op.create_check_constraint(
        op.f(f"ck__{T}__taken_back_whole"),
        T,
        "(back_entry_id IS NULL) = (back_at IS NULL) AND (back_at IS NULL) = (back_by_id IS NULL)",
    )
    op.create_check_constraint(
        op.f(f"ck__{T}__two_people"), T, "back_by_id <> entered_by_id OR alone_log_id IS NOT NULL"
    )
    op.drop_constraint(f"uq__{T}__agency_id_trace", T)
    op.create_index(
        f"uq__{T}__trace",
        T,
        ["agency_id", "trace"],
        unique=True,
        postgresql_where=sa.text("back_entry_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(f"uq__{T}__trace", table_name=T)
    op.create_unique_constraint(f"uq__{T}__agency_id_trace", T, ["agency_id", "trace"])
    op.drop_constraint(op.f(f"ck__{T}__two_people"), T)
    op.drop_constraint(op.f(f"ck__{T}__taken_back_whole"), T)
    for name in ("alone_log_id", "brought", "back_why", "back_by_id", "back_at", "back_entry_id"):
        op.drop_column(T, name)
