"""Who takes care of a patient's message, and when it was answered.

Safety: three nullable columns and a small partial index on a table that is weeks old.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = "thread_messages"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("assigned_to_id", "answered_by_id"):
        op.add_column(TABLE, sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(f"fk__{TABLE}__{name}__logins", TABLE, "logins", [name], ["id"])
    op.create_index(
        f"ix__{TABLE}__open",
        TABLE,
        ["at"],
        postgresql_where=sa.text("author = 'patient' AND answered_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(f"ix__{TABLE}__open", TABLE)
    for name in ("assigned_to_id", "answered_by_id", "answered_at"):
        op.drop_column(TABLE, name)
