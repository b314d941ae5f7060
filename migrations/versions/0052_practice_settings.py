"""What the practice chose where the rules leave a choice, with the day from which it counts.

Revision ID: 0052
Revises: 0051

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLE = "practice_settings"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__practice_settings__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__practice_settings"),
    )
    op.create_index("ix__practice_settings__key", TABLE, ["key", "effective_from", "id"])
    op.create_index("ix__practice_settings__login_id", TABLE, ["login_id"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
