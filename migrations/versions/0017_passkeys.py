"""Passkeys, and the name by which a passkey knows its owner.

Revision ID: 0017
Revises: 0016

Safety: one new table; a new empty column on `logins`, unique by an index built on no values.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
HANDLE = "uq__logins__fs_webauthn_user_handle"


def upgrade() -> None:
    op.add_column("logins", sa.Column("fs_webauthn_user_handle", sa.String(), nullable=True))
    op.create_unique_constraint(HANDLE, "logins", ["fs_webauthn_user_handle"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(), nullable=False),
        sa.Column("last_used_at", AT, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__passkeys"),
        sa.UniqueConstraint("login_id", "name", name="uq__passkeys__login_id_name"),
        sa.UniqueConstraint("credential_id", name="uq__passkeys__credential_id"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk__passkeys__login_id__logins"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("passkeys")
    op.drop_constraint(HANDLE, "logins")
    op.drop_column("logins", "fs_webauthn_user_handle")
