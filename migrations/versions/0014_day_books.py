"""The books of a day: payouts and their lines, bank deposits, explanations, closes; closed days are locked.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from portal.db import APP_ROLE

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APPEND_ONLY = ("payout_lines", "bank_deposits", "day_explanations")
MOMENT = sa.DateTime(timezone=True)
# The service moves what is late into an open day; this refuses whatever did not ask it (OPS-12).
LOCK = """
CREATE FUNCTION entries_in_open_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT DISTINCT occurred_on FROM added) a
      JOIN day_closes c ON c.day = a.occurred_on
     WHERE c.reopened_at IS NULL
  ) THEN
    RAISE EXCEPTION 'the day is closed' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_in_open_days AFTER INSERT ON journal_entries
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION entries_in_open_days();
"""


def upgrade() -> None:
    op.create_index("ix__journal_entries__occurred_on", "journal_entries", ["occurred_on"])
    _payouts()
    _deposits()
    _days()
    op.execute(LOCK)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {APP_ROLE}")
    for table in ("payouts", "day_closes"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {APP_ROLE}")


def _payouts() -> None:
    op.create_table(
        "payouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__payouts__entry_id__journal_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payouts")),
        sa.UniqueConstraint("provider_id", name=op.f("uq__payouts__provider_id")),
    )
    op.create_index(op.f("ix__payouts__arrives_on"), "payouts", ["arrives_on"])
    op.create_table(
        "payout_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payouts.id"], name=op.f("fk__payout_lines__payout_id__payouts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payout_lines")),
        sa.UniqueConstraint("provider_id", name=op.f("uq__payout_lines__provider_id")),
    )
    op.create_index(op.f("ix__payout_lines__payout_id"), "payout_lines", ["payout_id"])


def _deposits() -> None:
    op.create_table(
        "bank_deposits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("deposited_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=True),
        sa.Column("payout_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck__bank_deposits__amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk__bank_deposits__remittance_id__remittances"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payouts.id"], name=op.f("fk__bank_deposits__payout_id__payouts")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__bank_deposits__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__bank_deposits__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bank_deposits")),
        sa.UniqueConstraint("form_id", name=op.f("uq__bank_deposits__form_id")),
        sa.UniqueConstraint("remittance_id", name=op.f("uq__bank_deposits__remittance_id")),
        sa.UniqueConstraint("payout_id", name=op.f("uq__bank_deposits__payout_id")),
    )
    op.create_index(op.f("ix__bank_deposits__deposited_on"), "bank_deposits", ["deposited_on"])


def _days() -> None:
    op.create_table(
        "day_explanations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__day_explanations__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__day_explanations")),
    )
    op.create_index("ix__day_explanations__day", "day_explanations", ["day", "key"])
    op.create_table(
        "day_closes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("reopened_at", MOMENT, nullable=True),
        sa.Column("reopened_by_id", sa.Integer(), nullable=True),
        sa.Column("reopen_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["logins.id"], name=op.f("fk__day_closes__closed_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by_id"], ["logins.id"], name=op.f("fk__day_closes__reopened_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__day_closes")),
    )
    op.create_index(
        "uq__day_closes__closed",
        "day_closes",
        ["day"],
        unique=True,
        postgresql_where=sa.text("reopened_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER entries_in_open_days ON journal_entries")
    op.execute("DROP FUNCTION entries_in_open_days()")
    for table in ("day_closes", "day_explanations", "bank_deposits", "payout_lines", "payouts"):
        op.drop_table(table)
    op.drop_index("ix__journal_entries__occurred_on", "journal_entries")
