"""What the sending of texts asks about: proven numbers, bad numbers, the choice of channel, and a switch.

Safety: new columns with a default and two small tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0012"
down_revision = "0011"

ACCOUNTS = "guarantor_accounts"
AT = sa.DateTime(timezone=True)
TEXTS = (
    ("practices", "text_name", ""),
    (ACCOUNTS, "proven_mobile", ""),
    (ACCOUNTS, "text_grade", "link"),
    (ACCOUNTS, "bill_notices", "text"),
)


def upgrade() -> None:
    for table, name, default in TEXTS:
        op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=default))
        op.alter_column(table, name, server_default=None)
    op.add_column(ACCOUNTS, sa.Column("proven_mobile_at", AT, nullable=True))
    op.create_table(
        "text_numbers",
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("bad_since", AT, nullable=True),
        sa.Column("bad_code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("phone", name="pk__text_numbers"),
    )
    op.create_table(
        "message_switches",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stopped_at", AT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("resumed_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk__message_switches"),
        sa.ForeignKeyConstraint(
            ["resumed_by_id"], ["logins.id"], name="fk__message_switches__resumed_by_id__logins"
        ),
    )
    for table in ("text_numbers", "message_switches"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("message_switches")
    op.drop_table("text_numbers")
    op.drop_column(ACCOUNTS, "proven_mobile_at")
    for table, name, _ in TEXTS:
        op.drop_column(table, name)
