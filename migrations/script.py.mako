"""${message}

Safety: expand, backfill, contract over separate releases; CREATE INDEX CONCURRENTLY on tables with
rows; a money table never gets a destructive downgrade. Grants to kindbill_app belong here too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
