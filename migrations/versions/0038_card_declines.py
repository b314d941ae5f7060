"""Tries that banks refused, to tell a patient's bad day from somebody who tests stolen cards.

Revision ID: 0036
Revises: 0037

Safety: one new table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLE = "card_declines"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.UniqueConstraint("provider_id", name=f"uq__{TABLE}__provider_id"),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=f"fk__{TABLE}__payment_id__payments"
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=f"fk__{TABLE}__guarantor_account_id__guarantor_accounts",
        ),
    )
    for column in ("payment_id", "guarantor_account_id", "declined_at"):
        op.create_index(f"ix__{TABLE}__{column}", TABLE, [column])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
