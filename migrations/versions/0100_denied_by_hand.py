"""When a person said of a held answer that it is a denial: from then on the reports count it so (KPI-8, KPI-9).

Revision ID: 0100
Revises: 0099

Safety: fills an empty column of the few answers that were held and denied by hand; the next look at the books reads these anew.
"""

from __future__ import annotations

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
UPDATE remittance_claims rc SET denied_at = w.closed_at
  FROM (SELECT remittance_claim_id, max(closed_at) AS closed_at FROM work_items
         WHERE kind IN ('held_claim', 'unmatched') AND outcome = 'denied' AND closed_at IS NOT NULL
         GROUP BY 1) w
 WHERE w.remittance_claim_id = rc.id AND rc.disposition = 'denied'"""
    )


def downgrade() -> None:
    op.execute("UPDATE remittance_claims SET denied_at = NULL WHERE disposition = 'denied'")
