"""Add up the ledger for the reports: by day, and by what was owed on each charge from day to day.

Revision ID: 0055
Revises: 0054

Safety: new tables, empty until the first report fills them; three indexes; a nullable column of claims that a
trigger keeps, filled here once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE
from portal.models.ledger import XactId

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLES = ("report_costs", "report_marks", "receivable_spans", "ledger_days")
KEEP_FIRST = """
CREATE FUNCTION claims_keep_first_submission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.first_submitted_on := coalesce(
    CASE WHEN TG_OP = 'UPDATE' THEN OLD.first_submitted_on END, NEW.submitted_on);
  RETURN NEW;
END $$;
CREATE TRIGGER claims_keep_first_submission BEFORE INSERT OR UPDATE OF submitted_on, first_submitted_on
ON claims FOR EACH ROW EXECUTE FUNCTION claims_keep_first_submission();
UPDATE claims SET first_submitted_on = submitted_on;
"""


def _days() -> None:
    op.create_table(
        "ledger_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("service_month", sa.Date(), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["ledger_accounts.id"],
            name="fk__ledger_days__account_id__ledger_accounts",
        ),
        sa.PrimaryKeyConstraint(
            "day", "account_id", "kind", "service_month", name="pk__ledger_days"
        ),
    )


def _spans() -> None:
    op.create_table(
        "receivable_spans",
        sa.Column("charge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance_cents <> 0", name="ck__receivable_spans__balance_not_nothing"),
        sa.PrimaryKeyConstraint(
            "charge_id", "account_id", "payer_id", "from_day", name="pk__receivable_spans"
        ),
    )
    op.create_index("ix__receivable_spans__days", "receivable_spans", ["to_day", "from_day"])


def _marks_and_costs() -> None:
    op.create_table(
        "report_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("horizon", XactId(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="ck__report_marks__only_one"),
        sa.PrimaryKeyConstraint("id", name="pk__report_marks"),
    )
    op.create_table(
        "report_costs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name="ck__report_costs__amount_not_below_zero"),
        sa.CheckConstraint("extract(day FROM month) = 1", name="ck__report_costs__first_of_month"),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk__report_costs__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__report_costs"),
        sa.UniqueConstraint("form_id", name="uq__report_costs__form_id"),
    )
    op.create_index("ix__report_costs__month", "report_costs", ["month"])


def upgrade() -> None:
    _days()
    _spans()
    _marks_and_costs()
    for table in ("ledger_days", "receivable_spans", "report_marks"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON report_costs TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.create_index("ix__journal_entries__recorded_xid", "journal_entries", ["recorded_xid"])
    op.create_index("ix__remittance_claims__decided_on", "remittance_claims", ["decided_on"])
    op.add_column("claims", sa.Column("first_submitted_on", sa.Date(), nullable=True))
    op.execute(KEEP_FIRST)
    op.create_index("ix__claims__first_submitted_on", "claims", ["first_submitted_on"])


def downgrade() -> None:
    op.drop_index("ix__claims__first_submitted_on", "claims")
    op.execute("DROP TRIGGER claims_keep_first_submission ON claims")
    op.execute("DROP FUNCTION claims_keep_first_submission()")
    op.drop_column("claims", "first_submitted_on")
    op.drop_index("ix__remittance_claims__decided_on", "remittance_claims")
    op.drop_index("ix__journal_entries__recorded_xid", "journal_entries")
    for table in TABLES:
        op.drop_table(table)
