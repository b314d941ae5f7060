"""People who ask for their record.

Revision ID: 0022
Revises: 0021

Safety: one new table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _line(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "link_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        _line("suffix"),
        sa.Column("birth_on", sa.Date(), nullable=False),
        _line("postal_code"),
        _line("phone"),
        _line("email"),
        sa.Column("state", sa.String(), nullable=False),
        _line("reason"),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        _line("way"),
        _line("nonce"),
        sa.Column("code_sent_at", AT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        _line("proof"),
        _line("note"),
        sa.PrimaryKeyConstraint("id", name="pk__link_requests"),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__link_requests__login_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__link_requests__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["logins.id"], name="fk__link_requests__decided_by_id__logins"
        ),
    )
    op.create_index(
        "uq__link_requests__live",
        "link_requests",
        ["login_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('asked', 'code_sent', 'waiting')"),
    )
    op.create_index("ix__link_requests__state", "link_requests", ["state", "asked_at"])
    op.create_index("ix__link_requests__login_id", "link_requests", ["login_id"])
    op.create_index(
        "ix__link_requests__guarantor_account_id", "link_requests", ["guarantor_account_id"]
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON link_requests TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("link_requests")
