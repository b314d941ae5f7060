"""The laws of the ledger and of the audit trail, held by the database itself (money law 2, CORE-4).

An entry balances at COMMIT, no leg joins an entry of an earlier transaction, and neither rows of the
ledger nor of the audit trail are ever changed or removed. The application works as `kindbill_app`,
which has no right to try.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from billing.ledger import Account
from portal.db import APP_ROLE

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("journal_entries", "postings", "audit_events", "audit_seals")
# What was sent stays as it was sent; the owner may still mend a row by hand, and `verify-ledger` looks.
FROZEN = ("statements", "statement_lines")

FUNCTIONS = """
CREATE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE difference bigint; legs int;
BEGIN
  SELECT coalesce(sum(CASE side WHEN 'debit' THEN amount_cents ELSE -amount_cents END), 0), count(*)
    INTO difference, legs FROM postings WHERE entry_id = NEW.id;
  IF legs < 2 OR difference <> 0 THEN
    RAISE EXCEPTION 'journal entry %: % postings, out of balance by % cents', NEW.id, legs, difference
      USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

-- One check for each statement, not each row: measured at twice the speed of a row trigger.
CREATE FUNCTION postings_join_open_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT DISTINCT entry_id FROM added) a
      JOIN journal_entries e ON e.id = a.entry_id
     WHERE e.recorded_xid <> pg_current_xact_id()
  ) THEN
    RAISE EXCEPTION 'journal entry is already sealed' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: add a correcting row', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON journal_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entries_balance();

CREATE TRIGGER postings_join_open_entries AFTER INSERT ON postings
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION postings_join_open_entries();
"""

ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    BEGIN
      CREATE ROLE {APP_ROLE} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another database of this server was migrated at the same moment
    END;
  END IF;
  EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
END $$;
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
REVOKE ALL ON alembic_version FROM {APP_ROLE};
REVOKE INSERT, UPDATE, DELETE ON ledger_accounts FROM {APP_ROLE};
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    accounts = sa.table("ledger_accounts", sa.column("code", sa.Text))
    op.bulk_insert(accounts, [{"code": account.value} for account in Account])
    op.execute(ROLE)
    for table in APPEND_ONLY + FROZEN:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE}")


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP TRIGGER postings_join_open_entries ON postings")
    op.execute("DROP TRIGGER entries_balance ON journal_entries")
    for function in ("append_only", "postings_join_open_entries", "entries_balance"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM ledger_accounts")
    # The role may serve other databases of this server: it is emptied, never dropped.
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP_ROLE}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP_ROLE}")
