"""Keep the day and the submitted code of each line of a remittance, to show them beside ours.

Revision ID: 0054
Revises: 0053

Safety: two columns, one nullable and one with a constant default; no rewrite. Lines from before have neither.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remittance_lines", sa.Column("service_on", sa.Date(), nullable=True))
    op.add_column(
        "remittance_lines",
        sa.Column("submitted_procedure", sa.String(), server_default="", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("remittance_lines", "submitted_procedure")
    op.drop_column("remittance_lines", "service_on")
