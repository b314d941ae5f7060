"""Promises to pay, and addresses and numbers that somebody found.

Revision ID: 0085
Revises: 0084

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
P, T = "promises", "traces"


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def _fk(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=f"fk__{table}__{column}__{parent}"
    )


def upgrade() -> None:
    op.create_table(
        P,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("promised_by", sa.String(), nullable=False),
        _words("note"),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        _words("end_reason"),
        _fk(P, "guarantor_account_id", "guarantor_accounts"),
        _fk(P, "taken_by_id", "logins"),
        _fk(P, "ended_by_id", "logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{P}"),
        sa.CheckConstraint("amount_cents > 0", name=f"ck__{P}__amount_above_zero"),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'broken', 'withdrawn')", name=f"ck__{P}__state_known"
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=f"ck__{P}__ended_whole"),
    )
    op.create_index(
        f"uq__{P}__open",
        P,
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(f"ix__{P}__account", P, ["guarantor_account_id", "made_at"])
    op.execute(f"GRANT SELECT, INSERT ON {P} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE (state, ended_at, ended_by_id, end_reason) ON {P} TO {APP_ROLE}")
    op.create_table(
        T,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("found_mobile", sa.String(), server_default="", nullable=False),
        *(_words(name) for name in ("street", "street2", "city", "state", "postal_code", "note")),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        _words("decision"),
        _fk(T, "guarantor_account_id", "guarantor_accounts"),
        _fk(T, "noted_by_id", "logins"),
        _fk(T, "decided_by_id", "logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{T}"),
        sa.CheckConstraint("found_mobile <> '' OR street <> ''", name=f"ck__{T}__something"),
        sa.CheckConstraint("decided_by_id <> noted_by_id", name=f"ck__{T}__two_people"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (confirmed IS NULL)", name=f"ck__{T}__decided_whole"
        ),
    )
    op.create_index(f"ix__{T}__account", T, ["guarantor_account_id", "noted_at"])
    op.execute(f"GRANT SELECT, INSERT ON {T} TO {APP_ROLE}")
    op.execute(
        f"GRANT UPDATE (decided_at, decided_by_id, confirmed, decision) ON {T} TO {APP_ROLE}"
    )


def downgrade() -> None:
    op.drop_table(T)
    op.drop_table(P)
