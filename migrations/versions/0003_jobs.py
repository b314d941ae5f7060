"""The job queue's tables: the schema of procrastinate 3.10, copied so that an upgrade is a decision."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from portal.db import APP_ROLE

revision = "0003"
down_revision = "0002"

SCHEMA = Path(__file__).with_name("procrastinate_3_10.sql")

GRANT = f"""
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\\_%' LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO {APP_ROLE}', thing.tablename);
  END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
"""

DROP_ALL = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\\_%' LOOP
    EXECUTE format('DROP TABLE %I CASCADE', thing.tablename);
  END LOOP;
  FOR thing IN SELECT p.oid::regprocedure AS signature FROM pg_proc p
                 JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate\\_%' LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', thing.signature);
  END LOOP;
  FOR thing IN SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                WHERE n.nspname = 'public' AND t.typname LIKE 'procrastinate\\_%'
                  AND t.typtype IN ('e', 'c') LOOP
    EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname);
  END LOOP;
END $$
"""


def upgrade() -> None:
    # The raw driver: the SQL holds `%` and `:` that belong to PostgreSQL, not to a parameter style.
    driver = op.get_bind().connection.driver_connection
    driver.execute(SCHEMA.read_text())
    driver.execute(GRANT)


def downgrade() -> None:
    op.get_bind().connection.driver_connection.execute(DROP_ALL)
