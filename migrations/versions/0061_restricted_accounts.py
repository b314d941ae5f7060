"""Accounts that are opened only for a reason, and who opened one.

Revision ID: 0061
Revises: 0060

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

ACCOUNTS, GLASS = "restrictions", "break_glass"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        ACCOUNTS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("staff_login_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('vip', 'staff', 'by_request')", name="ck__restrictions__kind"),
        _account(ACCOUNTS),
        *(_login(ACCOUNTS, column) for column in ("staff_login_id", "set_by_id", "ended_by_id")),
        sa.PrimaryKeyConstraint("id", name="pk__restrictions"),
    )
    op.create_index(
        "uq__restrictions__live",
        ACCOUNTS,
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        GLASS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        _account(GLASS),
        _login(GLASS, "login_id"),
        sa.PrimaryKeyConstraint("id", name="pk__break_glass"),
    )
    op.create_index("ix__break_glass__open", GLASS, ["login_id", "guarantor_account_id", "ends_at"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {GLASS}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {ACCOUNTS} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON {GLASS} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guarantor_account_id"],
        ["guarantor_accounts.id"],
        name=f"fk__{table}__guarantor_account_id__guarantor_accounts",
    )


def _login(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["logins.id"], name=f"fk__{table}__{column}__logins")


def downgrade() -> None:
    op.drop_table(GLASS)
    op.drop_table(ACCOUNTS)
