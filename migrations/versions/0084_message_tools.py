"""Attachments of messages, the line of a bill that a message is about, and kept answers.

Revision ID: 0084
Revises: 0083

Safety: two new tables and one empty column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FILES, ANSWERS = "message_attachments", "kept_answers"


def upgrade() -> None:
    op.add_column("thread_messages", sa.Column("charge_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__thread_messages__charge_id__charges",
        "thread_messages",
        "charges",
        ["charge_id"],
        ["id"],
    )
    op.create_table(
        FILES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["thread_messages.id"], name=f"fk__{FILES}__message"
        ),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{FILES}__login_id__logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{FILES}"),
    )
    op.create_index(f"ix__{FILES}__message_id", FILES, ["message_id"])
    op.create_table(
        ANSWERS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.Column("words_es", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["logins.id"], name=f"fk__{ANSWERS}__changed_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{ANSWERS}"),
        sa.UniqueConstraint("title", name=f"uq__{ANSWERS}__title"),
    )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {FILES}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {FILES} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {ANSWERS} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(ANSWERS)
    op.drop_table(FILES)
    op.drop_column("thread_messages", "charge_id")
