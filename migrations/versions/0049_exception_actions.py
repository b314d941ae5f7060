"""What staff did about each item of work, which of our lines a payer's line answers, and what payers were asked.

Revision ID: 0049
Revises: 0048

Safety: three new tables; one column with a constant default, no rewrite.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLES = ("work_actions", "line_matches", "payer_requests")


def _work_actions() -> None:
    op.create_table(
        "work_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("fix", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_items.id"], name="fk__work_actions__work_item_id__work_items"
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__work_actions__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__work_actions"),
        sa.UniqueConstraint("form_id", name="uq__work_actions__form_id"),
    )
    op.create_index("ix__work_actions__work_item_id", "work_actions", ["work_item_id"])


def _line_matches() -> None:
    op.create_table(
        "line_matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_claim_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=False),
        sa.Column("ours", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["remittance_claim_id"],
            ["remittance_claims.id"],
            name="fk__line_matches__remittance_claim_id__remittance_claims",
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name="fk__line_matches__charge_id__charges"
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__line_matches__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__line_matches"),
        sa.UniqueConstraint(
            "remittance_claim_id",
            "line_number",
            "charge_id",
            name="uq__line_matches__remittance_claim_id_line_number_charge_id",
        ),
    )


def _payer_requests() -> None:
    op.create_table(
        "payer_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_item_id"],
            ["work_items.id"],
            name="fk__payer_requests__work_item_id__work_items",
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__payer_requests__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__payer_requests"),
    )
    op.create_index("ix__payer_requests__work_item_id", "payer_requests", ["work_item_id"])


def upgrade() -> None:
    _work_actions()
    _line_matches()
    _payer_requests()
    op.add_column(
        "work_items", sa.Column("waiting_for", sa.String(), server_default="", nullable=False)
    )
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_column("work_items", "waiting_for")
    for table in reversed(TABLES):
        op.drop_table(table)
