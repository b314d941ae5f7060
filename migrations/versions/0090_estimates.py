"""Good-faith estimates, their lines, and bills compared with them.

Revision ID: 0090
Revises: 0089

Safety: three new tables; nothing that stands is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

GFE, LINES, CHECKS = "good_faith_estimates", "estimate_lines", "estimate_checks"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _estimates()
    _lines()
    _checks()
    _laws()


def _estimates() -> None:
    op.create_table(
        GFE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("note_version", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=True),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        *_to(GFE, patient_id="patients", appointment_id="appointments", supersedes_id=GFE),
        *_to(GFE, issued_by_id="logins", notice_id="notices"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{GFE}"),
        sa.CheckConstraint(
            "state IN ('due', 'issued', 'superseded', 'dropped')", name=f"ck__{GFE}__state"
        ),
        sa.CheckConstraint("why IN ('booked', 'asked', 'changed')", name=f"ck__{GFE}__why"),
        sa.CheckConstraint(
            "(state IN ('issued', 'superseded')) = (issued_at IS NOT NULL)",
            name=f"ck__{GFE}__issued",
        ),
        sa.CheckConstraint(
            "num_nonnulls(appointment_id, patient_id) = 1", name=f"ck__{GFE}__whose"
        ),
    )
    for state in ("due", "issued"):
        op.create_index(
            f"uq__{GFE}__{state}",
            GFE,
            ["appointment_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_index(f"ix__{GFE}__appointment", GFE, ["appointment_id"])
    op.create_index(f"ix__{GFE}__patient", GFE, ["patient_id", "service_on"])
    op.create_index(f"ix__{GFE}__open", GFE, ["due_on"], postgresql_where=sa.text("state = 'due'"))


def _lines() -> None:
    op.create_table(
        LINES,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("diagnoses", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("expected_cents", sa.BigInteger(), nullable=False),
        *_to(LINES, estimate_id=GFE, provider_id="providers"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{LINES}"),
        sa.UniqueConstraint("estimate_id", "position", name=f"uq__{LINES}__estimate_id_position"),
        sa.CheckConstraint("expected_cents >= 0", name=f"ck__{LINES}__expected"),
    )


def _checks() -> None:
    op.create_table(
        CHECKS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("sums", postgresql.JSONB(), nullable=False),
        sa.Column("over_cents", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        *_to(CHECKS, visit_id="visits", estimate_id=GFE),
        *_to(CHECKS, reviewed_by_id="logins", ended_by_id="logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{CHECKS}"),
        sa.UniqueConstraint("visit_id", name=f"uq__{CHECKS}__visit_id"),
        sa.CheckConstraint(
            "outcome IN ('', 'released', 'corrected')", name=f"ck__{CHECKS}__outcome"
        ),
        sa.CheckConstraint(
            "ended_by_id <> reviewed_by_id OR outcome <> 'released'",
            name=f"ck__{CHECKS}__two_people",
        ),
        sa.CheckConstraint(
            "outcome <> 'released' OR reviewed_by_id IS NOT NULL", name=f"ck__{CHECKS}__reviewed"
        ),
    )
    op.create_index(f"ix__{CHECKS}__estimate_id", CHECKS, ["estimate_id"])


def _to(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk__{table}__{name}__{other}")
        for name, other in columns.items()
    ]


def _laws() -> None:
    """Once given, an estimate says what it said: only that a newer one took its place may be added."""
    op.execute(
        f"""
CREATE FUNCTION estimates_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.issued_at IS NOT NULL AND to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'an estimate that was given never changes: give a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER estimates_stay BEFORE UPDATE ON {GFE} FOR EACH ROW EXECUTE FUNCTION estimates_stay();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {LINES}
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
GRANT SELECT, INSERT ON {LINES} TO {APP_ROLE};
GRANT SELECT, INSERT, UPDATE ON {GFE}, {CHECKS} TO {APP_ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}
"""
    )


def downgrade() -> None:
    op.drop_table(CHECKS)
    op.drop_table(LINES)
    op.drop_table(GFE)
    op.execute("DROP FUNCTION estimates_stay()")
