"""Forms as published and as signed, the steps of a check-in, and the tablets at the desk.

Revision ID: 0042
Revises: 0041

Safety: new tables only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

APPEND_ONLY = ("form_versions", "signed_forms")
EDITED = ("forms", "check_in_steps", "kiosks")


def _forms() -> None:
    op.create_table(
        "forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("visit_type_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("renew_months", sa.Integer(), nullable=True),
        sa.Column("every_visit", sa.Boolean(), nullable=False),
        sa.Column("must_sign", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('questionnaire', 'consent', 'financial', 'notice')", name=("ck__forms__kind")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__forms")),
        sa.UniqueConstraint("code", name=("uq__forms__code")),
    )


def _form_versions() -> None:
    op.create_table(
        "form_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name=("fk__form_versions__form_id__forms")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["logins.id"], name=("fk__form_versions__published_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__form_versions")),
        sa.UniqueConstraint(
            "form_id", "number", "language", name=("uq__form_versions__form_id_number_language")
        ),
    )


def _check_in_steps() -> None:
    op.create_table(
        "check_in_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__check_in_steps__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=("fk__check_in_steps__login_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__check_in_steps")),
        sa.UniqueConstraint(
            "appointment_id", "step", name=("uq__check_in_steps__appointment_id_step")
        ),
    )


def _signed_forms() -> None:
    op.create_table(
        "signed_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("newcomer_id", sa.Integer(), nullable=True),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed_name", sa.String(), nullable=False),
        sa.Column("signed_as", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pdf_stored_as", sa.String(), nullable=False),
        sa.Column("pdf_sha256", sa.String(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(patient_id, newcomer_id) = 1", name=("ck__signed_forms__whose")
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=("fk__signed_forms__appointment_id__appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_versions.id"],
            name=("fk__signed_forms__form_version_id__form_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=("fk__signed_forms__login_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["newcomer_id"], ["logins.id"], name=("fk__signed_forms__newcomer_id__logins")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=("fk__signed_forms__patient_id__patients")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__signed_forms")),
        sa.UniqueConstraint(
            "appointment_id",
            "form_version_id",
            name=("uq__signed_forms__appointment_id_form_version_id"),
        ),
    )
    op.create_index(
        ("ix__signed_forms__form_version_id"), "signed_forms", ["form_version_id"], unique=False
    )
    op.create_index(
        "ix__signed_forms__newcomer", "signed_forms", ["newcomer_id", "signed_at"], unique=False
    )
    op.create_index(
        "ix__signed_forms__patient", "signed_forms", ["patient_id", "signed_at"], unique=False
    )


def _kiosks() -> None:
    op.create_table(
        "kiosks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("paired_by_id", sa.Integer(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=("fk__kiosks__location_id__locations")
        ),
        sa.ForeignKeyConstraint(
            ["paired_by_id"], ["logins.id"], name=("fk__kiosks__paired_by_id__logins")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk__kiosks")),
        sa.UniqueConstraint("token_hash", name=("uq__kiosks__token_hash")),
    )
    op.create_index(("ix__kiosks__location_id"), "kiosks", ["location_id"], unique=False)


def upgrade() -> None:
    _forms()
    _form_versions()
    _check_in_steps()
    _signed_forms()
    _kiosks()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    for table in EDITED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table in (
        "kiosks",
        "signed_forms",
        "check_in_steps",
        "form_versions",
        "forms",
    ):
        op.drop_table(table)
