"""Booked times, which no provider, room or person can have twice; checks and tasks before a visit.

Revision ID: 0040
Revises: 0039

Safety: new tables, and one empty column of payments with a small index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_LIVE = "state IN ('held', 'booked', 'arrived', 'in_room')"
APPEND_ONLY = ("appointment_events", "coverage_checks")
EDITED = ("appointments", "appointment_resources", "appointment_tasks")


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("newcomer_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("visit_type_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder_hash", sa.String(), nullable=True),
        sa.Column("coverage_intent", sa.String(), nullable=False),
        sa.Column("coverage_intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coverage_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("booked_via", sa.String(), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=True),
        sa.Column("proxy_grant_id", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_via", sa.String(), nullable=False),
        sa.Column("canceled_side", sa.String(), nullable=False),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("late_cancel", sa.Boolean(), nullable=False),
        sa.Column("overbook_reason", sa.String(), nullable=False),
        sa.Column("overbooked_by_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_of_id", sa.Uuid(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(newcomer_id, newcomer_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text(f"newcomer_id IS NOT NULL AND {_LIVE}"),
            using="gist",
            name="ex__appointments__newcomer",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(patient_id, patient_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text(f"patient_id IS NOT NULL AND {_LIVE}"),
            using="gist",
            name="ex__appointments__patient",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(provider_id, provider_id, '[]')"), "&&"),
            (sa.text("int4range(lane, lane, '[]')"), "&&"),
            (sa.text("tstzrange(busy_from, busy_to)"), "&&"),
            where=sa.text(_LIVE),
            using="gist",
            name="ex__appointments__provider",
        ),
        sa.CheckConstraint(
            "(state = 'held') = (held_until IS NOT NULL)", name=("ck__appointments__held_until")
        ),
        sa.CheckConstraint(
            "canceled_side IN ('', 'patient', 'practice')", name=("ck__appointments__canceled_side")
        ),
        sa.CheckConstraint(
            "lane >= 0 AND (lane < capacity OR overbook_reason <> '')",
            name=("ck__appointments__lane"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'expired') OR coverage_intent IN ('insurance', 'self_pay', 'do_not_file')",
            name=("ck__appointments__coverage_intent"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'expired') OR num_nonnulls(patient_id, newcomer_id) = 1",
            name=("ck__appointments__whose"),
        ),
        sa.CheckConstraint(
            "busy_from <= starts_at AND busy_to >= ends_at", name=("ck__appointments__buffers")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=("ck__appointments__ends_after_start")),
        sa.ForeignKeyConstraint(
            ["booked_by_id"], ["logins.id"], name=("fk__appointments__booked_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["coverage_id"], ["coverages.id"], name=("fk__appointments__coverage_id__coverages")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_of_id"],
            ["appointments.id"],
            name=("fk__appointments__follow_up_of_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__appointments__location_id__locations")
        ),
        sa.ForeignKeyConstraint(
            ["newcomer_id"], ["logins.id"], name=("fk__appointments__newcomer_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["overbooked_by_id"], ["logins.id"], name=("fk__appointments__overbooked_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=("fk__appointments__patient_id__patients")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider_profiles.provider_id"],
            name=("fk__appointments__provider_id__provider_profiles"),
        ),
        sa.ForeignKeyConstraint(
            ["proxy_grant_id"],
            ["proxy_grants.id"],
            name=("fk__appointments__proxy_grant_id__proxy_grants"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=("fk__appointments__visit_id__visits")
        ),
        sa.ForeignKeyConstraint(
            ["visit_type_id"],
            ["visit_types.id"],
            name=("fk__appointments__visit_type_id__visit_types"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appointments")),
        sa.UniqueConstraint("id", "starts_at", "ends_at", name="uq__appointments__time"),
    )
    op.create_index(
        "ix__appointments__day", "appointments", ["starts_on", "location_id"], unique=False
    )
    op.create_index(
        "ix__appointments__held",
        "appointments",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        ("ix__appointments__holder_hash"), "appointments", ["holder_hash"], unique=False
    )
    op.create_index(
        "ix__appointments__newcomer", "appointments", ["newcomer_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix__appointments__patient", "appointments", ["patient_id", "starts_at"], unique=False
    )
    op.create_index(("ix__appointments__visit_id"), "appointments", ["visit_id"], unique=False)
    op.create_index(
        ("ix__appointments__visit_type_id"), "appointments", ["visit_type_id"], unique=False
    )


def _appointment_resources() -> None:
    op.create_table(
        "appointment_resources",
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(resource_id, resource_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="ex__appointment_resources__resource",
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id", "starts_at", "ends_at"],
            ["appointments.id", "appointments.starts_at", "appointments.ends_at"],
            name="fk__appointment_resources__appointment",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resources.id"],
            name=("fk__appointment_resources__resource_id__resources"),
        ),
        sa.PrimaryKeyConstraint(
            "appointment_id", "resource_id", name=("pk__appointment_resources")
        ),
    )


def _appointment_events() -> None:
    op.create_table(
        "appointment_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__appointment_events__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=("fk__appointment_events__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appointment_events")),
    )
    op.create_index(
        "ix__appointment_events__appointment",
        "appointment_events",
        ["appointment_id", "id"],
        unique=False,
    )


def _coverage_checks() -> None:
    op.create_table(
        "coverage_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coverage_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "method IN ('phone', 'payer_site', 'x12_271')", name=("ck__coverage_checks__method")
        ),
        sa.CheckConstraint(
            "result IN ('active', 'inactive', 'unclear')", name=("ck__coverage_checks__result")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__coverage_checks__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["logins.id"], name=("fk__coverage_checks__checked_by_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["coverage_id"], ["coverages.id"], name=("fk__coverage_checks__coverage_id__coverages")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__coverage_checks")),
    )
    op.create_index(
        ("ix__coverage_checks__appointment_id"), "coverage_checks", ["appointment_id"], unique=False
    )
    op.create_index(
        "ix__coverage_checks__coverage", "coverage_checks", ["coverage_id", "at"], unique=False
    )


def _appointment_tasks() -> None:
    op.create_table(
        "appointment_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('coverage', 'referral', 'authorisation', 'estimate', 'card')",
            name=("ck__appointment_tasks__kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'waived', 'dropped')", name=("ck__appointment_tasks__state")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__appointment_tasks__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["logins.id"], name=("fk__appointment_tasks__done_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__appointment_tasks")),
        sa.UniqueConstraint(
            "appointment_id",
            "kind",
            "stage",
            name=("uq__appointment_tasks__appointment_id_kind_stage"),
        ),
    )
    op.create_index(
        "ix__appointment_tasks__open",
        "appointment_tasks",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )


def _payments() -> None:
    op.add_column("payments", sa.Column("appointment_id", sa.Uuid(), nullable=True))
    op.create_index(("ix__payments__appointment_id"), "payments", ["appointment_id"], unique=False)
    op.create_foreign_key(
        ("fk__payments__appointment_id__appointments"),
        "payments",
        "appointments",
        ["appointment_id"],
        ["id"],
    )


def upgrade() -> None:
    _appointments()
    _appointment_resources()
    _appointment_events()
    _coverage_checks()
    _appointment_tasks()
    _payments()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    for table in EDITED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT DELETE ON appointment_resources TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_column("payments", "appointment_id")
    for table in (
        "appointment_tasks",
        "coverage_checks",
        "appointment_events",
        "appointment_resources",
        "appointments",
    ):
        op.drop_table(table)
