"""Say by payer how much posts by itself, and keep what came in by folder or server.

Revision ID: 0063
Revises: 0062

Safety: two new tables, and three new columns that may be empty or have a constant default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("never_auto", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__posting_policies"),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name="fk__posting_policies__payer_id__payers"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name="fk__posting_policies__made_by_id__logins"
        ),
        sa.CheckConstraint(
            "level IN ('review_all', 'clean_claims', 'all_balanced')"
            " OR (level = 'as_practice' AND payer_id IS NOT NULL)",
            name="ck__posting_policies__level",
        ),
    )
    op.create_index("ix__posting_policies__payer_id", "posting_policies", ["payer_id"])
    op.execute(f"GRANT SELECT, INSERT ON posting_policies TO {APP_ROLE}")
    op.create_table(
        "incoming_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__incoming_files"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk__incoming_files__file_id__files"
        ),
    )
    op.create_index("ix__incoming_files__file_id", "incoming_files", ["file_id"])
    op.create_index("ix__incoming_files__seen_at", "incoming_files", ["seen_at"])
    op.create_index(
        "uq__incoming_files__open",
        "incoming_files",
        ["source", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    for table in ("posting_policies", "incoming_files"):
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON incoming_files TO {APP_ROLE}")
    op.add_column("remittances", sa.Column("posted_by_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__remittances__posted_by_id__logins", "remittances", "logins", ["posted_by_id"], ["id"]
    )
    op.add_column("uploads", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.create_index("ix__uploads__group_id", "uploads", ["group_id"])
    op.add_column("uploads", sa.Column("choice", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("uploads", "choice")
    op.drop_column("uploads", "group_id")
    op.drop_column("remittances", "posted_by_id")
    op.drop_table("incoming_files")
    op.drop_table("posting_policies")
