"""How far the card company's own list of payments, refunds and disputes has been walked (payments.md rule 7)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "object_walks",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("walked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("provider", "kind", name=op.f("pk__object_walks")),
    )
    op.add_column("payments", sa.Column("walked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON object_walks TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_column("payments", "walked_at")
    op.drop_table("object_walks")
