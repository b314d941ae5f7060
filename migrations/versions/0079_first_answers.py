"""Keep what the reports ask of payers' answers beside what else they add up, and when an answer became what it is.

Revision ID: 0079
Revises: 0078

Safety: two new tables, filled by the first look at a report; three columns, two of them empty and one with a constant that
rewrites nothing; one index; triggers that note in a row which transaction changed it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE
from portal.models.ledger import XactId

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOTE_CHANGES = """
CREATE FUNCTION remittance_claims_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER remittance_claims_note_change BEFORE UPDATE ON remittance_claims
FOR EACH ROW EXECUTE FUNCTION remittance_claims_note_change();
-- The other answers of a claim that one of them leaves: what is first of them may be another now.
CREATE FUNCTION remittance_claims_leave_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE remittance_claims SET changed_xid = pg_current_xact_id()
   WHERE claim_id = OLD.claim_id AND id <> OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER remittance_claims_gone AFTER DELETE ON remittance_claims
FOR EACH ROW WHEN (OLD.claim_id IS NOT NULL) EXECUTE FUNCTION remittance_claims_leave_claim();
CREATE TRIGGER remittance_claims_moved AFTER UPDATE OF claim_id ON remittance_claims
FOR EACH ROW WHEN (OLD.claim_id IS NOT NULL AND OLD.claim_id IS DISTINCT FROM NEW.claim_id)
EXECUTE FUNCTION remittance_claims_leave_claim();
"""
# Of what was released before this day, its closed work says when.
WHEN_RELEASED = """
UPDATE remittance_claims rc
   SET matched_at = CASE WHEN w.was_unmatched THEN w.closed_at END,
       denied_at = CASE WHEN rc.status_code <> '4' AND rc.disposition = 'posted' THEN w.closed_at END
  FROM (SELECT remittance_claim_id, max(closed_at) AS closed_at, bool_or(kind = 'unmatched') AS was_unmatched
          FROM work_items
         WHERE kind IN ('held_claim', 'unmatched') AND outcome = 'corrected' AND closed_at IS NOT NULL
         GROUP BY 1) w
 WHERE w.remittance_claim_id = rc.id AND rc.disposition IN ('posted', 'released');
"""


def _answers() -> None:
    op.create_table(
        "first_answers",
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=False)
            for name in ("from_day", "to_day", "decided_on", "denied_on", "again_on")
        ),
        sa.Column("remittance_claim_id", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=False),
        sa.Column("billed_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", "from_day", name="pk__first_answers"),
    )
    op.create_index(
        "ix__first_answers__decided_on",
        "first_answers",
        ["decided_on"],
        postgresql_include=["from_day", "to_day", "denied_on", "again_on", "billed_cents"],
    )
    op.create_index("ix__first_answers__remittance_id", "first_answers", ["remittance_id"])
    op.create_table(
        "answer_tallies",
        sa.Column("remittance_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("by_itself", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("remittance_id", "decided_on", name="pk__answer_tallies"),
    )
    for table in ("first_answers", "answer_tallies"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def upgrade() -> None:
    _answers()
    op.add_column("remittance_claims", sa.Column("matched_at", MOMENT, nullable=True))
    op.add_column("remittance_claims", sa.Column("denied_at", MOMENT, nullable=True))
    # A constant first, which rewrites no row; what comes from now on notes its own transaction.
    op.add_column(
        "remittance_claims",
        sa.Column("changed_xid", XactId(), nullable=False, server_default=sa.text("'0'::xid8")),
    )
    op.alter_column(
        "remittance_claims", "changed_xid", server_default=sa.text("pg_current_xact_id()")
    )
    op.create_index("ix__remittance_claims__changed_xid", "remittance_claims", ["changed_xid"])
    op.execute(WHEN_RELEASED)
    op.execute(NOTE_CHANGES)
    # The first look reads everything.
    op.execute("TRUNCATE receivable_spans, ledger_days, report_marks")


def downgrade() -> None:
    for name in ("moved", "gone", "note_change"):
        op.execute(f"DROP TRIGGER remittance_claims_{name} ON remittance_claims")
    op.execute("DROP FUNCTION remittance_claims_leave_claim()")
    op.execute("DROP FUNCTION remittance_claims_note_change()")
    op.drop_index("ix__remittance_claims__changed_xid", "remittance_claims")
    for name in ("changed_xid", "denied_at", "matched_at"):
        op.drop_column("remittance_claims", name)
    op.drop_table("answer_tallies")
    op.drop_table("first_answers")
