"""Applications for financial assistance; what is decided about them names them.

Revision ID: 0068
Revises: 0067

Safety: new tables; three foreign keys on tables that are empty still.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

# A draft is its applicant's: rows of it come and go until it is sent.
DRAFTED = (
    "assistance_accounts",
    "assistance_members",
    "assistance_income",
    "assistance_documents",
)
APPLICATIONS, EVENTS = "assistance_applications", "assistance_events"
NAMED_BY = ("assistance_verifications", "assistance_requests", "assistance_decisions")


def upgrade() -> None:
    _applications()
    _accounts()
    _members()
    _income()
    _documents()
    _events()
    for table in NAMED_BY:
        op.create_foreign_key(
            f"fk__{table}__application",
            table,
            APPLICATIONS,
            ["application_id"],
            ["id"],
        )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {EVENTS}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {EVENTS} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {APPLICATIONS} TO {APP_ROLE}")
    for table in DRAFTED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _applications() -> None:
    op.create_table(
        "assistance_applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.Column("residence_state", sa.String(), nullable=False),
        sa.Column("residence_county", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("hardship", sa.String(), nullable=False),
        sa.Column("owed_in_year_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_in_year_cents", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("preferred_contact", sa.String(), nullable=False),
        sa.Column("consent_to_verify", sa.Boolean(), nullable=False),
        sa.Column("signed_name", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("complete_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "how IN ('portal', 'paper', 'phone')", name=op.f("ck__assistance_applications__how")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR received_on IS NOT NULL",
            name=op.f("ck__assistance_applications__received_has_a_day"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'received', 'asked', 'complete', 'decided', 'withdrawn')",
            name=op.f("ck__assistance_applications__state"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__assistance_applications__guarantor_account_id__guarantor_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__assistance_applications__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_applications")),
        sa.UniqueConstraint("number", name=op.f("uq__assistance_applications__number")),
    )
    op.create_index(
        op.f("ix__assistance_applications__guarantor_account_id"),
        "assistance_applications",
        ["guarantor_account_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix__assistance_applications__login_id"),
        "assistance_applications",
        ["login_id"],
        unique=False,
    )
    op.create_index(
        "ix__assistance_applications__state",
        "assistance_applications",
        ["state", "received_on"],
        unique=False,
    )
    op.create_index(
        "uq__assistance_applications__one_open",
        "assistance_applications",
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'received', 'asked', 'complete')"),
    )


def _accounts() -> None:
    op.create_table(
        "assistance_accounts",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=op.f("fk__assistance_accounts__application_id__assistance_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=op.f("fk__assistance_accounts__guarantor_account_id__guarantor_accounts"),
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "guarantor_account_id", name=op.f("pk__assistance_accounts")
        ),
    )
    op.create_index(
        op.f("ix__assistance_accounts__guarantor_account_id"),
        "assistance_accounts",
        ["guarantor_account_id"],
        unique=False,
    )


def _members() -> None:
    op.create_table(
        "assistance_members",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("tax_dependent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=op.f("fk__assistance_members__application_id__assistance_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_members")),
    )
    op.create_index(
        op.f("ix__assistance_members__application_id"),
        "assistance_members",
        ["application_id"],
        unique=False,
    )


def _income() -> None:
    op.create_table(
        "assistance_income",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck__assistance_income__not_below_zero")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=op.f("fk__assistance_income__application_id__assistance_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_income")),
    )
    op.create_index(
        op.f("ix__assistance_income__application_id"),
        "assistance_income",
        ["application_id"],
        unique=False,
    )


def _documents() -> None:
    op.create_table(
        "assistance_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=op.f("fk__assistance_documents__application_id__assistance_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__assistance_documents__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_documents")),
    )
    op.create_index(
        op.f("ix__assistance_documents__application_id"),
        "assistance_documents",
        ["application_id"],
        unique=False,
    )


def _events() -> None:
    op.create_table(
        "assistance_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=op.f("fk__assistance_events__application_id__assistance_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__assistance_events__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__assistance_events")),
    )
    op.create_index(
        op.f("ix__assistance_events__application_id"),
        "assistance_events",
        ["application_id"],
        unique=False,
    )


def downgrade() -> None:
    for table in NAMED_BY:
        op.drop_constraint(f"fk__{table}__application", table)
    op.drop_table("assistance_events")
    op.drop_table("assistance_documents")
    op.drop_table("assistance_income")
    op.drop_table("assistance_members")
    op.drop_table("assistance_accounts")
    op.drop_table("assistance_applications")
