"""What patients dispute of a bill, with its lines, evidence and steps.

Revision ID: 0072
Revises: 0071

Safety: new tables, and a column with a constant default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

KEPT = ("bill_dispute_lines", "bill_dispute_documents", "bill_dispute_events")


def upgrade() -> None:
    _disputes()
    _lines()
    _documents()
    _events()
    op.add_column(
        "statement_lines",
        sa.Column("disputed_cents", sa.BigInteger(), server_default="0", nullable=False),
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON bill_disputes TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _disputes() -> None:
    op.create_table(
        "bill_disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("eob_told_cents", sa.BigInteger(), nullable=True),
        sa.Column("plan_told_cents", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("filed_by_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolve_by", sa.Date(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("rejoins_on", sa.Date(), nullable=True),
        sa.Column("first_answered_by_id", sa.Integer(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'answered') = (finding <> '')",
            name=op.f("ck__bill_disputes__answered_has_a_finding"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'withdrawn')", name=op.f("ck__bill_disputes__state")
        ),
        sa.CheckConstraint(
            "answered_by_id <> first_answered_by_id", name=op.f("ck__bill_disputes__second_person")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["logins.id"],
            name=op.f("fk__bill_disputes__answered_by_id__logins"),
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["logins.id"], name=op.f("fk__bill_disputes__filed_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["first_answered_by_id"],
            ["logins.id"],
            name=op.f("fk__bill_disputes__first_answered_by_id__logins"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["thread_messages.id"],
            name=op.f("fk__bill_disputes__message_id__thread_messages"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["logins.id"], name=op.f("fk__bill_disputes__owner_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk__bill_disputes__visit_id__visits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bill_disputes")),
        sa.UniqueConstraint("message_id", name=op.f("uq__bill_disputes__message_id")),
    )
    op.create_index(
        "ix__bill_disputes__state", "bill_disputes", ["state", "resolve_by"], unique=False
    )
    op.create_index(
        op.f("ix__bill_disputes__visit_id"), "bill_disputes", ["visit_id"], unique=False
    )


def _lines() -> None:
    op.create_table(
        "bill_dispute_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_cents >= 0", name=op.f("ck__bill_dispute_lines__amount_not_below_zero")
        ),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk__bill_dispute_lines__charge_id__charges")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["bill_disputes.id"],
            name=op.f("fk__bill_dispute_lines__dispute_id__bill_disputes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bill_dispute_lines")),
        sa.UniqueConstraint(
            "dispute_id", "charge_id", name=op.f("uq__bill_dispute_lines__dispute_id_charge_id")
        ),
    )
    op.create_index(
        op.f("ix__bill_dispute_lines__charge_id"), "bill_dispute_lines", ["charge_id"], unique=False
    )


def _documents() -> None:
    op.create_table(
        "bill_dispute_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["bill_disputes.id"],
            name=op.f("fk__bill_dispute_documents__dispute_id__bill_disputes"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__bill_dispute_documents__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bill_dispute_documents")),
    )
    op.create_index(
        op.f("ix__bill_dispute_documents__dispute_id"),
        "bill_dispute_documents",
        ["dispute_id"],
        unique=False,
    )


def _events() -> None:
    op.create_table(
        "bill_dispute_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("face", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"],
            ["bill_disputes.id"],
            name=op.f("fk__bill_dispute_events__dispute_id__bill_disputes"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=op.f("fk__bill_dispute_events__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bill_dispute_events")),
    )
    op.create_index(
        op.f("ix__bill_dispute_events__dispute_id"),
        "bill_dispute_events",
        ["dispute_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_column("statement_lines", "disputed_cents")
    op.drop_table("bill_dispute_events")
    op.drop_table("bill_dispute_documents")
    op.drop_table("bill_dispute_lines")
    op.drop_table("bill_disputes")
