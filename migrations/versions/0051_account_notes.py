"""Notes on accounts, and whom of the staff they speak to.

Revision ID: 0051
Revises: 0050

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__account_notes__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__account_notes__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__account_notes"),
        sa.UniqueConstraint("form_id", name="uq__account_notes__form_id"),
    )
    op.create_index(
        "ix__account_notes__guarantor_account_id", "account_notes", ["guarantor_account_id"]
    )
    op.create_table(
        "note_mentions",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__note_mentions__login_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["account_notes.id"], name="fk__note_mentions__note_id__account_notes"
        ),
        sa.PrimaryKeyConstraint("note_id", "login_id", name="pk__note_mentions"),
    )
    op.create_index(
        "ix__note_mentions__waiting",
        "note_mentions",
        ["login_id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.execute(f"GRANT SELECT, INSERT ON account_notes TO {APP_ROLE}")  # a note is never edited
    op.execute(f"GRANT USAGE ON SEQUENCE account_notes_id_seq TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON note_mentions TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("note_mentions")
    op.drop_table("account_notes")
