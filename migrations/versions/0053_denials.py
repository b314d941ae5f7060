"""What payers refused, appeals with their papers, deadlines by payer, and letters.

Revision ID: 0053
Revises: 0052

Safety: new, empty tables; the night opens a denial for each older decision that has one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE, Cents

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "appeal_templates",
    "payer_deadlines",
    "appeal_denials",
    "appeal_documents",
    "denial_events",
)
EDITED = ("appeals", "denials")


def _appeal_templates() -> None:
    op.create_table(
        "appeal_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=("fk__appeal_templates__made_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appeal_templates")),
        sa.UniqueConstraint("key", "version", name=("uq__appeal_templates__key_version")),
    )


def _payer_deadlines() -> None:
    op.create_table(
        "payer_deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["logins.id"], name=("fk__payer_deadlines__entered_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=("fk__payer_deadlines__payer_id__payers")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__payer_deadlines")),
    )
    op.create_index(
        "ix__payer_deadlines__payer", "payer_deadlines", ["payer_id", "what"], unique=False
    )


def _appeal_documents() -> None:
    op.create_table(
        "appeal_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["logins.id"], name=("fk__appeal_documents__added_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=("fk__appeal_documents__claim_id__claims")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appeal_documents")),
        sa.UniqueConstraint("claim_id", "sha256", name=("uq__appeal_documents__claim_id_sha256")),
    )


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("template_key", sa.String(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("enclosures", postgresql.JSONB(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("amount_cents", Cents(), nullable=False),
        sa.Column("built_by_id", sa.Integer(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["built_by_id"], ["logins.id"], name=("fk__appeals__built_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=("fk__appeals__claim_id__claims")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["logins.id"], name=("fk__appeals__decided_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["logins.id"], name=("fk__appeals__sent_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appeals")),
    )
    op.create_index(("ix__appeals__claim_id"), "appeals", ["claim_id"], unique=False)


def _denials() -> None:
    op.create_table(
        "denials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("charge_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("remittance_claim_id", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("carc", sa.String(), nullable=False),
        sa.Column("rarcs", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("amount_cents", Cents(), nullable=False),
        sa.Column("paid_before_cents", Cents(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("root_cause", sa.String(), nullable=False),
        sa.Column("preventable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("deadline_of", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recovered_cents", Cents(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=("fk__denials__claim_id__claims")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["denials.id"], name=("fk__denials__follows_id__denials")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["logins.id"], name=("fk__denials__owner_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=("fk__denials__payer_id__payers")
        ),
        sa.ForeignKeyConstraint(
            ["remittance_claim_id"],
            ["remittance_claims.id"],
            name=("fk__denials__remittance_claim_id__remittance_claims"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__denials")),
        sa.UniqueConstraint(
            "remittance_claim_id",
            "group_code",
            "carc",
            name=("uq__denials__remittance_claim_id_group_code_carc"),
        ),
    )
    op.create_index(("ix__denials__category"), "denials", ["category"], unique=False)
    op.create_index(("ix__denials__claim_id"), "denials", ["claim_id"], unique=False)
    op.create_index(
        "ix__denials__open",
        "denials",
        ["deadline_on", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(("ix__denials__owner_id"), "denials", ["owner_id"], unique=False)
    op.create_index(("ix__denials__payer_id"), "denials", ["payer_id"], unique=False)


def _appeal_denials() -> None:
    op.create_table(
        "appeal_denials",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("denial_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.id"], name=("fk__appeal_denials__appeal_id__appeals")
        ),
        sa.ForeignKeyConstraint(
            ["denial_id"], ["denials.id"], name=("fk__appeal_denials__denial_id__denials")
        ),
        sa.PrimaryKeyConstraint("appeal_id", "denial_id", name=("pk__appeal_denials")),
    )
    op.create_index(
        ("ix__appeal_denials__denial_id"), "appeal_denials", ["denial_id"], unique=False
    )


def _denial_events() -> None:
    op.create_table(
        "denial_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("denial_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("amount_cents", Cents(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["denial_id"], ["denials.id"], name=("fk__denial_events__denial_id__denials")
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=("fk__denial_events__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__denial_events")),
    )
    op.create_index(("ix__denial_events__denial_id"), "denial_events", ["denial_id"], unique=False)


def upgrade() -> None:
    _appeal_templates()
    _payer_deadlines()
    _appeal_documents()
    _appeals()
    _denials()
    _appeal_denials()
    _denial_events()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    for table in EDITED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table in (
        "denial_events",
        "appeal_denials",
        "denials",
        "appeals",
        "appeal_documents",
        "payer_deadlines",
        "appeal_templates",
    ):
        op.drop_table(table)
