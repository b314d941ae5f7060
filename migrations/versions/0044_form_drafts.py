"""Drafts of forms, what a tablet at the desk shows now, and the account of money paid before a visit.

Revision ID: 0044
Revises: 0043

Safety: a new table, new columns of a table that is small, one more row of the chart of accounts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by_id"], ["logins.id"], name="fk__form_drafts__edited_by_id__logins"
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name="fk__form_drafts__form_id__forms"),
        sa.PrimaryKeyConstraint("form_id", "language", name="pk__form_drafts"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON form_drafts TO {APP_ROLE}")
    op.add_column("kiosks", sa.Column("code_hash", sa.String(), nullable=True))
    op.add_column("kiosks", sa.Column("code_until", MOMENT, nullable=True))
    op.add_column("kiosks", sa.Column("appointment_id", sa.Uuid(), nullable=True))
    op.add_column("kiosks", sa.Column("opened_at", MOMENT, nullable=True))
    op.add_column("kiosks", sa.Column("misses", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("kiosks", "misses", server_default=None)
    op.add_column("kiosks", sa.Column("paused_until", MOMENT, nullable=True))
    op.create_unique_constraint("uq__kiosks__code_hash", "kiosks", ["code_hash"])
    op.create_foreign_key(
        "fk__kiosks__appointment_id__appointments",
        "kiosks",
        "appointments",
        ["appointment_id"],
        ["id"],
    )
    op.execute(
        "INSERT INTO ledger_accounts (code) VALUES ('patient_prepayment')"
        " ON CONFLICT (code) DO NOTHING"
    )


def downgrade() -> None:
    # Refused by the postings' foreign key where money lies there: then going back would lose it.
    op.execute("DELETE FROM ledger_accounts WHERE code = 'patient_prepayment'")
    op.drop_constraint("fk__kiosks__appointment_id__appointments", "kiosks", type_="foreignkey")
    op.drop_constraint("uq__kiosks__code_hash", "kiosks", type_="unique")
    for column in (
        "paused_until",
        "misses",
        "opened_at",
        "appointment_id",
        "code_until",
        "code_hash",
    ):
        op.drop_column("kiosks", column)
    op.drop_table("form_drafts")
