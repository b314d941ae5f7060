"""A paper of an application may come from somebody without a sign-in, whose code stands for it.

Revision ID: 0104
Revises: 0103

Safety: drops one NOT NULL, which looks at no row; papers that lie there keep who sent them.
"""

from __future__ import annotations

from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("assistance_documents", "login_id", nullable=True)


def downgrade() -> None:
    # A paper by a code counts as brought in by whoever at the office tied its application, as it did before.
    op.execute(
        "UPDATE assistance_documents SET login_id = a.login_id FROM assistance_applications a"
        " WHERE a.id = assistance_documents.application_id AND assistance_documents.login_id IS NULL"
    )
    op.alter_column("assistance_documents", "login_id", nullable=False)
