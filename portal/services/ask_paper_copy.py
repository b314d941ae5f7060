"""A patient asks for a statement on paper: it goes into the next mail batch, free (MSG-24, STMT-17)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.db import transaction
from portal.models.statements import PaperCopy, Statement
from portal.queries.statement_sent import was_sent
from portal.queries.viewer import PatientViewer
from portal.services.refusal import NotFound


def ask_paper_copy(*, viewer: PatientViewer, number: str, now: datetime) -> int:
    """Note the wish once; the account whose statement it is. Raises NotFound."""
    with transaction() as session:
        row = session.execute(
            select(Statement.id, Statement.guarantor_account_id).where(
                Statement.number == number,
                Statement.guarantor_account_id.in_(viewer.account_ids),
                was_sent(),
            )
        ).one_or_none()
        if row is None:
            raise NotFound
        session.execute(
            insert(PaperCopy)
            .values(statement_id=row.id, login_id=viewer.login_id, asked_at=now)
            .on_conflict_do_nothing()
        )
        account_id: int = row.guarantor_account_id
        return account_id
