"""Consent to statements without paper moves to its ledger; paper copies, and addresses whose mail came back.

Safety: one new table, two nullable columns. The dropped column said only what the practice's own paper
says: a yes without a demonstration, which never made a statement electronic (MSG-24). Each yes becomes
the first row of its account's ledger, so nothing is lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0010"
down_revision = "0009"

AT = sa.DateTime(timezone=True)

CARRY_OVER = """
INSERT INTO esign_consents (guarantor_account_id, granted, source, email, wording_version, wording,
                            language, at, ip, user_agent)
SELECT id, true, 'paper', email, '', '{}', language, created_at, '', ''
  FROM guarantor_accounts WHERE estatement_consent
"""
# Back in the column stands what the newest row of each account says.
CARRY_BACK = """
UPDATE guarantor_accounts a SET estatement_consent = true
 WHERE (SELECT granted FROM esign_consents e WHERE e.guarantor_account_id = a.id
         ORDER BY e.id DESC LIMIT 1)
"""


def upgrade() -> None:
    op.create_table(
        "paper_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__paper_copies"),
        sa.UniqueConstraint("statement_id", name="uq__paper_copies__statement_id"),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name="fk__paper_copies__statement_id__statements"
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__paper_copies__login_id__logins"
        ),
    )
    op.add_column("logins", sa.Column("email_failed_at", AT, nullable=True))
    op.add_column("statement_deliveries", sa.Column("due_on", sa.Date(), nullable=True))
    op.execute(CARRY_OVER)
    op.drop_column("guarantor_accounts", "estatement_consent")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON paper_copies TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.add_column(
        "guarantor_accounts",
        sa.Column("estatement_consent", sa.Boolean(), nullable=False, server_default="false"),
    )
    op.alter_column("guarantor_accounts", "estatement_consent", server_default=None)
    op.execute(CARRY_BACK)
    op.drop_column("statement_deliveries", "due_on")
    op.drop_column("logins", "email_failed_at")
    op.drop_table("paper_copies")
