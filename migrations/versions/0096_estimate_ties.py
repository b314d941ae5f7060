"""Which visit or bill an estimate is of that was asked for without one; one person alone may let a bill go, by the owner's log.

Revision ID: 0096
Revises: 0095

Safety: one new table and one empty column; a check accepts more than before, so no row fails it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

T, CHECKS, LOG = "estimate_ties", "estimate_checks", "alone_decisions"
NOW = f"ck__{CHECKS}__two_people"
WAS = f"ck__{CHECKS}__{NOW}"  # its name came twice over by the convention
MOMENT = sa.DateTime(timezone=True)
TWO_PEOPLE = "ended_by_id <> reviewed_by_id OR outcome <> 'released'"


def upgrade() -> None:
    op.create_table(
        T,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("tied_at", MOMENT, nullable=False),
        sa.Column("tied_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        *_to(estimate_id="good_faith_estimates", appointment_id="appointments", visit_id="visits"),
        *_to(tied_by_id="logins", ended_by_id="logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{T}"),
        sa.CheckConstraint(
            "num_nonnulls(appointment_id, visit_id) = 1", name=op.f(f"ck__{T}__to_one")
        ),
        sa.CheckConstraint(
            "ended_by_id IS NULL OR ended_at IS NOT NULL", name=op.f(f"ck__{T}__ended")
        ),
    )
    op.create_index(
        f"uq__{T}__standing",
        T,
        ["estimate_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for column in ("estimate_id", "appointment_id", "visit_id"):
        op.create_index(f"ix__{T}__{column}", T, [column])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {T} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.add_column(CHECKS, sa.Column("alone_log_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        f"fk__{CHECKS}__alone", CHECKS, LOG, ["alone_log_id", "ended_by_id"], ["id", "login_id"]
    )
    op.create_unique_constraint(f"uq__{CHECKS}__alone_log_id", CHECKS, ["alone_log_id"])
    op.drop_constraint(op.f(WAS), CHECKS, type_="check")
    op.create_check_constraint(op.f(NOW), CHECKS, f"{TWO_PEOPLE} OR alone_log_id IS NOT NULL")


def _to(**columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk__{T}__{name}__{other}")
        for name, other in columns.items()
    ]


def downgrade() -> None:
    op.drop_constraint(op.f(NOW), CHECKS, type_="check")
    op.create_check_constraint(op.f(WAS), CHECKS, TWO_PEOPLE)
    op.drop_column(CHECKS, "alone_log_id")
    op.drop_table(T)
