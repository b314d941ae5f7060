"""What is decided about financial assistance: scales, amounts generally billed, screenings, decisions, awards, letters.

Revision ID: 0067
Revises: 0066

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

# What was found, asked for, granted or written is never edited; a decision moves from state to state.
KEPT = (
    "assistance_scales",
    "assistance_agb",
    "assistance_screenings",
    "assistance_verifications",
    "assistance_requests",
    "assistance_awards",
    "assistance_letters",
)
DECISIONS = "assistance_decisions"


def upgrade() -> None:
    _scales()
    _agb()
    _screenings()
    _verifications()
    _requests()
    _decisions()
    _awards()
    _letters()
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {DECISIONS} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _scales() -> None:
    op.create_table(
        "assistance_scales",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scale", postgresql.JSONB(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=op.f("fk__assistance_scales__made_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk__assistance_scales")),
    )


def _agb() -> None:
    op.create_table(
        "assistance_agb",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("allowed_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("medicare", postgresql.JSONB(), nullable=False),
        sa.Column("private", postgresql.JSONB(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck__assistance_agb__period")),
        sa.CheckConstraint(
            "hundredths BETWEEN 0 AND 10000", name=op.f("ck__assistance_agb__a_percentage")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=op.f("fk__assistance_agb__made_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_agb")),
    )


def _screenings() -> None:
    op.create_table(
        "assistance_screenings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("screened_on", sa.Date(), nullable=False),
        sa.Column("screened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["logins.id"],
            name=op.f("fk__assistance_screenings__asked_by_id__logins"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__assistance_screenings__guarantor_account_id__guarantor_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_screenings")),
    )
    op.create_index(
        "ix__assistance_screenings__account",
        "assistance_screenings",
        ["guarantor_account_id", "screened_at"],
        unique=False,
    )


def _verifications() -> None:
    op.create_table(
        "assistance_verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("household", sa.Integer(), nullable=False),
        sa.Column("income_cents", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("residence", sa.String(), nullable=False),
        sa.Column("presumed", sa.String(), nullable=False),
        sa.Column("owed_in_year_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_in_year_cents", sa.BigInteger(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "household >= 1 AND income_cents >= 0",
            name=op.f("ck__assistance_verifications__possible"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__assistance_verifications__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_verifications")),
    )
    op.create_index(
        op.f("ix__assistance_verifications__application_id"),
        "assistance_verifications",
        ["application_id"],
        unique=False,
    )


def _requests() -> None:
    op.create_table(
        "assistance_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__assistance_requests__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_requests")),
    )
    op.create_index(
        op.f("ix__assistance_requests__application_id"),
        "assistance_requests",
        ["application_id"],
        unique=False,
    )


def _decisions() -> None:
    op.create_table(
        "assistance_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("screening_id", sa.BigInteger(), nullable=True),
        sa.Column("account_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("policy_line", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("household", sa.Integer(), nullable=False),
        sa.Column("income_cents", sa.BigInteger(), nullable=False),
        sa.Column("residence", sa.String(), nullable=False),
        sa.Column("line_cents", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("guideline_year", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("presumed", sa.String(), nullable=False),
        sa.Column("because", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("scale_number", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("cap_cents", sa.BigInteger(), nullable=True),
        sa.Column("agb_hundredths", sa.Integer(), nullable=True),
        sa.Column("agb_id", sa.Integer(), nullable=True),
        sa.Column("before_cents", sa.BigInteger(), nullable=False),
        sa.Column("granted_cents", sa.BigInteger(), nullable=False),
        sa.Column("owes_cents", sa.BigInteger(), nullable=False),
        sa.Column("back_cents", sa.BigInteger(), nullable=False),
        sa.Column("covers_since", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("second_above_cents", sa.BigInteger(), nullable=False),
        sa.Column("by_rule", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_note", sa.String(), nullable=False),
        sa.Column("appealed_on", sa.Date(), nullable=True),
        sa.Column("appeal_words", sa.String(), nullable=False),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_by_id", sa.Integer(), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_why", sa.String(), nullable=False),
        sa.CheckConstraint(
            "by_rule = '' OR outcome = 'approved'",
            name=op.f("ck__assistance_decisions__rules_only_approve"),
        ),
        sa.CheckConstraint(
            "made_by_id IS NOT NULL OR by_rule <> ''",
            name=op.f("ck__assistance_decisions__has_an_approver"),
        ),
        sa.CheckConstraint(
            "outcome <> 'denied' OR policy_line <> ''",
            name=op.f("ck__assistance_decisions__denied_by_policy"),
        ),
        sa.CheckConstraint(
            "outcome IN ('approved', 'partial', 'denied', 'incomplete')",
            name=op.f("ck__assistance_decisions__outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent_back') OR granted_cents <= second_above_cents OR second_id IS NOT NULL",
            name=op.f("ck__assistance_decisions__second_above_the_limit"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent_back', 'made', 'reversed')",
            name=op.f("ck__assistance_decisions__state"),
        ),
        sa.CheckConstraint(
            "application_id IS NOT NULL OR screening_id IS NOT NULL",
            name=op.f("ck__assistance_decisions__answers_something"),
        ),
        sa.CheckConstraint(
            "second_id <> made_by_id", name=op.f("ck__assistance_decisions__second_person")
        ),
        sa.ForeignKeyConstraint(
            ["agb_id"],
            ["assistance_agb.id"],
            name=op.f("fk__assistance_decisions__agb_id__assistance_agb"),
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"],
            ["assistance_decisions.id"],
            name=op.f("fk__assistance_decisions__answers_id__assistance_decisions"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=op.f("fk__assistance_decisions__made_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["reversed_by_id"],
            ["logins.id"],
            name=op.f("fk__assistance_decisions__reversed_by_id__logins"),
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"],
            ["assistance_screenings.id"],
            name=op.f("fk__assistance_decisions__screening_id__assistance_screenings"),
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["logins.id"], name=op.f("fk__assistance_decisions__second_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_decisions")),
    )
    op.create_index(
        op.f("ix__assistance_decisions__application_id"),
        "assistance_decisions",
        ["application_id"],
        unique=False,
    )
    op.create_index(
        "ix__assistance_decisions__standing",
        "assistance_decisions",
        ["state", "ends_on"],
        unique=False,
    )


def _awards() -> None:
    op.create_table(
        "assistance_awards",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("share_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("off_cents", sa.BigInteger(), nullable=False),
        sa.Column("owes_cents", sa.BigInteger(), nullable=False),
        sa.Column("agb_cents", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "off_cents >= 0 AND owes_cents >= 0", name=op.f("ck__assistance_awards__not_below_zero")
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk__assistance_awards__charge_id__charges")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["assistance_decisions.id"],
            name=op.f("fk__assistance_awards__decision_id__assistance_decisions"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name=op.f("fk__assistance_awards__entry_id__journal_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__assistance_awards__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__assistance_awards__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_awards")),
        sa.UniqueConstraint(
            "decision_id",
            "charge_id",
            "entry_id",
            name=op.f("uq__assistance_awards__decision_id_charge_id_entry_id"),
        ),
    )
    op.create_index(
        op.f("ix__assistance_awards__charge_id"), "assistance_awards", ["charge_id"], unique=False
    )
    op.create_index(
        op.f("ix__assistance_awards__decision_id"),
        "assistance_awards",
        ["decision_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__assistance_awards__guarantor_account_id"),
        "assistance_awards",
        ["guarantor_account_id"],
        unique=False,
    )


def _letters() -> None:
    op.create_table(
        "assistance_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["assistance_decisions.id"],
            name=op.f("fk__assistance_letters__decision_id__assistance_decisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_letters")),
        sa.UniqueConstraint(
            "decision_id", "language", name=op.f("uq__assistance_letters__decision_id_language")
        ),
    )


def downgrade() -> None:
    op.drop_table("assistance_letters")
    op.drop_table("assistance_awards")
    op.drop_table("assistance_decisions")
    op.drop_table("assistance_requests")
    op.drop_table("assistance_verifications")
    op.drop_table("assistance_screenings")
    op.drop_table("assistance_agb")
    op.drop_table("assistance_scales")
