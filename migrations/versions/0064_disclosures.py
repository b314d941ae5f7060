"""Disclosures outside treatment, payment and operations, and requests for their list.

Revision ID: 0064
Revises: 0063

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

TOLD, ASKED = "disclosures", "disclosure_asks"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TOLD,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("to_whom", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name="fk__disclosures__patient_id__patients"
        ),
        *_common(TOLD),
        sa.UniqueConstraint("form_id", name="uq__disclosures__form_id"),
    )
    op.create_table(
        ASKED,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("extended_why", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        *_common(ASKED),
    )
    for table in (TOLD, ASKED):
        op.create_index(f"ix__{table}__guarantor_account_id", table, ["guarantor_account_id"])
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TOLD}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(f"GRANT SELECT, INSERT ON {TOLD} TO {APP_ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {ASKED} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _common(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name=f"fk__{table}__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["logins.id"], name=f"fk__{table}__recorded_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{table}"),
    )


def downgrade() -> None:
    op.drop_table(ASKED)
    op.drop_table(TOLD)
