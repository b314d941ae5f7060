"""The gate's own tables, and the clocks of a visit held by the database (CORE-1 to CORE-5).

Revision ID: 0069
Revises: 0068

Safety: new tables, and columns that are empty; `last_paid_on` is filled from the ledger in one statement.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.TEXT())
KEPT = (
    "gate_denials",
    "collection_proofs",
    "proofs_revoked",
    "dunning_steps",
    "organisation_profiles",
    "state_reviews",
    "clock_changes",
)
TABLES = (*KEPT, "gate_clearances")
PAID = "('payment', 'receipt', 'credit_application', 'prepayment_applied')"
CLOCKS = f"""
CREATE FUNCTION visit_clocks_stay() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER visit_clocks_stay
BEFORE UPDATE OF service_on, responsible_on, first_statement_on, assistance_asked_on, last_paid_on
ON visits FOR EACH ROW EXECUTE FUNCTION visit_clocks_stay();

CREATE FUNCTION visits_note_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE visits v SET last_paid_on = paid.day
    FROM (SELECT p.visit_id, max(e.occurred_on) AS day
            FROM added p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
            JOIN journal_entries e ON e.id = p.entry_id AND e.kind IN {PAID}
           WHERE p.side = 'credit' AND p.visit_id IS NOT NULL
           GROUP BY p.visit_id) AS paid
   WHERE v.id = paid.visit_id AND coalesce(v.last_paid_on, '-infinity') < paid.day;
  RETURN NULL;
END $$;
CREATE TRIGGER visits_note_payment AFTER INSERT ON postings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION visits_note_payment();

UPDATE visits v SET last_paid_on = paid.day
  FROM (SELECT p.visit_id, max(e.occurred_on) AS day
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
          JOIN journal_entries e ON e.id = p.entry_id AND e.kind IN {PAID}
         WHERE p.side = 'credit' AND p.visit_id IS NOT NULL
         GROUP BY p.visit_id) AS paid
 WHERE v.id = paid.visit_id;
"""


def _asked() -> None:
    op.create_table(
        "gate_denials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("rule_ids", TEXTS, nullable=False),
        sa.Column("conditions", TEXTS, nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk__gate_denials"),
    )
    op.create_index("ix__gate_denials__account", "gate_denials", ["guarantor_account_id", "id"])
    op.create_table(
        "gate_clearances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("by_login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _of("gate_clearances", "guarantor_account_id", "guarantor_accounts"),
        _of("gate_clearances", "by_login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__gate_clearances"),
    )
    op.create_index(
        "ix__gate_clearances__guarantor_account_id", "gate_clearances", ["guarantor_account_id"]
    )


def _proven() -> None:
    op.create_table(
        "collection_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by_login_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _of("collection_proofs", "guarantor_account_id", "guarantor_accounts"),
        _of("collection_proofs", "visit_id", "visits"),
        _of("collection_proofs", "by_login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__collection_proofs"),
        sa.UniqueConstraint("source", name="uq__collection_proofs__source"),
    )
    op.create_index(
        "ix__collection_proofs__account", "collection_proofs", ["guarantor_account_id", "kind"]
    )
    op.create_index("ix__collection_proofs__visit_id", "collection_proofs", ["visit_id"])
    op.create_table(
        "proofs_revoked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _of("proofs_revoked", "proof_id", "collection_proofs"),
        sa.PrimaryKeyConstraint("id", name="pk__proofs_revoked"),
        sa.UniqueConstraint("proof_id", name="uq__proofs_revoked__proof_id"),
    )
    op.create_table(
        "dunning_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        _of("dunning_steps", "guarantor_account_id", "guarantor_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk__dunning_steps"),
        sa.UniqueConstraint(
            "guarantor_account_id",
            "step",
            "started_on",
            name="uq__dunning_steps__guarantor_account_id_step_started_on",
        ),
    )
    op.create_index("ix__dunning_steps__due_on", "dunning_steps", ["due_on"])


def _settings() -> None:
    op.create_table(
        "organisation_profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _of("organisation_profiles", "by_login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__organisation_profiles"),
        sa.UniqueConstraint("form_id", name="uq__organisation_profiles__form_id"),
    )
    op.create_table(
        "state_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _of("state_reviews", "by_login_id", "logins"),
        sa.PrimaryKeyConstraint("id", name="pk__state_reviews"),
        sa.UniqueConstraint("form_id", name="uq__state_reviews__form_id"),
    )
    op.create_index("ix__state_reviews__row", "state_reviews", ["row_key", "id"])


def _clocks() -> None:
    op.create_table(
        "clock_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("was", sa.Date(), nullable=True),
        sa.Column("now", sa.Date(), nullable=True),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.text("now()")),
        _of("clock_changes", "visit_id", "visits"),
        sa.PrimaryKeyConstraint("id", name="pk__clock_changes"),
    )
    op.create_index("ix__clock_changes__visit_id", "clock_changes", ["visit_id"])
    op.add_column("visits", sa.Column("assistance_asked_on", sa.Date(), nullable=True))
    op.add_column("visits", sa.Column("last_paid_on", sa.Date(), nullable=True))
    op.execute(CLOCKS)


def _held() -> None:
    conditions = "account_conditions"
    op.add_column(conditions, sa.Column("until_on", sa.Date(), nullable=True))
    op.add_column(conditions, sa.Column("evidence", sa.String(), nullable=False, server_default=""))
    op.add_column(
        conditions, sa.Column("end_reason", sa.String(), nullable=False, server_default="")
    )
    for column in ("set_by_id", "ended_by_id"):
        op.add_column(conditions, sa.Column(column, sa.Integer(), nullable=True))
        op.create_foreign_key(
            f"fk__{conditions}__{column}__logins", conditions, "logins", [column], ["id"]
        )


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk__{table}__{column}__{other}"
    )


def upgrade() -> None:
    _asked()
    _proven()
    _settings()
    _clocks()
    _held()
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON gate_clearances TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("DROP TRIGGER visits_note_payment ON postings")
    op.execute("DROP FUNCTION visits_note_payment()")
    op.execute("DROP TRIGGER visit_clocks_stay ON visits")
    op.execute("DROP FUNCTION visit_clocks_stay()")
    for column in ("ended_by_id", "set_by_id", "end_reason", "evidence", "until_on"):
        op.drop_column("account_conditions", column)
    op.drop_column("visits", "last_paid_on")
    op.drop_column("visits", "assistance_asked_on")
    for table in reversed(TABLES):
        if table != "collection_proofs":
            op.drop_table(table)
    op.drop_table("collection_proofs")
