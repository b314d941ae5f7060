"""Who asked for an estimate without a record: a sign-in that is not linked yet, or somebody by phone.

Revision ID: 0101
Revises: 0100

Safety: four columns, empty for what stands; a check accepts more than before, so no row fails it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

T = "good_faith_estimates"
WHOSE = f"ck__{T}__whose"
WAS = f"ck__{T}__{WHOSE}"  # its name came twice over by the convention
ONE = "num_nonnulls(appointment_id, patient_id) = 1"


def upgrade() -> None:
    op.add_column(T, sa.Column("newcomer_id", sa.Integer(), nullable=True))
    for name in ("asker", "asker_phone", "asked_via"):
        op.add_column(T, sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_foreign_key(f"fk__{T}__newcomer_id__logins", T, "logins", ["newcomer_id"], ["id"])
    op.create_index(f"ix__{T}__newcomer_id", T, ["newcomer_id"])
    op.drop_constraint(op.f(WAS), T, type_="check")
    op.create_check_constraint(
        op.f(WHOSE),
        T,
        "num_nonnulls(appointment_id, patient_id, newcomer_id) = 1"
        " OR (num_nonnulls(appointment_id, patient_id, newcomer_id) = 0 AND asker <> '')",
    )
    op.create_check_constraint(
        op.f(f"ck__{T}__asked_via"), T, "asked_via IN ('', 'portal', 'phone', 'desk')"
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM {T} WHERE num_nonnulls(appointment_id, patient_id) <> 1")
    op.drop_constraint(op.f(f"ck__{T}__asked_via"), T, type_="check")
    op.drop_constraint(op.f(WHOSE), T, type_="check")
    op.create_check_constraint(op.f(WAS), T, ONE)
    for name in ("asked_via", "asker_phone", "asker", "newcomer_id"):
        op.drop_column(T, name)
