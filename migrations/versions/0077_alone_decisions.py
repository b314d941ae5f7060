"""The owner's review log: what one person decided alone in a practice of fewer than three sign-ins.

Revision ID: 0077
Revises: 0076

Safety: two new tables and one empty column in six; six checks accept more than before, so no row fails them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.db import APP_ROLE

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

LOG, SIGNED = "alone_decisions", "owner_sign_offs"
MOMENT = sa.DateTime(timezone=True)
# Table: its check (some names came twice over by the convention), who takes the second step, and what held until now.
TWO: dict[str, tuple[str, str, str]] = {
    "refunds": (
        "ck__refunds__ck__refunds__second_person",
        "decided_by_id",
        "decided_by_id <> requested_by_id OR state = 'declined'",
    ),
    "check_refunds": (
        "ck__check_refunds__second_person",
        "decided_by_id",
        "decided_by_id <> requested_by_id OR state = 'declined'",
    ),
    "adjustment_asks": (
        "ck__adjustment_asks__second_person",
        "decided_by_id",
        "decided_by_id <> requested_by_id OR state = 'declined'",
    ),
    "record_merges": (
        "ck__record_merges__ck__record_merges__two_people",
        "decided_by_id",
        "decided_by_id <> asked_by_id",
    ),
    "plan_proposals": (
        "ck__plan_proposals__ck__plan_proposals__second_person",
        "decided_by_login_id",
        "decided_by_login_id <> asked_by_login_id OR state <> 'approved'",
    ),
    "assistance_decisions": (
        "ck__assistance_decisions__second_person",
        "second_id",
        "second_id <> made_by_id",
    ),
}


def upgrade() -> None:
    op.create_table(
        LOG,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("guarantor_account_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("active_staff", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_account_id"], ["guarantor_accounts.id"], name=f"fk__{LOG}__account"
        ),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=f"fk__{LOG}__login_id__logins"),
        sa.PrimaryKeyConstraint("id", name=f"pk__{LOG}"),
        sa.UniqueConstraint("id", "login_id", name=f"uq__{LOG}__whose"),
        sa.CheckConstraint("active_staff BETWEEN 1 AND 2", name=f"ck__{LOG}__too_few_for_two"),
    )
    op.create_index(f"ix__{LOG}__guarantor_account_id", LOG, ["guarantor_account_id"])
    op.create_index(f"ix__{LOG}__day", LOG, ["day"])
    op.create_table(
        SIGNED,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("login_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name=f"fk__{SIGNED}__login_id__logins"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk__{SIGNED}"),
        sa.UniqueConstraint("month", name=f"uq__{SIGNED}__month"),
    )
    _laws()
    for table, (check, login, before) in TWO.items():
        op.add_column(table, sa.Column("alone_log_id", sa.Integer(), nullable=True))
        op.create_foreign_key(
            f"fk__{table}__alone", table, LOG, ["alone_log_id", login], ["id", "login_id"]
        )
        op.create_unique_constraint(f"uq__{table}__alone_log_id", table, ["alone_log_id"])
        _check(table, check, f"{before} OR alone_log_id IS NOT NULL")


def _laws() -> None:
    """Nobody types how many people there are: the database counts, and refuses where there are enough."""
    op.execute(
        """
CREATE FUNCTION count_active_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT count(*) INTO NEW.active_staff FROM logins WHERE face = 'staff' AND active;
  RETURN NEW;
END $$
"""
    )
    op.execute(
        f"CREATE TRIGGER count_active_staff BEFORE INSERT ON {LOG}"
        " FOR EACH ROW EXECUTE FUNCTION count_active_staff()"
    )
    for table in (LOG, SIGNED):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def _check(table: str, check: str, condition: str) -> None:
    op.drop_constraint(op.f(check), table, type_="check")
    op.create_check_constraint(op.f(check), table, condition)


def downgrade() -> None:
    for table, (check, _, before) in TWO.items():
        _check(table, check, before)
        op.drop_column(table, "alone_log_id")
    op.drop_table(SIGNED)
    op.drop_table(LOG)
    op.execute("DROP FUNCTION count_active_staff()")
