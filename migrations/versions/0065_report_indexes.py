"""Let the reports read indexes instead of tables.

Revision ID: 0065
Revises: 0064

Safety: two small indexes, one of them partial; the third is of a table that is made anew from the ledger at any time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

READ = ["account_id", "payer_id", "charge_id", "visit_id", "since", "balance_cents"]


def upgrade() -> None:
    # Made anew from the ledger by the first look: what stood there was kept apart by payer.
    op.execute("TRUNCATE receivable_spans, ledger_days, report_marks")
    op.drop_index("ix__receivable_spans__days", "receivable_spans")
    op.create_index(
        "ix__receivable_spans__days",
        "receivable_spans",
        ["to_day", "from_day"],
        postgresql_include=READ,
    )
    op.create_index("ix__visits__first_statement_on", "visits", ["first_statement_on"])
    op.create_index(
        "ix__line_adjustments__stays",
        "line_adjustments",
        ["remittance_line_id"],
        postgresql_where=sa.text("outcome = 'stays'"),
    )


def downgrade() -> None:
    op.drop_index("ix__line_adjustments__stays", "line_adjustments")
    op.drop_index("ix__visits__first_statement_on", "visits")
    op.drop_index("ix__receivable_spans__days", "receivable_spans")
    op.create_index("ix__receivable_spans__days", "receivable_spans", ["to_day", "from_day"])
