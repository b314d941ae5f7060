"""A bill that a payer's new decision raised gets its own D0 with the corrected statement (STMT-19, CORE-3).

Revision ID: 0094
Revises: 0093

Safety: one function is replaced; no row is read or written.
"""

from __future__ import annotations

from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

BEFORE = """
CREATE OR REPLACE FUNCTION visit_clocks_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.service_on IS DISTINCT FROM OLD.service_on THEN
    RAISE EXCEPTION 'the service date of visit % stays (CORE-3)', OLD.id;
  END IF;
  IF OLD.assistance_asked_on IS NOT NULL
     AND NEW.assistance_asked_on IS DISTINCT FROM OLD.assistance_asked_on THEN
    RAISE EXCEPTION 'the day of the first request for help with visit % stays (CORE-3)', OLD.id;
  END IF;
  IF OLD.last_paid_on IS NOT NULL AND coalesce(NEW.last_paid_on, '-infinity') < OLD.last_paid_on THEN
    RAISE EXCEPTION 'the last payment of visit % does not become older (CORE-3)', OLD.id;
  END IF;
  IF OLD.first_statement_on IS NOT NULL
     AND NEW.first_statement_on IS DISTINCT FROM OLD.first_statement_on
     AND NOT EXISTS (
       SELECT 1 FROM statement_deliveries d
         JOIN statement_lines l ON l.statement_id = d.statement_id
         JOIN charges c ON c.id = l.charge_id
        WHERE c.visit_id = OLD.id AND d.delivered_on = OLD.first_statement_on
          AND d.returned_on IS NOT NULL) THEN
    RAISE EXCEPTION 'the first statement of visit % did not come back: D0 stays (CORE-3)', OLD.id;
  END IF;
  INSERT INTO clock_changes (visit_id, clock, was, now)
  SELECT OLD.id, c.name, c.was, c.now
    FROM (VALUES ('responsible_on', OLD.responsible_on, NEW.responsible_on),
                 ('first_statement_on', OLD.first_statement_on, NEW.first_statement_on),
                 ('assistance_asked_on', OLD.assistance_asked_on, NEW.assistance_asked_on),
                 ('last_paid_on', OLD.last_paid_on, NEW.last_paid_on)) AS c (name, was, now)
   WHERE c.was IS DISTINCT FROM c.now;
  RETURN NEW;
END $$;
"""
AFTER = """
CREATE OR REPLACE FUNCTION visit_clocks_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.service_on IS DISTINCT FROM OLD.service_on THEN
    RAISE EXCEPTION 'the service date of visit % stays (CORE-3)', OLD.id;
  END IF;
  IF OLD.assistance_asked_on IS NOT NULL
     AND NEW.assistance_asked_on IS DISTINCT FROM OLD.assistance_asked_on THEN
    RAISE EXCEPTION 'the day of the first request for help with visit % stays (CORE-3)', OLD.id;
  END IF;
  IF OLD.last_paid_on IS NOT NULL AND coalesce(NEW.last_paid_on, '-infinity') < OLD.last_paid_on THEN
    RAISE EXCEPTION 'the last payment of visit % does not become older (CORE-3)', OLD.id;
  END IF;
  IF OLD.first_statement_on IS NOT NULL
     AND NEW.first_statement_on IS DISTINCT FROM OLD.first_statement_on
     AND NOT EXISTS (
       SELECT 1 FROM statement_deliveries d
         JOIN statement_lines l ON l.statement_id = d.statement_id
         JOIN charges c ON c.id = l.charge_id
        WHERE c.visit_id = OLD.id AND d.delivered_on = OLD.first_statement_on
          AND d.returned_on IS NOT NULL)
     -- An increase has a D0 of its own, never an earlier one (STMT-19).
     AND NOT (NEW.first_statement_on > OLD.first_statement_on AND EXISTS (
       SELECT 1 FROM statement_deliveries d
         JOIN statements s ON s.id = d.statement_id AND s.content->>'corrected' IS NOT NULL
         JOIN statement_lines l ON l.statement_id = s.id
         JOIN charges c ON c.id = l.charge_id
        WHERE c.visit_id = OLD.id AND d.delivered_on = NEW.first_statement_on)) THEN
    RAISE EXCEPTION 'the first statement of visit % did not come back: D0 stays (CORE-3)', OLD.id;
  END IF;
  INSERT INTO clock_changes (visit_id, clock, was, now)
  SELECT OLD.id, c.name, c.was, c.now
    FROM (VALUES ('responsible_on', OLD.responsible_on, NEW.responsible_on),
                 ('first_statement_on', OLD.first_statement_on, NEW.first_statement_on),
                 ('assistance_asked_on', OLD.assistance_asked_on, NEW.assistance_asked_on),
                 ('last_paid_on', OLD.last_paid_on, NEW.last_paid_on)) AS c (name, was, now)
   WHERE c.was IS DISTINCT FROM c.now;
  RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.execute(AFTER)


def downgrade() -> None:
    op.execute(BEFORE)
