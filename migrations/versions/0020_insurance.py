"""Coverages in people's own hands: what they send, the pictures of their cards, and what was read on them.

Revision ID: 0020
Revises: 0019

Safety: new columns that may be empty or have a default, and three new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
RX = ("rx_bin", "rx_pcn", "rx_group")
TABLES = ("insurance_submissions", "card_images", "card_readings")


def _line(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk__{table}__{column}__{target}"
    )


def upgrade() -> None:
    for name in RX:
        op.add_column("coverages", sa.Column(name, sa.String(), nullable=False, server_default=""))
        op.alter_column("coverages", name, server_default=None)
    for name, kind in (
        ("effective_on", sa.Date()),
        ("ended_on", sa.Date()),
        ("verified_at", AT),
        ("verified_by_id", sa.Integer()),
    ):
        op.add_column("coverages", sa.Column(name, kind, nullable=True))
    op.create_foreign_key(
        "fk__coverages__verified_by_id__logins", "coverages", "logins", ["verified_by_id"], ["id"]
    )
    _submissions()
    _cards()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _submissions() -> None:
    table = "insurance_submissions"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        _line("kind"),
        sa.Column("replaces_coverage_id", sa.Integer(), nullable=True),
        sa.Column("payer_id", sa.Integer(), nullable=True),
        _line("payer_text"),
        _line("plan_name"),
        _line("member_id"),
        _line("group_number"),
        _line("relationship"),
        _line("subscriber_last_name"),
        _line("subscriber_first_name"),
        sa.Column("subscriber_birth_on", sa.Date(), nullable=True),
        _line("sequence"),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        *(_line(name) for name in RX),
        _line("state"),
        sa.Column("begun_at", AT, nullable=False),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        _line("reason"),
        sa.Column("coverage_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk__{table}"),
        _points(table, "login_id", "logins"),
        _points(table, "patient_id", "patients"),
        _points(table, "visit_id", "visits"),
        _points(table, "replaces_coverage_id", "coverages"),
        _points(table, "payer_id", "payers"),
        _points(table, "decided_by_id", "logins"),
        _points(table, "coverage_id", "coverages"),
    )
    op.create_index(f"ix__{table}__waiting", table, ["state", "sent_at"])
    op.create_index(f"ix__{table}__login", table, ["login_id", "state"])
    for column in ("patient_id", "visit_id", "replaces_coverage_id", "coverage_id"):
        op.create_index(f"ix__{table}__{column}", table, [column])


def _cards() -> None:
    op.create_table(
        "card_images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        _line("side"),
        _line("stored_as"),
        _line("sha256"),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("flaws", postgresql.JSONB(), nullable=False),
        sa.Column("uploaded_at", AT, nullable=False),
        sa.Column("removed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__card_images"),
        _points("card_images", "submission_id", "insurance_submissions"),
    )
    op.create_index(
        "uq__card_images__live",
        "card_images",
        ["submission_id", "side"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "card_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        _line("state"),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        _line("engine"),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__card_readings"),
        _points("card_readings", "submission_id", "insurance_submissions"),
    )
    for table in ("card_images", "card_readings"):
        op.create_index(f"ix__{table}__submission_id", table, ["submission_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint("fk__coverages__verified_by_id__logins", "coverages", type_="foreignkey")
    for name in (*RX, "effective_on", "ended_on", "verified_at", "verified_by_id"):
        op.drop_column("coverages", name)
