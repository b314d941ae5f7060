"""Collection agencies, placed bills, their files, and what agencies tell us back; the ledger's two accounts for it.

Revision ID: 0066
Revises: 0065

Safety: new tables and two rows of the chart of accounts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.db import APP_ROLE

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ACCOUNTS = ("agency_clearing", "agency_fees")
TABLES = (
    "agencies",
    "agency_remittances",
    "placement_files",
    "placements",
    "agency_returns",
    "placement_orders",
)


def upgrade() -> None:
    _agencies()
    _agency_remittances()
    _placement_files()
    _placements()
    _agency_returns()
    _placement_orders()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    for code in ACCOUNTS:
        op.execute(
            sa.text(
                "INSERT INTO ledger_accounts (code) VALUES (:code) ON CONFLICT (code) DO NOTHING"
            ).bindparams(code=code)
        )


def _agencies() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contract_ref", sa.String(), nullable=False),
        sa.Column("baa_ref", sa.String(), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("states", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("dispute_address", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["logins.id"], name="fk__agencies__added_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["logins.id"], name="fk__agencies__approved_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__agencies"),
        sa.UniqueConstraint("name", name="uq__agencies__name"),
    )


def _agency_remittances() -> None:
    op.create_table(
        "agency_remittances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "fee_cents >= 0 AND gross_cents > fee_cents",
            name="ck__agency_remittances__fee_below_gross",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name="fk__agency_remittances__agency_id__agencies"
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["logins.id"], name="fk__agency_remittances__entered_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name="fk__agency_remittances__entry_id__journal_entries",
        ),
        sa.PrimaryKeyConstraint("id", name="pk__agency_remittances"),
        sa.UniqueConstraint("agency_id", "trace", name="uq__agency_remittances__agency_id_trace"),
        sa.UniqueConstraint("entry_id", name="uq__agency_remittances__entry_id"),
    )


def _placement_files() -> None:
    op.create_table(
        "placement_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored", sa.String(), nullable=False),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("handed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name="fk__placement_files__agency_id__agencies"
        ),
        sa.ForeignKeyConstraint(
            ["handed_by_id"], ["logins.id"], name="fk__placement_files__handed_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__placement_files"),
        sa.UniqueConstraint("agency_id", "number", name="uq__placement_files__agency_id_number"),
        sa.UniqueConstraint("name", name="uq__placement_files__name"),
    )


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("placed_cents", sa.BigInteger(), nullable=False),
        sa.Column("itemised_bill", sa.String(), nullable=False),
        sa.Column("itemization_on", sa.Date(), nullable=False),
        sa.Column("itemization_cents", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("placed_cents > 0", name="ck__placements__placed_above_zero"),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name="fk__placements__agency_id__agencies"
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"],
            ["guarantor_accounts.id"],
            name="fk__placements__guarantor_account_id__guarantor_accounts",
        ),
        sa.ForeignKeyConstraint(
            ["placed_by_id"], ["logins.id"], name="fk__placements__placed_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk__placements__visit_id__visits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__placements"),
        sa.UniqueConstraint("number", name="uq__placements__number"),
    )
    op.create_index(
        "ix__placements__guarantor_account_id", "placements", ["guarantor_account_id"], unique=False
    )
    op.create_index(
        "ix__placements__live",
        "placements",
        ["agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('placed', 'suspended')"),
    )
    op.create_index("ix__placements__visit_id", "placements", ["visit_id"], unique=False)
    op.create_index(
        "uq__placements__live_visit",
        "placements",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('placed', 'suspended')"),
    )


def _agency_returns() -> None:
    op.create_table(
        "agency_returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name="fk__agency_returns__agency_id__agencies"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entries.id"],
            name="fk__agency_returns__entry_id__journal_entries",
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name="fk__agency_returns__placement_id__placements"
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"], ["logins.id"], name="fk__agency_returns__read_by_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__agency_returns"),
        sa.UniqueConstraint("agency_id", "ref", name="uq__agency_returns__agency_id_ref"),
        sa.UniqueConstraint("entry_id", name="uq__agency_returns__entry_id"),
    )
    op.create_index(
        "ix__agency_returns__placement_id", "agency_returns", ["placement_id"], unique=False
    )


def _placement_orders() -> None:
    op.create_table(
        "placement_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("rule_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owed_cents", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["placement_files.id"],
            name="fk__placement_orders__file_id__placement_files",
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["logins.id"], name="fk__placement_orders__ordered_by_id__logins"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placements.id"],
            name="fk__placement_orders__placement_id__placements",
        ),
        sa.PrimaryKeyConstraint("id", name="pk__placement_orders"),
    )
    op.create_index("ix__placement_orders__file_id", "placement_orders", ["file_id"], unique=False)
    op.create_index(
        "ix__placement_orders__placement_id", "placement_orders", ["placement_id"], unique=False
    )
    op.create_index(
        "ix__placement_orders__waiting",
        "placement_orders",
        ["id"],
        unique=False,
        postgresql_where=sa.text("file_id IS NULL"),
    )
    op.create_index(
        "uq__placement_orders__waiting",
        "placement_orders",
        ["placement_id", "order"],
        unique=True,
        postgresql_where=sa.text("file_id IS NULL"),
    )


def downgrade() -> None:
    # Refused by the postings' foreign key where money lies there: then going back would lose it.
    for code in ACCOUNTS:
        op.execute(sa.text("DELETE FROM ledger_accounts WHERE code = :code").bindparams(code=code))
    for table in reversed(TABLES):
        op.drop_table(table)
