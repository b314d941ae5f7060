"""The consent ledger alone says who agreed to texts: the account's own columns go.

Safety: 0004 carried what they said into the ledger. No code of this release reads them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = "guarantor_accounts"
BACK = """
UPDATE guarantor_accounts a
   SET sms_billing_consent = true, sms_consent_on = y.at::date, sms_consent_source = y.source,
       sms_consent_text_version = y.wording_version
  FROM text_consents y
 WHERE y.guarantor_account_id = a.id AND y.phone = a.mobile AND y.category = 'billing' AND y.granted
   AND NOT EXISTS (SELECT 1 FROM text_consents n
                    WHERE n.phone = y.phone AND n.category = y.category AND NOT n.granted AND n.id > y.id)
"""


def upgrade() -> None:
    for column in (
        "sms_billing_consent",
        "sms_consent_on",
        "sms_consent_source",
        "sms_consent_text_version",
    ):
        op.drop_column(TABLE, column)


def downgrade() -> None:
    op.add_column(
        TABLE,
        sa.Column("sms_billing_consent", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(TABLE, sa.Column("sms_consent_on", sa.Date(), nullable=True))
    for column in ("sms_consent_source", "sms_consent_text_version"):
        op.add_column(TABLE, sa.Column(column, sa.String(), nullable=False, server_default=""))
    op.execute(BACK)
    for column in ("sms_billing_consent", "sms_consent_source", "sms_consent_text_version"):
        op.alter_column(TABLE, column, server_default=None)
