"""The bank's own files and lines; a deposit may be matched after it was entered, and may be money that left.

Revision ID: 0056
Revises: 0055

Safety: four new tables; new columns that may be empty or have a constant default; one check is widened.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LOGIN = "logins.id"
FACTS_STAY = """
CREATE FUNCTION deposit_facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.form_id, NEW.deposited_on, NEW.amount_cents, NEW.trace, NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.form_id, OLD.deposited_on, OLD.amount_cents, OLD.trace, OLD.at) THEN
    RAISE EXCEPTION 'what the bank shows is never changed' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER deposit_facts_stay BEFORE UPDATE ON bank_deposits
  FOR EACH ROW EXECUTE FUNCTION deposit_facts_stay();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON bank_deposits
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


def upgrade() -> None:
    op.create_table(
        "bank_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("header", postgresql.ARRAY(sa.TEXT()), nullable=True),
        sa.Column("lines", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=True),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__bank_files"),
        sa.ForeignKeyConstraint(["login_id"], [LOGIN], name="fk__bank_files__login_id__logins"),
    )
    op.create_index("ix__bank_files__received_at", "bank_files", ["received_at"])
    _lines()
    _deposits()


def _lines() -> None:
    op.create_table(
        "bank_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("account_last4", sa.String(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__bank_lines"),
        sa.UniqueConstraint("identity", name="uq__bank_lines__identity"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["bank_files.id"], name="fk__bank_lines__file_id__bank_files"
        ),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck__bank_lines__amount_not_zero")),
    )
    op.create_index("ix__bank_lines__file_id", "bank_lines", ["file_id"])
    op.create_index("ix__bank_lines__posted_on", "bank_lines", ["posted_on"])
    op.create_table(
        "bank_layouts",
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("header", name="pk__bank_layouts"),
        sa.ForeignKeyConstraint(["login_id"], [LOGIN], name="fk__bank_layouts__login_id__logins"),
    )


def _deposits() -> None:
    op.execute("DROP TRIGGER append_only ON bank_deposits")
    op.drop_constraint(op.f("ck__bank_deposits__amount_above_zero"), "bank_deposits")
    op.create_check_constraint(
        op.f("ck__bank_deposits__amount_not_zero"), "bank_deposits", "amount_cents <> 0"
    )
    op.alter_column("bank_deposits", "login_id", nullable=True)
    for name, kind, other in (
        ("bank_line_id", sa.Integer(), "bank_lines"),
        ("check_refund_id", sa.Uuid(), "check_refunds"),
    ):
        op.add_column("bank_deposits", sa.Column(name, kind, nullable=True))
        op.create_unique_constraint(f"uq__bank_deposits__{name}", "bank_deposits", [name])
        op.create_foreign_key(
            f"fk__bank_deposits__{name}__{other}", "bank_deposits", other, [name], ["id"]
        )
    op.add_column(
        "bank_deposits", sa.Column("matches", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "bank_deposits",
        sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("bank_deposits", sa.Column("matched_by_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk__bank_deposits__matched_by_id__logins",
        "bank_deposits",
        "logins",
        ["matched_by_id"],
        ["id"],
    )
    op.create_table(
        "deposit_batches",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk__deposit_batches"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["receipt_batches.id"],
            name="fk__deposit_batches__batch_id__receipt_batches",
        ),
        sa.ForeignKeyConstraint(
            ["deposit_id"],
            ["bank_deposits.id"],
            name="fk__deposit_batches__deposit_id__bank_deposits",
        ),
    )
    op.create_index("ix__deposit_batches__deposit_id", "deposit_batches", ["deposit_id"])
    op.execute(FACTS_STAY)
    op.execute(f"GRANT UPDATE ON bank_deposits TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON bank_files, bank_layouts TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT ON bank_lines TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON deposit_batches TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON SEQUENCE bank_lines_id_seq TO {APP_ROLE}")


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE ON bank_deposits FROM {APP_ROLE}")
    op.execute("DROP TRIGGER append_only ON bank_deposits")
    op.execute("DROP TRIGGER deposit_facts_stay ON bank_deposits")
    op.execute("DROP FUNCTION deposit_facts_stay")
    op.drop_table("deposit_batches")
    for name in ("matched_by_id", "by_hand", "matches", "check_refund_id", "bank_line_id"):
        op.drop_column("bank_deposits", name)
    op.alter_column("bank_deposits", "login_id", nullable=False)
    op.drop_constraint(op.f("ck__bank_deposits__amount_not_zero"), "bank_deposits")
    op.create_check_constraint(
        op.f("ck__bank_deposits__amount_above_zero"), "bank_deposits", "amount_cents > 0"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_deposits"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    for table in ("bank_layouts", "bank_lines", "bank_files"):
        op.drop_table(table)
