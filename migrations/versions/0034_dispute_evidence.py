"""Answers to banks that dispute a payment, and until when each must be given.

Revision ID: 0032
Revises: 0033

Safety: one new table, and columns with constant defaults on a small one, which rewrite nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from portal.db import APP_ROLE

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
TABLE = "dispute_evidence"
KEPT = f"""
CREATE FUNCTION {TABLE}_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.dispute_id, NEW.stage, NEW.parts, NEW.fields, NEW.document, NEW.sha256,
      NEW.login_id, NEW.sent_at)
     IS DISTINCT FROM
     (OLD.id, OLD.dispute_id, OLD.stage, OLD.parts, OLD.fields, OLD.document, OLD.sha256,
      OLD.login_id, OLD.sent_at) THEN
    RAISE EXCEPTION 'what was sent to a bank stays as it was sent' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON {TABLE}
  FOR EACH ROW EXECUTE FUNCTION {TABLE}_kept();
"""


def upgrade() -> None:
    op.add_column("disputes", sa.Column("standing", sa.String(), server_default="", nullable=False))
    op.add_column("disputes", sa.Column("due_by", AT, nullable=True))
    op.add_column(
        "disputes", sa.Column("bank_reason", sa.String(), server_default="", nullable=False)
    )
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", AT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", AT, nullable=False),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.id"], name=f"fk__{TABLE}__dispute_id__disputes"
        ),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{TABLE}__login_id__logins"),
    )
    op.create_index(f"ix__{TABLE}__dispute_id", TABLE, ["dispute_id"])
    op.create_index(f"ix__{TABLE}__state_at", TABLE, ["state_at"])
    op.create_index(
        f"uq__{TABLE}__one_answer",
        TABLE,
        ["dispute_id", "stage"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitting', 'submitted')"),
    )
    op.execute(KEPT)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute(f"DROP FUNCTION {TABLE}_kept()")
    for column in ("bank_reason", "due_by", "standing"):
        op.drop_column("disputes", column)
