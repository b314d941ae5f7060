"""New words of a letter take two people, held by the database too.

Revision ID: 0088
Revises: 0087

Safety: a check on a small table that no row of it fails: nobody could propose words until now.
"""

from __future__ import annotations

from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

TABLE, NAME = "notice_templates", "ck__notice_templates__two_people"


def upgrade() -> None:
    op.create_check_constraint(op.f(NAME), TABLE, "approved_by_id <> proposed_by_id")


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), TABLE, type_="check")
