"""Every table, as portal/models describes them.

Safety: expand, backfill, contract over separate releases; CREATE INDEX CONCURRENTLY on tables with
rows; a money table never gets a destructive downgrade. Grants to kindbill_app belong here too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.models.ledger import XactId

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_hash", sa.String(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__attempts")),
    )
    op.create_index(
        "ix__attempts__subject_at",
        "attempts",
        ["action", "subject_hash", "at"],
        unique=False,
    )
    op.create_table(
        "audit_seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_event_id", sa.BigInteger(), nullable=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__audit_seals")),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__files")),
        sa.UniqueConstraint("kind", "sha256", name=op.f("uq__files__kind_sha256")),
    )
    op.create_table(
        "guarantor_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("middle_name", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("street2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("mobile_owner", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sms_billing_consent", sa.Boolean(), nullable=False),
        sa.Column("sms_consent_on", sa.Date(), nullable=True),
        sa.Column("sms_consent_source", sa.String(), nullable=False),
        sa.Column("sms_consent_text_version", sa.String(), nullable=False),
        sa.Column("estatement_consent", sa.Boolean(), nullable=False),
        sa.Column("paper_only", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__guarantor_accounts")),
        sa.UniqueConstraint("number", name=op.f("uq__guarantor_accounts__number")),
    )
    op.create_table(
        "event_looks",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk__event_looks")),
    )
    op.create_table(
        "inbound_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__inbound_events")),
        sa.UniqueConstraint(
            "provider", "event_id", name=op.f("uq__inbound_events__provider_event_id")
        ),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_ref", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("memo", sa.String(), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "recorded_xid",
            XactId(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["journal_entries.id"],
            name=op.f("fk__journal_entries__reverses_id__journal_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__journal_entries")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq__journal_entries__reverses_id")),
        sa.UniqueConstraint("source_ref", name=op.f("uq__journal_entries__source_ref")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__ledger_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq__ledger_accounts__code")),
    )
    op.create_table(
        "logins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tf_primary_method", sa.String(), nullable=True),
        sa.Column("tf_totp_secret", sa.String(), nullable=True),
        sa.Column("tf_phone_number", sa.String(), nullable=True),
        sa.Column("totp_last_counter", sa.Integer(), nullable=False),
        sa.Column("invitation_hash", sa.String(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("face IN ('patient', 'staff')", name=op.f("ck__logins__face")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__logins")),
        sa.UniqueConstraint("face", "email", name=op.f("uq__logins__face_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq__logins__fs_uniquifier")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq__logins__invitation_hash")),
    )
    op.create_table(
        "payers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capitated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payers")),
        sa.UniqueConstraint("identifier", name=op.f("uq__payers__identifier")),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("npi", sa.String(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("street2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_hours", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("accent_colour", sa.String(), nullable=False),
        sa.Column("assistance_phone", sa.String(), nullable=False),
        sa.Column("assistance_url", sa.String(), nullable=False),
        sa.Column("statement_floor_cents", sa.BigInteger(), nullable=False),
        sa.Column("receipts_through", sa.Date(), nullable=True),
        sa.Column("cut_over_on", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck__practices__only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__practices")),
    )
    op.create_table(
        "providers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("npi", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__providers")),
        sa.UniqueConstraint("npi", name=op.f("uq__providers__npi")),
    )
    op.create_table(
        "record_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__record_versions")),
    )
    op.create_index(
        "ix__record_versions__row",
        "record_versions",
        ["record", "record_id"],
        unique=False,
    )
    op.create_table(
        "account_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__account_access__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["logins.id"],
            name=op.f("fk__account_access__login_id__logins"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__account_access")),
    )
    op.create_index(
        op.f("ix__account_access__guarantor_account_id"),
        "account_access",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_index(
        "uq__account_access__live",
        "account_access",
        ["login_id", "guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("account_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("patient_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__audit_events__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__audit_events")),
    )
    op.create_index("ix__audit_events__at", "audit_events", ["at"], unique=False)
    op.create_index(
        "ix__audit_events__account_ids",
        "audit_events",
        ["account_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix__audit_events__login_id"), "audit_events", ["login_id"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_hash", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["logins.id"],
            name=op.f("fk__login_sessions__login_id__logins"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__login_sessions")),
        sa.UniqueConstraint("id_hash", name=op.f("uq__login_sessions__id_hash")),
    )
    op.create_index(
        op.f("ix__login_sessions__login_id"),
        "login_sessions",
        ["login_id"],
        unique=False,
    )
    op.create_table(
        "outbound_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__outbound_messages__guarantor_account_id__guarantor_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__outbound_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq__outbound_messages__dedupe_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq__outbound_messages__provider_id")),
    )
    op.create_index(
        op.f("ix__outbound_messages__guarantor_account_id"),
        "outbound_messages",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("practice_patient_id", sa.String(), nullable=True),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("middle_name", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("match_name", sa.String(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("street2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__patients__guarantor_account_id__guarantor_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__patients")),
        sa.UniqueConstraint("practice_patient_id", name=op.f("uq__patients__practice_patient_id")),
    )
    op.create_index(
        op.f("ix__patients__guarantor_account_id"),
        "patients",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_index("ix__patients__match", "patients", ["birth_on", "match_name"], unique=False)
    op.create_table(
        "payer_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payer_id"],
            ["payers.id"],
            name=op.f("fk__payer_aliases__payer_id__payers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payer_aliases")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq__payer_aliases__kind_value")),
    )
    op.create_index(
        op.f("ix__payer_aliases__payer_id"), "payer_aliases", ["payer_id"], unique=False
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["logins.id"],
            name=op.f("fk__recovery_codes__login_id__logins"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__recovery_codes")),
    )
    op.create_index(
        op.f("ix__recovery_codes__login_id"),
        "recovery_codes",
        ["login_id"],
        unique=False,
    )
    op.create_table(
        "remittances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("payer_tax_id", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("plb_cents", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk__remittances__file_id__files")
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=op.f("fk__remittances__payer_id__payers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__remittances")),
        sa.UniqueConstraint(
            "payer_tax_id",
            "trace",
            "issued_on",
            "fingerprint",
            name=op.f("uq__remittances__payer_tax_id_trace_issued_on_fingerprint"),
        ),
    )
    op.create_index(op.f("ix__remittances__file_id"), "remittances", ["file_id"], unique=False)
    op.create_index("ix__remittances__trace", "remittances", ["trace"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("cycle_on", sa.Date(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ledger_position", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_due_cents", sa.BigInteger(), nullable=False),
        sa.Column("previous_balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("layout_version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__statements__guarantor_account_id__guarantor_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__statements")),
        sa.UniqueConstraint(
            "guarantor_account_id",
            "cycle_on",
            name=op.f("uq__statements__guarantor_account_id_cycle_on"),
        ),
        sa.UniqueConstraint("number", name=op.f("uq__statements__number")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__uploads__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__uploads")),
    )
    op.create_index(op.f("ix__uploads__login_id"), "uploads", ["login_id"], unique=False)
    op.create_table(
        "coverages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("group_number", sa.String(), nullable=False),
        sa.Column("plan_name", sa.String(), nullable=False),
        sa.Column("filing_code", sa.String(), nullable=False),
        sa.Column("sequence", sa.String(), nullable=False),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("subscriber_last_name", sa.String(), nullable=False),
        sa.Column("subscriber_first_name", sa.String(), nullable=False),
        sa.Column("subscriber_birth_on", sa.Date(), nullable=True),
        sa.Column("first_service_on", sa.Date(), nullable=True),
        sa.Column("last_service_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
            name=op.f("fk__coverages__patient_id__patients"),
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=op.f("fk__coverages__payer_id__payers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__coverages")),
        sa.UniqueConstraint(
            "patient_id",
            "payer_id",
            "member_id",
            name=op.f("uq__coverages__patient_id_payer_id_member_id"),
        ),
    )
    op.create_index(op.f("ix__coverages__payer_id"), "coverages", ["payer_id"], unique=False)
    op.create_table(
        "enrolment_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__enrolment_codes__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk__enrolment_codes__statement_id__statements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__enrolment_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq__enrolment_codes__code_hash")),
    )
    op.create_index(
        op.f("ix__enrolment_codes__guarantor_account_id"),
        "enrolment_codes",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_table(
        "provider_adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("ledger_account", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__provider_adjustments__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk__provider_adjustments__remittance_id__remittances"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__provider_adjustments")),
    )
    op.create_index(
        "ix__provider_adjustments__reference",
        "provider_adjustments",
        ["reference"],
        unique=False,
        postgresql_where=sa.text("reference <> ''"),
    )
    op.create_index(
        op.f("ix__provider_adjustments__remittance_id"),
        "provider_adjustments",
        ["remittance_id"],
        unique=False,
    )
    op.create_table(
        "statement_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk__statement_deliveries__statement_id__statements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__statement_deliveries")),
        sa.UniqueConstraint(
            "statement_id",
            "channel",
            name=op.f("uq__statement_deliveries__statement_id_channel"),
        ),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("control_number", sa.String(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("place_of_service", sa.String(), nullable=False),
        sa.Column("coverage_intent", sa.String(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("desk_payment_cents", sa.BigInteger(), nullable=False),
        sa.Column("responsible_on", sa.Date(), nullable=True),
        sa.Column("first_statement_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__visits__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
            name=op.f("fk__visits__patient_id__patients"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk__visits__provider_id__providers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__visits")),
        sa.UniqueConstraint(
            "patient_id",
            "control_number",
            "service_on",
            name=op.f("uq__visits__patient_id_control_number_service_on"),
        ),
    )
    op.create_index(op.f("ix__visits__control_number"), "visits", ["control_number"], unique=False)
    op.create_index(
        op.f("ix__visits__guarantor_account_id"),
        "visits",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_table(
        "account_conditions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__account_conditions__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
            name=op.f("fk__account_conditions__patient_id__patients"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visits.id"],
            name=op.f("fk__account_conditions__visit_id__visits"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__account_conditions")),
    )
    op.create_index(
        "ix__account_conditions__open",
        "account_conditions",
        ["guarantor_account_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix__account_conditions__patient_id"),
        "account_conditions",
        ["patient_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__account_conditions__visit_id"),
        "account_conditions",
        ["visit_id"],
        unique=False,
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("modifiers", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("units", sa.String(), nullable=False),
        sa.Column("billed_cents", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("line_control", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=op.f("fk__charges__provider_id__providers"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__charges__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__charges")),
        sa.UniqueConstraint(
            "visit_id", "line_number", name=op.f("uq__charges__visit_id_line_number")
        ),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("coverage_id", sa.Integer(), nullable=True),
        sa.Column("patient_control_number", sa.String(), nullable=False),
        sa.Column("sequence", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("filing_code", sa.String(), nullable=False),
        sa.Column("accepts_assignment", sa.String(), nullable=False),
        sa.Column("billed_cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("payer_claim_number", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("file_position", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["coverage_id"],
            ["coverages.id"],
            name=op.f("fk__claims__coverage_id__coverages"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk__claims__file_id__files")),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=op.f("fk__claims__payer_id__payers")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__claims__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__claims")),
        sa.UniqueConstraint(
            "visit_id",
            "payer_id",
            "sequence",
            name=op.f("uq__claims__visit_id_payer_id_sequence"),
        ),
    )
    op.create_index("ix__claims__control", "claims", ["patient_control_number"], unique=False)
    op.create_index(
        op.f("ix__claims__payer_claim_number"),
        "claims",
        ["payer_claim_number"],
        unique=False,
    )
    op.create_index(op.f("ix__claims__payer_id"), "claims", ["payer_id"], unique=False)
    op.create_index(op.f("ix__claims__state"), "claims", ["state"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("intent_id", sa.String(), nullable=True),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("last4", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("receipt_number", sa.String(), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck__payments__amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__payments__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__payments__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__payments__login_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__payments__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payments")),
        sa.UniqueConstraint("charge_id", name=op.f("uq__payments__charge_id")),
        sa.UniqueConstraint("intent_id", name=op.f("uq__payments__intent_id")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq__payments__receipt_number")),
        sa.UniqueConstraint("session_id", name=op.f("uq__payments__session_id")),
    )
    op.create_index(
        op.f("ix__payments__guarantor_account_id"),
        "payments",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_index(
        "uq__payments__one_live",
        "payments",
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('created', 'submitting', 'requires_action', 'processing')"
        ),
    )
    op.create_table(
        "practice_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reverses_receipt_id", sa.String(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__practice_receipts__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
            name=op.f("fk__practice_receipts__patient_id__patients"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["visits.id"],
            name=op.f("fk__practice_receipts__visit_id__visits"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__practice_receipts")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq__practice_receipts__receipt_id")),
    )
    op.create_index(
        op.f("ix__practice_receipts__patient_id"),
        "practice_receipts",
        ["patient_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__practice_receipts__visit_id"),
        "practice_receipts",
        ["visit_id"],
        unique=False,
    )
    op.create_table(
        "payment_allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"],
            ["charges.id"],
            name=op.f("fk__payment_allocations__charge_id__charges"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk__payment_allocations__payment_id__payments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__payment_allocations")),
        sa.UniqueConstraint(
            "payment_id",
            "charge_id",
            name=op.f("uq__payment_allocations__payment_id_charge_id"),
        ),
    )
    op.create_index(
        op.f("ix__payment_allocations__charge_id"),
        "payment_allocations",
        ["charge_id"],
        unique=False,
    )
    op.create_table(
        "postings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("charge_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.CheckConstraint("side IN ('debit', 'credit')", name=op.f("ck__postings__side")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck__postings__amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk__postings__account_id__ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk__postings__charge_id__charges")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk__postings__claim_id__claims")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__postings__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__postings__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=op.f("fk__postings__payer_id__payers")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__postings__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__postings")),
    )
    op.create_index(
        "ix__postings__account_charge",
        "postings",
        ["account_id", "charge_id"],
        unique=False,
    )
    op.create_index("ix__postings__claim", "postings", ["claim_id"], unique=False)
    op.create_index("ix__postings__entry", "postings", ["entry_id"], unique=False)
    op.create_index(
        "ix__postings__guarantor",
        "postings",
        ["guarantor_account_id", "account_id"],
        unique=False,
    )
    op.create_index("ix__postings__visit", "postings", ["visit_id"], unique=False)
    op.create_table(
        "remittance_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("patient_control_number", sa.String(), nullable=False),
        sa.Column("payer_claim_number", sa.String(), nullable=False),
        sa.Column("status_code", sa.String(), nullable=False),
        sa.Column("billed_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_responsibility_cents", sa.BigInteger(), nullable=False),
        sa.Column("under_review_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_name", sa.String(), nullable=False),
        sa.Column("original_reference", sa.String(), nullable=False),
        sa.Column("remarks", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_by_id", sa.Integer(), nullable=True),
        sa.Column("share_returned_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["claims.id"],
            name=op.f("fk__remittance_claims__claim_id__claims"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__remittance_claims__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk__remittance_claims__remittance_id__remittances"),
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"],
            ["remittance_claims.id"],
            name=op.f("fk__remittance_claims__reversed_by_id__remittance_claims"),
        ),
        sa.ForeignKeyConstraint(
            ["share_returned_id"],
            ["journal_entries.id"],
            name=op.f("fk__remittance_claims__share_returned_id__journal_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__remittance_claims")),
        sa.UniqueConstraint(
            "remittance_id",
            "ordinal",
            name=op.f("uq__remittance_claims__remittance_id_ordinal"),
        ),
    )
    op.create_index(
        op.f("ix__remittance_claims__claim_id"),
        "remittance_claims",
        ["claim_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__remittance_claims__patient_control_number"),
        "remittance_claims",
        ["patient_control_number"],
        unique=False,
    )
    op.create_table(
        "statement_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"],
            ["charges.id"],
            name=op.f("fk__statement_lines__charge_id__charges"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name=op.f("fk__statement_lines__statement_id__statements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__statement_lines")),
        sa.UniqueConstraint(
            "statement_id",
            "charge_id",
            name=op.f("uq__statement_lines__statement_id_charge_id"),
        ),
    )
    op.create_index(
        op.f("ix__statement_lines__charge_id"),
        "statement_lines",
        ["charge_id"],
        unique=False,
    )
    op.create_table(
        "remittance_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_claim_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("billed_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("remarks", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"],
            ["charges.id"],
            name=op.f("fk__remittance_lines__charge_id__charges"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_claim_id"],
            ["remittance_claims.id"],
            name=op.f("fk__remittance_lines__remittance_claim_id__remittance_claims"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__remittance_lines")),
    )
    op.create_index(
        op.f("ix__remittance_lines__charge_id"),
        "remittance_lines",
        ["charge_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__remittance_lines__remittance_claim_id"),
        "remittance_lines",
        ["remittance_claim_id"],
        unique=False,
    )
    op.create_table(
        "work_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("remittance_id", sa.Integer(), nullable=True),
        sa.Column("remittance_claim_id", sa.Integer(), nullable=True),
        sa.Column("holds_bill", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk__work_items__claim_id__claims")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"],
            ["logins.id"],
            name=op.f("fk__work_items__closed_by_id__logins"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__work_items__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_claim_id"],
            ["remittance_claims.id"],
            name=op.f("fk__work_items__remittance_claim_id__remittance_claims"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk__work_items__remittance_id__remittances"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__work_items__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__work_items")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq__work_items__dedupe_key")),
    )
    op.create_index(
        op.f("ix__work_items__guarantor_account_id"),
        "work_items",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_index(op.f("ix__work_items__kind"), "work_items", ["kind"], unique=False)
    op.create_index(op.f("ix__work_items__visit_id"), "work_items", ["visit_id"], unique=False)
    op.create_table(
        "line_adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remittance_line_id", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("carc", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["remittance_line_id"],
            ["remittance_lines.id"],
            name=op.f("fk__line_adjustments__remittance_line_id__remittance_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__line_adjustments")),
    )
    op.create_index(
        op.f("ix__line_adjustments__remittance_line_id"),
        "line_adjustments",
        ["remittance_line_id"],
        unique=False,
    )
    op.create_table(
        "work_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__work_notes__login_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["work_item_id"],
            ["work_items.id"],
            name=op.f("fk__work_notes__work_item_id__work_items"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__work_notes")),
    )
    op.create_index(
        op.f("ix__work_notes__work_item_id"),
        "work_notes",
        ["work_item_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix__work_notes__work_item_id"), table_name="work_notes")
    op.drop_table("work_notes")
    op.drop_index(op.f("ix__line_adjustments__remittance_line_id"), table_name="line_adjustments")
    op.drop_table("line_adjustments")
    op.drop_index(op.f("ix__work_items__visit_id"), table_name="work_items")
    op.drop_index(op.f("ix__work_items__kind"), table_name="work_items")
    op.drop_index(op.f("ix__work_items__guarantor_account_id"), table_name="work_items")
    op.drop_table("work_items")
    op.drop_index(op.f("ix__remittance_lines__remittance_claim_id"), table_name="remittance_lines")
    op.drop_index(op.f("ix__remittance_lines__charge_id"), table_name="remittance_lines")
    op.drop_table("remittance_lines")
    op.drop_index(op.f("ix__statement_lines__charge_id"), table_name="statement_lines")
    op.drop_table("statement_lines")
    op.drop_index(
        op.f("ix__remittance_claims__patient_control_number"),
        table_name="remittance_claims",
    )
    op.drop_index(op.f("ix__remittance_claims__claim_id"), table_name="remittance_claims")
    op.drop_table("remittance_claims")
    op.drop_index("ix__postings__visit", table_name="postings")
    op.drop_index("ix__postings__guarantor", table_name="postings")
    op.drop_index("ix__postings__entry", table_name="postings")
    op.drop_index("ix__postings__claim", table_name="postings")
    op.drop_index("ix__postings__account_charge", table_name="postings")
    op.drop_table("postings")
    op.drop_index(op.f("ix__payment_allocations__charge_id"), table_name="payment_allocations")
    op.drop_table("payment_allocations")
    op.drop_index(op.f("ix__practice_receipts__visit_id"), table_name="practice_receipts")
    op.drop_index(op.f("ix__practice_receipts__patient_id"), table_name="practice_receipts")
    op.drop_table("practice_receipts")
    op.drop_index(
        "uq__payments__one_live",
        table_name="payments",
        postgresql_where=sa.text(
            "state IN ('created', 'submitting', 'requires_action', 'processing')"
        ),
    )
    op.drop_index(op.f("ix__payments__guarantor_account_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(op.f("ix__claims__state"), table_name="claims")
    op.drop_index(op.f("ix__claims__payer_id"), table_name="claims")
    op.drop_index(op.f("ix__claims__payer_claim_number"), table_name="claims")
    op.drop_index("ix__claims__control", table_name="claims")
    op.drop_table("claims")
    op.drop_table("charges")
    op.drop_index(op.f("ix__account_conditions__visit_id"), table_name="account_conditions")
    op.drop_index(op.f("ix__account_conditions__patient_id"), table_name="account_conditions")
    op.drop_index(
        "ix__account_conditions__open",
        table_name="account_conditions",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("account_conditions")
    op.drop_index(op.f("ix__visits__guarantor_account_id"), table_name="visits")
    op.drop_index(op.f("ix__visits__control_number"), table_name="visits")
    op.drop_table("visits")
    op.drop_table("statement_deliveries")
    op.drop_index(
        op.f("ix__provider_adjustments__remittance_id"),
        table_name="provider_adjustments",
    )
    op.drop_index(
        "ix__provider_adjustments__reference",
        table_name="provider_adjustments",
        postgresql_where=sa.text("reference <> ''"),
    )
    op.drop_table("provider_adjustments")
    op.drop_index(op.f("ix__enrolment_codes__guarantor_account_id"), table_name="enrolment_codes")
    op.drop_table("enrolment_codes")
    op.drop_index(op.f("ix__coverages__payer_id"), table_name="coverages")
    op.drop_table("coverages")
    op.drop_index(op.f("ix__uploads__login_id"), table_name="uploads")
    op.drop_table("uploads")
    op.drop_table("statements")
    op.drop_index("ix__remittances__trace", table_name="remittances")
    op.drop_index(op.f("ix__remittances__file_id"), table_name="remittances")
    op.drop_table("remittances")
    op.drop_index(op.f("ix__recovery_codes__login_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_index(op.f("ix__payer_aliases__payer_id"), table_name="payer_aliases")
    op.drop_table("payer_aliases")
    op.drop_index("ix__patients__match", table_name="patients")
    op.drop_index(op.f("ix__patients__guarantor_account_id"), table_name="patients")
    op.drop_table("patients")
    op.drop_index(
        op.f("ix__outbound_messages__guarantor_account_id"),
        table_name="outbound_messages",
    )
    op.drop_table("outbound_messages")
    op.drop_index(op.f("ix__login_sessions__login_id"), table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index(op.f("ix__audit_events__login_id"), table_name="audit_events")
    op.drop_index(
        "ix__audit_events__account_ids", table_name="audit_events", postgresql_using="gin"
    )
    op.drop_index("ix__audit_events__at", table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_index(
        "uq__account_access__live",
        table_name="account_access",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix__account_access__guarantor_account_id"), table_name="account_access")
    op.drop_table("account_access")
    op.drop_index("ix__record_versions__row", table_name="record_versions")
    op.drop_table("record_versions")
    op.drop_table("providers")
    op.drop_table("practices")
    op.drop_table("payers")
    op.drop_table("logins")
    op.drop_table("ledger_accounts")
    op.drop_table("journal_entries")
    op.drop_table("inbound_events")
    op.drop_table("event_looks")
    op.drop_table("guarantor_accounts")
    op.drop_table("files")
    op.drop_table("audit_seals")
    op.drop_index("ix__attempts__subject_at", table_name="attempts")
    op.drop_table("attempts")
