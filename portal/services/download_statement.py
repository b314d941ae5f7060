"""The statement as it was mailed, for the patient to keep; the copy has no enrolment code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.db import read_only
from portal.models.statements import Statement, StatementDelivery
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.statement_json import from_json
from portal.queries.statement_print import statement_print
from portal.queries.statement_sent import visible_statements
from portal.queries.viewer import AccountViewer
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFile:
    """One PDF, and whose it is."""

    account_id: int
    number: str
    pdf: bytes


def download_statement(
    *, viewer: AccountViewer, number: str, store: DocumentStore, printer: PdfPrinter
) -> StatementFile:
    """The kept copy; one that was never mailed is printed from its frozen content.

    Raises NotFound when the statement is not the viewer's.
    """
    with read_only() as session:
        row = session.execute(
            select(Statement.guarantor_account_id, Statement.content, StatementDelivery.document)
            .outerjoin(StatementDelivery, StatementDelivery.statement_id == Statement.id)
            .where(Statement.number == number, visible_statements(viewer))
            .order_by(StatementDelivery.document.desc(), StatementDelivery.id)
            .limit(1)
        ).one_or_none()
    if row is None:
        raise NotFound
    if row.document:
        pdf = store.get(row.document)
    else:
        pdf = printer.print("statement", statement_print(from_json(row.content)))
    return StatementFile(account_id=row.guarantor_account_id, number=number, pdf=pdf)
