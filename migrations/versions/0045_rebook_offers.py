"""Three times offered instead of a visit that the practice canceled.

Revision ID: 0045
Revises: 0044

Safety: a new, empty table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rebook_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=("ck__rebook_offers__position")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__rebook_offers__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__rebook_offers__location_id__locations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__rebook_offers__provider_id__provider_profiles"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__rebook_offers")),
        sa.UniqueConstraint(
            "appointment_id", "position", name=("uq__rebook_offers__appointment_id_position")
        ),
    )
    op.create_index(
        "ix__rebook_offers__open",
        "rebook_offers",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("taken_at IS NULL"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON rebook_offers TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON SEQUENCE rebook_offers_id_seq TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("rebook_offers")
