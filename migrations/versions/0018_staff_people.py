"""Where staff work, when they were trained, and who looked over their rights.

Revision ID: 0018
Revises: 0017

Safety: two columns with constant defaults, which rewrite nothing; one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("logins", sa.Column("location", sa.String(), server_default="", nullable=False))
    op.add_column("logins", sa.Column("trained_on", sa.Date(), nullable=True))
    op.create_table(
        "access_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__access_reviews"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["logins.id"], name="fk__access_reviews__reviewer_id__logins"
        ),
    )
    op.execute(f"GRANT SELECT, INSERT ON access_reviews TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("access_reviews")
    op.drop_column("logins", "trained_on")
    op.drop_column("logins", "location")
