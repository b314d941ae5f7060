"""What a contract allows beside what the payer allowed, line by line.

Revision ID: 0074
Revises: 0073

Safety: one new table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "contract_variances"
PARENTS = {
    "remittance_claim_id": "remittance_claims",
    "charge_id": "charges",
    "payer_id": "payers",
    "fee_id": "fee_schedules",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(column, sa.Integer(), nullable=False) for column in PARENTS),
        sa.Column("expected_cents", sa.BigInteger(), nullable=False),
        sa.Column("allowed_cents", sa.BigInteger(), nullable=False),
        sa.Column("underpaid", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{parent}.id"], name=f"fk__{TABLE}__{column}__{parent}"
            )
            for column, parent in PARENTS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{TABLE}"),
        sa.UniqueConstraint(
            "remittance_claim_id", "charge_id", name=f"uq__{TABLE}__remittance_claim_id_charge_id"
        ),
    )
    op.create_index(f"ix__{TABLE}__at", TABLE, ["at"], unique=False)
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT UPDATE (taken_back_at) ON {TABLE} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(TABLE)
