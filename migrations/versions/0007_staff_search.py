"""Find people by parts of a name, typing mistakes included, and by phone, birth date and payer's claim number.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Every beginning of every word ("^sa", "^sam" ...), the word itself and the word with one letter
# left out ("~smple"): two words that differ by one typing mistake share one of the latter. An
# index over these needs no extension, and stays true whichever way a name is written.
# The caller's side of it is portal.queries.name_keys.
NAME_KEYS = r"""
CREATE FUNCTION name_keys(last_name varchar, first_name varchar) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH words AS (
    SELECT DISTINCT word FROM regexp_split_to_table(
      regexp_replace(
        normalize(lower(coalesce(last_name, '') || ' ' || coalesce(first_name, '')), NFKD),
        '[^a-z0-9[:space:]-]', '', 'g'),
      '[[:space:]-]+') AS word
     WHERE word <> ''
  )
  SELECT coalesce(array_agg(DISTINCT key), '{}') FROM (
    SELECT '^' || left(word, size) AS key
      FROM words, generate_series(1, least(length(word), 12)) AS size
    UNION ALL SELECT '~' || word FROM words WHERE length(word) >= 4
    UNION ALL SELECT '~' || left(word, gap - 1) || substr(word, gap + 1)
      FROM words, generate_series(1, least(length(word), 20)) AS gap WHERE length(word) >= 4
  ) AS keys
$$
"""


def upgrade() -> None:
    op.execute(NAME_KEYS)
    for table in ("guarantor_accounts", "patients"):
        op.execute(
            f"CREATE INDEX ix__{table}__name_keys ON {table}"
            " USING gin (name_keys(last_name, first_name))"
        )
    op.execute(
        "CREATE INDEX ix__guarantor_accounts__phone ON guarantor_accounts"
        " (reverse(mobile) text_pattern_ops)"
    )
    op.create_index("ix__guarantor_accounts__birth_on", "guarantor_accounts", ["birth_on"])
    op.create_index(
        "ix__remittance_claims__payer_claim_number", "remittance_claims", ["payer_claim_number"]
    )


def downgrade() -> None:
    op.drop_index("ix__remittance_claims__payer_claim_number", "remittance_claims")
    op.drop_index("ix__guarantor_accounts__birth_on", "guarantor_accounts")
    op.execute("DROP INDEX ix__guarantor_accounts__phone")
    for table in ("guarantor_accounts", "patients"):
        op.execute(f"DROP INDEX ix__{table}__name_keys")
    op.execute("DROP FUNCTION name_keys(varchar, varchar)")
