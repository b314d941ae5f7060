"""Refunds and their steps.

Safety: two new tables; nothing that is there is touched. The steps are append-only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0009"
down_revision = "0008"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("taken_from_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", AT, nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", AT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", AT, nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name="ck__refunds__amount_above_zero"),
        sa.CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined'",
            name="ck__refunds__second_person",
        ),
        sa.PrimaryKeyConstraint("id", name="pk__refunds"),
        sa.UniqueConstraint("provider_id", name="uq__refunds__provider_id"),
        sa.UniqueConstraint("entry_id", name="uq__refunds__entry_id"),
        *_references(
            "refunds",
            payment_id="payments",
            taken_from_id="charges",
            requested_by_id="logins",
            decided_by_id="logins",
            entry_id="journal_entries",
        ),
    )
    op.create_index("ix__refunds__payment_id", "refunds", ["payment_id"])
    op.create_index("ix__refunds__state_at", "refunds", ["state_at"])
    op.create_table(
        "refund_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__refund_steps"),
        *_references("refund_steps", refund_id="refunds", login_id="logins"),
    )
    op.create_index("ix__refund_steps__refund_id", "refund_steps", ["refund_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_steps"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON refunds TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON refund_steps TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}")
        for column, target in columns.items()
    ]


def downgrade() -> None:
    op.drop_table("refund_steps")
    op.drop_table("refunds")
