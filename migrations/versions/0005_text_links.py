"""Links sent by text, the visits they open, and which payments were made on one.

Safety: new tables, and one nullable column without a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0005"
down_revision = "0004"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "text_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__text_links"),
        sa.UniqueConstraint("token_hash", name="uq__text_links__token_hash"),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__text_links__guarantor_account_id__guarantor_accounts",
        ),
    )
    op.create_index("ix__text_links__guarantor_account_id", "text_links", ["guarantor_account_id"])
    op.create_table(
        "guest_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("text_link_id", sa.Integer(), nullable=False),
        sa.Column("started_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__guest_sessions"),
        sa.UniqueConstraint("id_hash", name="uq__guest_sessions__id_hash"),
        sa.UniqueConstraint("text_link_id", name="uq__guest_sessions__text_link_id"),
        sa.ForeignKeyConstraint(
            ["text_link_id"], ["text_links.id"], name="fk__guest_sessions__text_link_id__text_links"
        ),
    )
    op.add_column("payments", sa.Column("text_link_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__payments__text_link_id__text_links", "payments", "text_links", ["text_link_id"], ["id"]
    )
    op.create_index("ix__payments__text_link_id", "payments", ["text_link_id"])
    for table in ("text_links", "guest_sessions"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_index("ix__payments__text_link_id", "payments")
    op.drop_column("payments", "text_link_id")
    op.drop_table("guest_sessions")
    op.drop_table("text_links")
