"""Find an account by a check's number and by the last four digits of a card.

Revision ID: 0048
Revises: 0047

Safety: three plain indexes; building each reads its table once and holds back writers meanwhile.
"""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"
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
