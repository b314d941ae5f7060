"""Lines of the card company's balance, and what is there that nobody here knows.

Revision ID: 0028
Revises: 0029

Safety: two new tables and one index on a small table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
LINES, FOREIGN = "clearing_lines", "foreign_objects"


def upgrade() -> None:
    op.create_table(
        LINES,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{LINES}"),
        sa.UniqueConstraint("provider_id", name=f"uq__{LINES}__provider_id"),
    )
    for column in ("source_id", "made_at"):
        op.create_index(f"ix__{LINES}__{column}", LINES, [column])
    op.create_index("ix__payout_lines__source_id", "payout_lines", ["source_id"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {LINES}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.create_table(
        FOREIGN,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{FOREIGN}"),
        sa.UniqueConstraint("provider_id", name=f"uq__{FOREIGN}__provider_id"),
    )
    op.create_index(f"ix__{FOREIGN}__seen_at", FOREIGN, ["seen_at"])
    op.execute(f"GRANT SELECT, INSERT ON {LINES} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {FOREIGN} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(FOREIGN)
    op.drop_index("ix__payout_lines__source_id", "payout_lines")
    op.drop_table(LINES)
