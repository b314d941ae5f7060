"""Applications for assistance without a sign-in (FA-6).

Revision ID: 0093
Revises: 0092

Safety: two new tables.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
G, P = "guest_applications", "guest_papers"


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        G,
        sa.Column("id", sa.Uuid(), nullable=False),
        _words("code_hash"),
        _words("state"),
        _words("name"),
        sa.Column("birth_on", sa.Date(), nullable=False),
        _words("phone"),
        _words("email"),
        _words("street"),
        _words("city"),
        _words("residence_state"),
        _words("residence_county"),
        _words("postal_code"),
        _words("account_number"),
        _words("language"),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        _words("signed_name"),
        _words("signed_words"),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _words("end_reason"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["assistance_applications.id"],
            name=f"fk__{G}__application_id__assistance_applications",
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["logins.id"], name=f"fk__{G}__ended_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{G}"),
        sa.UniqueConstraint("code_hash", name=f"uq__{G}__code_hash"),
        sa.UniqueConstraint("application_id", name=f"uq__{G}__application_id"),
        sa.CheckConstraint("state IN ('draft', 'sent', 'tied', 'closed')", name=f"ck__{G}__state"),
        sa.CheckConstraint(
            "(state = 'tied') = (application_id IS NOT NULL)", name=f"ck__{G}__tied_whole"
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'closed') OR sent_on IS NOT NULL", name=f"ck__{G}__sent_whole"
        ),
    )
    op.create_index(f"ix__{G}__sent", G, ["sent_on"], postgresql_where=sa.text("state = 'sent'"))
    op.create_index(
        f"ix__{G}__drafts", G, ["changed_at"], postgresql_where=sa.text("state = 'draft'")
    )
    op.create_table(
        P,
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("guest_id", sa.Uuid(), nullable=False),
        _words("kind"),
        sa.Column("size", sa.Integer(), nullable=False),
        _words("sha256"),
        _words("stored_as"),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], [f"{G}.id"], name=f"fk__{P}__guest_id__{G}"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{P}"),
    )
    op.create_index(f"ix__{P}__guest_id", P, ["guest_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {G}, {P} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table(P)
    op.drop_table(G)
