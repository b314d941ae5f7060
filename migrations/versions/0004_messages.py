"""Consents to texts and to electronic statements, everything sent, and the thread of each account.

Safety: new tables, and new columns with a default on a table that grows slowly. The two consent
ledgers are append-only like the books: a withdrawal is a row, never an update (MSG-1).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0004"
down_revision = "0003"

CONSENTS = ("text_consents", "esign_consents")
NEW = (*CONSENTS, "thread_messages")
AT = sa.DateTime(timezone=True)

# What the contacts file had said so far becomes the first row of the ledger.
CARRY_OVER = """
INSERT INTO text_consents (phone, category, granted, guarantor_account_id, source, wording_version,
                           wording, language, at, ip, user_agent)
SELECT mobile, 'billing', true, id, 'paper', sms_consent_text_version, '', language,
       coalesce(sms_consent_on::timestamptz, created_at), '', ''
  FROM guarantor_accounts WHERE sms_billing_consent AND mobile <> ''
"""


def upgrade() -> None:
    op.create_table(
        "text_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        *_references("text_consents", guarantor_account_id="guarantor_accounts", login_id="logins"),
    )
    op.create_index("ix__text_consents__newest", "text_consents", ["phone", "category", "id"])
    op.create_index(
        "ix__text_consents__guarantor_account_id", "text_consents", ["guarantor_account_id"]
    )
    op.create_table(
        "esign_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("wording", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("demonstrated_at", AT, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        *_references(
            "esign_consents", guarantor_account_id="guarantor_accounts", login_id="logins"
        ),
    )
    op.create_index("ix__esign_consents__newest", "esign_consents", ["guarantor_account_id", "id"])
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.UniqueConstraint("provider_id", name="uq__thread_messages__provider_id"),
        *_references(
            "thread_messages",
            guarantor_account_id="guarantor_accounts",
            visit_id="visits",
            login_id="logins",
            seen_by_id="logins",
        ),
    )
    op.create_index(
        "ix__thread_messages__account_at", "thread_messages", ["guarantor_account_id", "at"]
    )
    op.create_index("ix__thread_messages__phone_at", "thread_messages", ["phone", "at"])
    op.create_index("ix__thread_messages__visit_id", "thread_messages", ["visit_id"])
    _widen_outbound()
    op.execute(CARRY_OVER)
    for table in CONSENTS:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON thread_messages TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _references(table: str, **columns: str) -> list[sa.schema.SchemaItem]:
    keys = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}")
        for column, target in columns.items()
    ]
    return [sa.PrimaryKeyConstraint("id", name=f"pk__{table}"), *keys]


def _widen_outbound() -> None:
    table = "outbound_messages"
    for name in ("category", "template_version", "gate"):
        op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=""))
        op.alter_column(table, name, server_default=None)
    op.add_column(table, sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column(table, "tries", server_default=None)
    for name, target in (
        ("statement_id", "statements"),
        ("consent_id", "text_consents"),
        ("fallback_of_id", table),
    ):
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(f"fk__{table}__{name}__{target}", table, target, [name], ["id"])
    for name in ("not_before", "ended_at"):
        op.add_column(table, sa.Column(name, AT, nullable=True))
    op.create_unique_constraint(f"uq__{table}__fallback_of_id", table, ["fallback_of_id"])
    op.create_index(f"ix__{table}__statement_id", table, ["statement_id"])
    op.create_index(f"ix__{table}__recipient_at", table, ["recipient", "created_at"])


def downgrade() -> None:
    table = "outbound_messages"
    op.drop_index(f"ix__{table}__recipient_at", table)
    for name in (
        *("category", "template_version", "gate", "tries", "statement_id", "consent_id"),
        *("fallback_of_id", "not_before", "ended_at"),
    ):
        op.drop_column(table, name)
    for new in reversed(NEW):
        op.drop_table(new)
