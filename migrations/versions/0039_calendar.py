"""The calendar: places, rooms, who works when, kinds of visits, the policy of booking.

Revision ID: 0039
Revises: 0038

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

APPEND_ONLY = ("booking_policies",)
EDITED = (
    "locations",
    "resources",
    "provider_profiles",
    "provider_networks",
    "visit_types",
    "schedule_blocks",
    "schedule_exceptions",
)


def _locations() -> None:
    op.create_table(
        "locations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("street2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk__locations")),
        sa.UniqueConstraint("code", name=("uq__locations__code")),
    )


def _resources() -> None:
    op.create_table(
        "resources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('room', 'equipment')", name=("ck__resources__kind")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__resources__location_id__locations")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__resources")),
        sa.UniqueConstraint("location_id", "name", name=("uq__resources__location_id_name")),
    )


def _provider_profiles() -> None:
    op.create_table(
        "provider_profiles",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("specialty", sa.String(), nullable=False),
        sa.Column("plain_specialty", sa.String(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("takes_new", sa.Boolean(), nullable=False),
        sa.Column("min_age_months", sa.Integer(), nullable=False),
        sa.Column("max_age_months", sa.Integer(), nullable=True),
        sa.Column("booking", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "booking IN ('self', 'view', 'staff')", name=("ck__provider_profiles__booking")
        ),
        sa.CheckConstraint("min_age_months >= 0", name=("ck__provider_profiles__min_age")),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["providers.id"],
            name=("fk__provider_profiles__provider_id__providers"),
        ),
        sa.PrimaryKeyConstraint("provider_id", name=("pk__provider_profiles")),
    )


def _provider_networks() -> None:
    op.create_table(
        "provider_networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["payers.id"], name=("fk__provider_networks__payer_id__payers")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__provider_networks__provider_id__provider_profiles"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__provider_networks")),
        sa.UniqueConstraint(
            "provider_id",
            "payer_id",
            "since",
            name=("uq__provider_networks__provider_id_payer_id_since"),
        ),
    )
    op.create_index(
        ("ix__provider_networks__payer_id"), "provider_networks", ["payer_id"], unique=False
    )


def _visit_types() -> None:
    op.create_table(
        "visit_types",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_es", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("description_es", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("for_whom", sa.String(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("min_age_months", sa.Integer(), nullable=False),
        sa.Column("max_age_months", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("resource_features", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("preparation", sa.String(), nullable=False),
        sa.Column("preparation_es", sa.String(), nullable=False),
        sa.Column("needs_referral", sa.Boolean(), nullable=False),
        sa.Column("needs_authorisation", sa.Boolean(), nullable=False),
        sa.Column("copay_class", sa.String(), nullable=False),
        sa.Column("estimate_cents", sa.BigInteger(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("self_booking", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "copay_class IN ('none', 'primary', 'specialist', 'preventive', 'urgent')",
            name=("ck__visit_types__copay_class"),
        ),
        sa.CheckConstraint(
            "for_whom IN ('any', 'new', 'established')", name=("ck__visit_types__for_whom")
        ),
        sa.CheckConstraint(
            "modality IN ('in_person', 'video', 'phone')", name=("ck__visit_types__modality")
        ),
        sa.CheckConstraint("sex IN ('', 'F', 'M')", name=("ck__visit_types__sex")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=("ck__visit_types__minutes")),
        sa.PrimaryKeyConstraint("id", name=("pk__visit_types")),
        sa.UniqueConstraint("code", name=("uq__visit_types__code")),
    )


def _schedule_blocks() -> None:
    op.create_table(
        "schedule_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("visit_type_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name=("ck__schedule_blocks__capacity")),
        sa.CheckConstraint("ends > starts", name=("ck__schedule_blocks__ends_after_start")),
        sa.CheckConstraint(
            "until IS NULL OR until >= since - 1", name=("ck__schedule_blocks__until_after_since")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=("ck__schedule_blocks__weekday")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__schedule_blocks__location_id__locations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__schedule_blocks__provider_id__provider_profiles"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__schedule_blocks")),
    )
    op.create_index(
        ("ix__schedule_blocks__location_id"), "schedule_blocks", ["location_id"], unique=False
    )
    op.create_index(
        "ix__schedule_blocks__provider", "schedule_blocks", ["provider_id", "weekday"], unique=False
    )


def _schedule_exceptions() -> None:
    op.create_table(
        "schedule_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('leave', 'holiday', 'blocked')", name=("ck__schedule_exceptions__kind")
        ),
        sa.CheckConstraint(
            "ends_at > starts_at", name=("ck__schedule_exceptions__ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["locations.id"],
            name=("fk__schedule_exceptions__location_id__locations"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=("fk__schedule_exceptions__made_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__schedule_exceptions__provider_id__provider_profiles"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__schedule_exceptions")),
    )
    op.create_index(
        ("ix__schedule_exceptions__location_id"),
        "schedule_exceptions",
        ["location_id"],
        unique=False,
    )
    op.create_index(
        ("ix__schedule_exceptions__provider_id"),
        "schedule_exceptions",
        ["provider_id"],
        unique=False,
    )
    op.create_index(
        "ix__schedule_exceptions__standing",
        "schedule_exceptions",
        ["starts_at", "ends_at"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _booking_policies() -> None:
    op.create_table(
        "booking_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("self_booking", sa.String(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("no_show_minutes", sa.Integer(), nullable=False),
        sa.Column("no_show_limit", sa.Integer(), nullable=False),
        sa.Column("no_show_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("offer_batch", sa.Integer(), nullable=False),
        sa.Column("offer_minutes", sa.Integer(), nullable=False),
        sa.Column("offer_minutes_far", sa.Integer(), nullable=False),
        sa.Column("reminder_days", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("check_in_days", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "self_booking IN ('book', 'view', 'off')", name=("ck__booking_policies__self_booking")
        ),
        sa.CheckConstraint(
            "cancel_hours BETWEEN 0 AND 72", name=("ck__booking_policies__cancel_hours")
        ),
        sa.CheckConstraint("no_show_fee_cents >= 0", name=("ck__booking_policies__fee")),
        sa.CheckConstraint(
            "offer_batch BETWEEN 1 AND 3", name=("ck__booking_policies__offer_batch")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["logins.id"], name=("fk__booking_policies__made_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__booking_policies")),
    )


def upgrade() -> None:
    _locations()
    _resources()
    _provider_profiles()
    _provider_networks()
    _visit_types()
    _schedule_blocks()
    _schedule_exceptions()
    _booking_policies()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    for table in EDITED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT DELETE ON provider_networks TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table in (
        "booking_policies",
        "schedule_exceptions",
        "schedule_blocks",
        "visit_types",
        "provider_networks",
        "provider_profiles",
        "resources",
        "locations",
    ):
        op.drop_table(table)
