"""What each agency's row said before, and who approved which version.

Revision ID: 0080
Revises: 0079

Safety: one new table, filled from the few rows of another.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "agency_versions"
PARENTS = {
    "agency_id": ("agencies", False),
    "made_by_id": ("logins", False),
    "approved_by_id": ("logins", True),
}
KNOWN = f"""
INSERT INTO {TABLE} (agency_id, version, said, reason, made_by_id, made_at, approved_by_id, approved_at)
SELECT id, version,
       jsonb_build_object('name', name, 'contract_ref', contract_ref, 'baa_ref', baa_ref, 'terms', to_jsonb(terms),
         'states', to_jsonb(states), 'begins_on', begins_on, 'ends_on', ends_on,
         'dispute_address', to_jsonb(dispute_address), 'phone', phone),
       'As it stood when changes began to be kept', added_by_id, added_at, approved_by_id, approved_at
  FROM agencies
"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(column, sa.Integer(), nullable=nullable)
            for column, (_, nullable) in PARENTS.items()
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{parent}.id"], name=f"fk__{TABLE}__{column}__{parent}"
            )
            for column, (parent, _) in PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.UniqueConstraint("agency_id", "version", name=f"uq__{TABLE}__agency_id_version"),
    )
    op.execute(KNOWN)
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE (approved_by_id, approved_at) ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
