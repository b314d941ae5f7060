"""Disputes of a bill above its estimate that a patient opened with the federal agency: the notice, our answer, the decision.

Revision ID: 0102
Revises: 0101

Safety: one new table; nothing that stands is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

T = "estimate_disputes"
MOMENT = sa.DateTime(timezone=True)
OUTCOMES = "'', 'for_patient', 'for_us', 'settled', 'withdrawn', 'not_eligible'"


def upgrade() -> None:
    op.create_table(
        T,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("initiated_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        *_to(visit_id="visits", hold_id="account_conditions", opened_by_id="logins"),
        *_to(answered_by_id="logins", ended_by_id="logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{T}"),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name=op.f(f"ck__{T}__outcome")),
        sa.CheckConstraint(
            "(outcome <> '') = (ended_at IS NOT NULL)", name=op.f(f"ck__{T}__ended")
        ),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (answered_by_id IS NULL)", name=op.f(f"ck__{T}__answered")
        ),
    )
    op.create_index(
        f"uq__{T}__open",
        T,
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(f"ix__{T}__visit_id", T, ["visit_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {T} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _to(**columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk__{T}__{name}__{other}")
        for name, other in columns.items()
    ]


def downgrade() -> None:
    op.drop_table(T)
