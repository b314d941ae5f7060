"""Saved ways to pay, authorisations, autopay, and drafts.

Revision ID: 0030
Revises: 0030

Safety: new tables; columns that may be empty, or have a constant default, on accounts and payments.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
TABLES = ("method_consents", "payment_methods", "payment_authorisations", "autopays", "drafts")
MAY_CHANGE = ("revoked_at", "revoked_by_id", "revoke_reason")
STAYS = f"""
CREATE FUNCTION authorisation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - ARRAY{list(MAY_CHANGE)} <> to_jsonb(OLD) - ARRAY{list(MAY_CHANGE)}
     OR OLD.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION 'a signed authorisation can only be revoked, and only once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authorisation_stays BEFORE UPDATE ON payment_authorisations
  FOR EACH ROW EXECUTE FUNCTION authorisation_stays();
"""


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}"
    )


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), server_default="", nullable=False) for name in names]


def upgrade() -> None:
    _consents()
    _methods()
    _authorisations()
    _autopays()
    _drafts()
    op.execute(STAYS)
    op.add_column("guarantor_accounts", sa.Column("provider_customer_id", sa.String()))
    op.create_unique_constraint(
        "uq__guarantor_accounts__provider_customer_id",
        "guarantor_accounts",
        ["provider_customer_id"],
    )
    op.add_column("payments", sa.Column("draft_id", sa.Uuid()))
    op.add_column("payments", sa.Column("payment_method_id", sa.Integer()))
    op.add_column("payments", *_words("decline"))
    op.create_foreign_key(
        "fk__payments__draft_id__drafts", "payments", "drafts", ["draft_id"], ["id"]
    )
    op.create_foreign_key(
        "fk__payments__payment_method_id__payment_methods",
        "payments",
        "payment_methods",
        ["payment_method_id"],
        ["id"],
    )
    op.create_index("ix__payments__draft_id", "payments", ["draft_id"])
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _consents() -> None:
    name = "method_consents"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("agreed_at", AT, nullable=False),
        *_words("ip", "user_agent"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{name}"),
        sa.UniqueConstraint("payment_id", name=f"uq__{name}__payment_id"),
        sa.UniqueConstraint("session_id", name=f"uq__{name}__session_id"),
        _points(name, "guarantor_account_id", "guarantor_accounts"),
        _points(name, "login_id", "logins"),
    )
    op.create_index(f"ix__{name}__guarantor_account_id", name, ["guarantor_account_id"])


def _methods() -> None:
    name = "payment_methods"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        *_words("funding", "brand", "last4"),
        sa.Column("exp_month", sa.Integer(), nullable=True),
        sa.Column("exp_year", sa.Integer(), nullable=True),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("removed_at", AT, nullable=True),
        sa.Column("detach_due", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *_words("expiry_told_on"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{name}"),
        sa.UniqueConstraint("consent_id", name=f"uq__{name}__consent_id"),
        sa.UniqueConstraint("provider_id", name=f"uq__{name}__provider_id"),
        _points(name, "guarantor_account_id", "guarantor_accounts"),
        _points(name, "login_id", "logins"),
        _points(name, "consent_id", "method_consents"),
    )
    op.create_index(f"ix__{name}__guarantor_account_id", name, ["guarantor_account_id"])
    op.create_index(
        f"uq__{name}__one_default",
        name,
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("is_default AND removed_at IS NULL"),
    )


def _authorisations() -> None:
    name = "payment_authorisations"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("payment_method_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("typed_name", sa.String(), nullable=False),
        sa.Column("signed_at", AT, nullable=False),
        sa.Column("signed_by_login_id", sa.Integer(), nullable=False),
        *_words("ip", "user_agent"),
        sa.Column("copy_message_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        *_words("revoke_reason"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{name}"),
        sa.CheckConstraint("kind IN ('autopay', 'plan')", name=f"ck__{name}__kind"),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"], ["guarantor_accounts.id"], name=f"fk__{name}__account"
        ),
        _points(name, "plan_id", "plans"),
        _points(name, "payment_method_id", "payment_methods"),
        _points(name, "signed_by_login_id", "logins"),
        _points(name, "copy_message_id", "outbound_messages"),
        _points(name, "revoked_by_id", "logins"),
    )
    for column in ("guarantor_account_id", "payment_method_id", "plan_id"):
        op.create_index(f"ix__{name}__{column}", name, [column])


def _autopays() -> None:
    name = "autopays"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("authorisation_id", sa.Integer(), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", AT, nullable=False),
        sa.Column("stopped_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{name}"),
        sa.UniqueConstraint("authorisation_id", name=f"uq__{name}__authorisation_id"),
        sa.CheckConstraint("day BETWEEN 1 AND 31", name=f"ck__{name}__day"),
        sa.CheckConstraint("cap_cents > 0", name=f"ck__{name}__cap_above_zero"),
        _points(name, "guarantor_account_id", "guarantor_accounts"),
        _points(name, "authorisation_id", "payment_authorisations"),
    )
    op.create_index(f"ix__{name}__guarantor_account_id", name, ["guarantor_account_id"])
    op.create_index(
        f"uq__{name}__one_on",
        name,
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'on'"),
    )


def _drafts() -> None:
    name = "drafts"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("authorisation_id", sa.Integer(), nullable=False),
        sa.Column("autopay_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("instalment_number", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("signed_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", AT, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("next_try_on", sa.Date(), nullable=True),
        sa.Column("try_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_tried_on", sa.Date(), nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("notice_message_id", sa.Integer(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("reminder_message_id", sa.Integer(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        *_words("failure"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{name}"),
        sa.UniqueConstraint("autopay_id", "month", name=f"uq__{name}__autopay_id_month"),
        sa.CheckConstraint("amount_cents > 0", name=f"ck__{name}__amount_above_zero"),
        sa.CheckConstraint(
            "(autopay_id IS NULL) <> (plan_id IS NULL)", name=f"ck__{name}__one_cause"
        ),
        _points(name, "guarantor_account_id", "guarantor_accounts"),
        _points(name, "authorisation_id", "payment_authorisations"),
        _points(name, "autopay_id", "autopays"),
        _points(name, "plan_id", "plans"),
        _points(name, "notice_message_id", "outbound_messages"),
        _points(name, "reminder_message_id", "outbound_messages"),
    )
    op.create_index(f"ix__{name}__guarantor_account_id", name, ["guarantor_account_id"])
    op.create_index(f"ix__{name}__authorisation_id", name, ["authorisation_id"])
    op.create_index(
        f"uq__{name}__one_live_an_instalment",
        name,
        ["plan_id", "instalment_number"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('stopped', 'skipped')"),
    )
    op.create_index(
        f"ix__{name}__due",
        name,
        ["next_try_on"],
        postgresql_where=sa.text("state IN ('scheduled', 'noticed', 'failed')"),
    )


def downgrade() -> None:
    op.drop_index("ix__payments__draft_id", "payments")
    for column in ("draft_id", "payment_method_id", "decline"):
        op.drop_column("payments", column)
    op.drop_column("guarantor_accounts", "provider_customer_id")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION authorisation_stays()")
