"""The database too asks for two people for a check to a payer, or for the row of the owner's review log (OPS-13).

Revision ID: 0099
Revises: 0098

Safety: one column that may be empty, filled for what one person approved by the log, and a check that every row meets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

T = "payer_refunds"


def upgrade() -> None:
    op.add_column(T, sa.Column("alone_log_id", sa.Integer(), nullable=True))
    op.execute(
        """
UPDATE payer_refunds r SET alone_log_id = d.id FROM alone_decisions d
 WHERE r.decided_by_id = r.requested_by_id AND r.state <> 'declined' AND d.login_id = r.decided_by_id
   AND d.object_type = 'payer_refund' AND d.object_id = r.id::text"""
    )
    op.create_foreign_key(
        f"fk__{T}__alone",
        T,
        "alone_decisions",
        ["alone_log_id", "decided_by_id"],
        ["id", "login_id"],
    )
    op.create_unique_constraint(f"uq__{T}__alone_log_id", T, ["alone_log_id"])
    op.create_check_constraint(
        op.f(f"ck__{T}__second_person"),
        T,
        "decided_by_id <> requested_by_id OR state = 'declined' OR alone_log_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f(f"ck__{T}__second_person"), T, type_="check")
    op.drop_column(T, "alone_log_id")
