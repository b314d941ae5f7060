"""Limits of adjustments with a first day, and adjustments that wait for a second person.

Revision ID: 0057
Revises: 0056

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RULES, REQUESTS = "adjustment_rules", "adjustment_asks"


def upgrade() -> None:
    op.create_table(
        RULES,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("limit_cents", sa.BigInteger(), nullable=False),
        sa.Column("gl_class", sa.String(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{RULES}"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{RULES}__login_id__logins"),
        sa.CheckConstraint("limit_cents >= 0", name=op.f(f"ck__{RULES}__limit_not_below_zero")),
    )
    op.create_index(f"ix__{RULES}__kind", RULES, ["kind", "role", "effective_from"])
    op.create_table(
        REQUESTS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.Column("carc", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{REQUESTS}"),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{other}.id"], name=f"fk__{REQUESTS}__{name}__{other}"
            )
            for name, other in (
                ("guarantor_account_id", "guarantor_accounts"),
                ("charge_id", "charges"),
                ("payer_id", "payers"),
                ("requested_by_id", "logins"),
                ("decided_by_id", "logins"),
                ("entry_id", "journal_entries"),
            )
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f(f"ck__{REQUESTS}__amount_above_zero")),
        sa.CheckConstraint(
            "decided_by_id <> requested_by_id OR state = 'declined'",
            name=op.f(f"ck__{REQUESTS}__second_person"),
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (entry_id IS NOT NULL)",
            name=op.f(f"ck__{REQUESTS}__approved_is_posted"),
        ),
    )
    for name in ("guarantor_account_id", "charge_id", "state"):
        op.create_index(f"ix__{REQUESTS}__{name}", REQUESTS, [name])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {RULES}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {RULES} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON SEQUENCE {RULES}_id_seq TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {REQUESTS} TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(REQUESTS)
    op.drop_table(RULES)
