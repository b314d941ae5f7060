"""Find an account by a check's number and by the last four digits of a card.

Revision ID: 0050
Revises: 0049

Safety: three plain indexes; building each reads its table once and holds back writers meanwhile.
"""

from __future__ import annotations

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_KEYS = (
    ("payments", "last4"),
    ("payment_methods", "last4"),
    ("practice_receipts", "check_number"),
)


def upgrade() -> None:
    for table, column in _KEYS:
        op.create_index(f"ix__{table}__{column}", table, [column])


def downgrade() -> None:
    for table, column in reversed(_KEYS):
        op.drop_index(f"ix__{table}__{column}", table)
