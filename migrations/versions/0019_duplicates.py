"""Records that may be one person, and their merges.

Revision ID: 0019
Revises: 0018

Safety: two new tables and an empty column; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from portal.db import APP_ROLE

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("patients", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__patients__merged_into_id__patients", "patients", "patients", ["merged_into_id"], ["id"]
    )
    op.create_index("ix__patients__merged_into_id", "patients", ["merged_into_id"])
    _pairs()
    _merges()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON duplicate_pairs, record_merges TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _pairs() -> None:
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("older_id", sa.Integer(), nullable=False),
        sa.Column("newer_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", ARRAY(sa.TEXT()), nullable=False),
        sa.Column("scored_at", AT, nullable=False),
        sa.Column("set_aside_at", AT, nullable=True),
        sa.Column("set_aside_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__duplicate_pairs"),
        sa.UniqueConstraint("older_id", "newer_id", name="uq__duplicate_pairs__older_id_newer_id"),
        sa.CheckConstraint("older_id < newer_id", name="ck__duplicate_pairs__in_order"),
        sa.ForeignKeyConstraint(
            ["older_id"], ["patients.id"], name="fk__duplicate_pairs__older_id__patients"
        ),
        sa.ForeignKeyConstraint(
            ["newer_id"], ["patients.id"], name="fk__duplicate_pairs__newer_id__patients"
        ),
        sa.ForeignKeyConstraint(
            ["set_aside_by_id"], ["logins.id"], name="fk__duplicate_pairs__set_aside_by_id__logins"
        ),
    )
    op.create_index("ix__duplicate_pairs__newer", "duplicate_pairs", ["newer_id"])


def _merges() -> None:
    people = ("asked_by_id", "decided_by_id", "undone_by_id")
    op.create_table(
        "record_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("moved", JSONB(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__record_merges"),
        sa.CheckConstraint("kept_id <> gone_id", name="ck__record_merges__two_records"),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name="ck__record_merges__two_people"),
        sa.CheckConstraint(
            "state IN ('asked', 'declined', 'done', 'undone')", name="ck__record_merges__state"
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["patients.id"], name=f"fk__record_merges__{column}__patients"
            )
            for column in ("kept_id", "gone_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["logins.id"], name=f"fk__record_merges__{column}__logins"
            )
            for column in people
        ),
    )
    op.create_index("ix__record_merges__kept", "record_merges", ["kept_id"])
    op.create_index(
        "uq__record_merges__live",
        "record_merges",
        ["gone_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'done')"),
    )


def downgrade() -> None:
    op.drop_table("record_merges")
    op.drop_table("duplicate_pairs")
    op.drop_column("patients", "merged_into_id")
