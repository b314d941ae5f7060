"""What people say of themselves when they sign up.

Revision ID: 0016
Revises: 0015

Safety: one new table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _line(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("login_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        _line("middle_name"),
        sa.Column("last_name", sa.String(), nullable=False),
        _line("suffix"),
        sa.Column("birth_on", sa.Date(), nullable=False),
        _line("street"),
        _line("street2"),
        _line("city"),
        _line("state"),
        _line("postal_code"),
        _line("mobile"),
        sa.Column("mobile_proven_at", AT, nullable=True),
        sa.Column("spoken_language", sa.String(), server_default="en", nullable=False),
        sa.Column("written_language", sa.String(), server_default="en", nullable=False),
        sa.Column("interpreter", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "formats",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        _line("emergency_name"),
        _line("emergency_relationship"),
        _line("emergency_phone"),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("login_id", name="pk__profiles"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk__profiles__login_id__logins"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON profiles TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("profiles")
