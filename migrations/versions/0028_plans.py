"""Payment plans: proposals, signed versions that never change, instalments, events, and the policy.

Revision ID: 0028
Revises: 0027

Safety: new tables, and one empty column of payments with a small index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from portal.db import APP_ROLE

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
# What somebody signed, and what happened since, is only ever added to (CORE-4).
APPEND_ONLY = ("plan_versions", "plan_instalments", "plan_lines", "plan_events", "plan_policies")
EDITED = ("plans", "plan_proposals")
_OPEN = "state IN ('proposed', 'awaiting_approval', 'offered', 'active', 'paused', 'in_grace')"


def _table(name: str, *parts: sa.Column[object] | tuple[str, str], key: str = "id") -> None:
    """A table with its key, and a named foreign key for each column that says where it points."""
    columns = [part for part in parts if isinstance(part, sa.Column)]
    points = [part for part in parts if not isinstance(part, sa.Column)]
    op.create_table(
        name,
        *columns,
        sa.PrimaryKeyConstraint(key, name=f"pk__{name}"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=f"fk__{name}__{column}__{target}"
            )
            for column, target in points
        ),
    )


def _cell(
    name: str, kind: sa.types.TypeEngine[object], *, empty: bool = False
) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=empty)


def _text(name: str) -> sa.Column[object]:
    return _cell(name, sa.String())


def _number(name: str, *, empty: bool = False) -> sa.Column[object]:
    return _cell(name, sa.Integer(), empty=empty)


def _cents(name: str) -> sa.Column[object]:
    return _cell(name, sa.BigInteger())


def _wish() -> None:
    _table(
        "plans",
        _cell("id", sa.Uuid()),
        _number("guarantor_account_id"),
        ("guarantor_account_id", "guarantor_accounts"),
        _text("number"),
        _text("state"),
        _cell("state_at", AT),
        _cell("created_at", AT),
        _number("created_by_login_id"),
        ("created_by_login_id", "logins"),
        _number("current_version"),
        _cell("pause_until", sa.Date(), empty=True),
        _cell("ended_on", sa.Date(), empty=True),
        _text("end_reason"),
    )
    op.create_unique_constraint("uq__plans__number", "plans", ["number"])
    op.create_index("ix__plans__guarantor_account_id", "plans", ["guarantor_account_id"])
    op.create_index("ix__plans__state", "plans", ["state", "state_at"])
    op.create_index(
        "uq__plans__one_open",
        "plans",
        ["guarantor_account_id"],
        unique=True,
        postgresql_where=sa.text(_OPEN),
    )
    _table(
        "plan_proposals",
        _cell("id", sa.Uuid()),
        _cell("plan_id", sa.Uuid()),
        ("plan_id", "plans"),
        _cents("total_cents"),
        _cents("down_cents"),
        _number("instalments"),
        _cell("first_on", sa.Date()),
        _number("day"),
        _text("state"),
        _cell("outside", JSONB()),
        _text("reason"),
        _number("asked_by_login_id"),
        ("asked_by_login_id", "logins"),
        _text("asked_by_face"),
        _cell("asked_at", AT),
        _cell("answer_by", sa.Date(), empty=True),
        _number("decided_by_login_id", empty=True),
        ("decided_by_login_id", "logins"),
        _cell("decided_at", AT, empty=True),
        _cell("decision_reasons", JSONB()),
        _cell("counters_id", sa.Uuid(), empty=True),
        ("counters_id", "plan_proposals"),
        _number("letter_message_id", empty=True),
        ("letter_message_id", "outbound_messages"),
    )
    op.create_index("ix__plan_proposals__plan_id", "plan_proposals", ["plan_id"])
    op.create_index(
        "uq__plan_proposals__one_open",
        "plan_proposals",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'approved')"),
    )
    for name, rule in (
        ("total_above_zero", "total_cents > 0"),
        ("instalments_above_zero", "instalments > 0"),
        ("second_person", "decided_by_login_id <> asked_by_login_id OR state <> 'approved'"),
    ):
        op.create_check_constraint(f"ck__plan_proposals__{name}", "plan_proposals", rule)


def _signed() -> None:
    _table(
        "plan_versions",
        _number("id"),
        _cell("plan_id", sa.Uuid()),
        ("plan_id", "plans"),
        _number("number"),
        _cents("total_cents"),
        _cents("down_cents"),
        _number("instalments"),
        _cell("first_on", sa.Date()),
        _number("day"),
        _text("method"),
        _text("why"),
        _text("text_version"),
        _cell("agreement", JSONB()),
        _text("agreement_hash"),
        _cell("federal_box_hash", sa.String(), empty=True),
        _text("state_row"),
        _text("language"),
        _cell("signed_at", AT),
        _cell("signed_on", sa.Date()),
        _text("signed_how"),
        _number("signed_by_login_id"),
        ("signed_by_login_id", "logins"),
        _number("proxy_grant_id", empty=True),
        ("proxy_grant_id", "proxy_grants"),
        _text("typed_name"),
        _text("paper_reference"),
        _text("ip"),
        _text("user_agent"),
        _cell("proposal_id", sa.Uuid(), empty=True),
        ("proposal_id", "plan_proposals"),
        _number("approved_by_login_id", empty=True),
        ("approved_by_login_id", "logins"),
        _number("policy_number"),
    )
    op.create_unique_constraint(
        "uq__plan_versions__plan_id_number", "plan_versions", ["plan_id", "number"]
    )
    op.create_index("ix__plan_versions__signed_at", "plan_versions", ["signed_at"])
    for name, rule in (
        ("federal_box_when_five", "instalments < 5 OR federal_box_hash IS NOT NULL"),
        ("total_above_zero", "total_cents > 0"),
        ("somebody_signed", "typed_name <> ''"),
    ):
        op.create_check_constraint(f"ck__plan_versions__{name}", "plan_versions", rule)


def _parts() -> None:
    for name, *cells in (
        ("plan_instalments", _number("number"), _cell("due_on", sa.Date())),
        ("plan_lines", _number("charge_id"), ("charge_id", "charges")),
    ):
        _table(
            name,
            _number("id"),
            _number("version_id"),
            ("version_id", "plan_versions"),
            *cells,
            _cents("amount_cents"),
        )
    op.create_unique_constraint(
        "uq__plan_instalments__version_id_number", "plan_instalments", ["version_id", "number"]
    )
    op.create_check_constraint(
        "ck__plan_instalments__amount_above_zero", "plan_instalments", "amount_cents > 0"
    )
    op.create_unique_constraint(
        "uq__plan_lines__version_id_charge_id", "plan_lines", ["version_id", "charge_id"]
    )
    op.create_index("ix__plan_lines__charge_id", "plan_lines", ["charge_id"])
    _table(
        "plan_events",
        _number("id"),
        _cell("plan_id", sa.Uuid()),
        ("plan_id", "plans"),
        _text("kind"),
        _cell("on", sa.Date()),
        _cell("detail", JSONB()),
        _number("login_id", empty=True),
        ("login_id", "logins"),
        _cell("at", AT),
    )
    op.create_index("ix__plan_events__plan_id", "plan_events", ["plan_id"])
    _table(
        "plan_policies",
        _number("number"),
        _cell("policy", JSONB()),
        _text("reason"),
        _number("made_by_login_id"),
        ("made_by_login_id", "logins"),
        _cell("made_at", AT),
        key="number",
    )


def upgrade() -> None:
    _wish()
    _signed()
    _parts()
    op.add_column("payments", sa.Column("plan_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk__payments__plan_id__plans", "payments", "plans", ["plan_id"], ["id"])
    op.create_index("ix__payments__plan_id", "payments", ["plan_id"])
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
    op.drop_column("payments", "plan_id")
    for table in (
        "plan_policies",
        "plan_events",
        "plan_lines",
        "plan_instalments",
        "plan_versions",
        "plan_proposals",
        "plans",
    ):
        op.drop_table(table)
