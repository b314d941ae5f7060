"""Letters with required words: templates, letters, what became of each sending, addresses that are no good.

Revision ID: 0071
Revises: 0070

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.TEXT())
TEMPLATES, NOTICES, DELIVERIES, BAD = (
    "notice_templates",
    "notices",
    "notice_deliveries",
    "bad_addresses",
)


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=optional)


def _key(table: str, column: str, other: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk__{table}__{column}__{other}"
    )


def _id(name: str, *, optional: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=optional)


def _templates() -> None:
    op.create_table(
        TEMPLATES,
        _id("id", optional=False),
        _text("kind"),
        _text("state"),
        _text("language"),
        _id("version", optional=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("required_fields", TEXTS, nullable=False),
        _text("text_hash"),
        _id("proposed_by_id"),
        sa.Column("proposed_at", MOMENT, nullable=False),
        _id("approved_by_id"),
        sa.Column("approved_at", MOMENT, nullable=True),
        _id("reviewed_by_id"),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TEMPLATES}"),
        sa.UniqueConstraint(
            "kind",
            "state",
            "language",
            "version",
            name=f"uq__{TEMPLATES}__kind_state_language_version",
        ),
        *(
            _key(TEMPLATES, f"{step}_by_id", "logins")
            for step in ("proposed", "approved", "reviewed")
        ),
    )


def _notices() -> None:
    op.create_table(
        NOTICES,
        _id("id", optional=False),
        _text("dedupe_key"),
        _text("kind"),
        _id("guarantor_account_id", optional=False),
        sa.Column("visit_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        _text("subject"),
        _id("template_id", optional=False),
        _text("language"),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        _text("content_hash"),
        sa.Column("eca_types", TEXTS, nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        _text("summary_id"),
        _id("made_by_id"),
        sa.Column("created_at", MOMENT, nullable=False),
        _text("state"),
        _text("gate"),
        _id("message_id"),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{NOTICES}"),
        sa.UniqueConstraint("dedupe_key", name=f"uq__{NOTICES}__dedupe_key"),
        sa.UniqueConstraint("message_id", name=f"uq__{NOTICES}__message_id"),
        _key(NOTICES, "guarantor_account_id", "guarantor_accounts"),
        _key(NOTICES, "template_id", TEMPLATES),
        _key(NOTICES, "made_by_id", "logins"),
        _key(NOTICES, "message_id", "outbound_messages"),
    )
    op.create_index("ix__notices__account", NOTICES, ["guarantor_account_id", "id"])
    op.create_index(
        "ix__notices__waiting",
        NOTICES,
        ["id"],
        postgresql_where=sa.text("state IN ('queued', 'returned')"),
    )


def _deliveries() -> None:
    op.create_table(
        DELIVERIES,
        _id("id", optional=False),
        _text("source"),
        _id("notice_id"),
        _id("statement_id"),
        _text("channel"),
        _text("address"),
        _text("content_hash"),
        _text("document_hash"),
        _text("batch"),
        _text("status"),
        _text("detail"),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk__{DELIVERIES}"),
        sa.UniqueConstraint("source", name=f"uq__{DELIVERIES}__source"),
        _key(DELIVERIES, "notice_id", NOTICES),
        _key(DELIVERIES, "statement_id", "statements"),
    )
    op.create_index("ix__notice_deliveries__notice", DELIVERIES, ["notice_id"])
    op.create_index("ix__notice_deliveries__statement", DELIVERIES, ["statement_id"])
    op.create_table(
        BAD,
        _id("id", optional=False),
        _text("source"),
        _id("guarantor_account_id", optional=False),
        _text("lines_hash"),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{BAD}"),
        sa.UniqueConstraint("source", name=f"uq__{BAD}__source"),
        _key(BAD, "guarantor_account_id", "guarantor_accounts"),
    )
    op.create_index(
        "ix__bad_addresses__account",
        BAD,
        ["guarantor_account_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def upgrade() -> None:
    _templates()
    _notices()
    _deliveries()
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {DELIVERIES}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {DELIVERIES}, {TEMPLATES}, {NOTICES}, {BAD} TO {APP_ROLE}")
    # What was approved or sent keeps its words: only what happens to it afterwards is written down.
    op.execute(
        f"GRANT UPDATE (approved_by_id, approved_at, reviewed_by_id, reviewed_at) ON {TEMPLATES} TO {APP_ROLE}"
    )
    op.execute(f"GRANT UPDATE (state, gate, message_id, sent_on) ON {NOTICES} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE (ended_at) ON {BAD} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table in (BAD, DELIVERIES, NOTICES, TEMPLATES):
        op.drop_table(table)
