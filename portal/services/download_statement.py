"""The statement as it was mailed, for the patient to keep; the copy has no enrolment code."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select, update

from portal.db import read_only, transaction
from portal.models.statements import Statement, StatementDelivery
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.statement_json import from_json
from portal.queries.statement_print import statement_print
from portal.queries.statement_sent import seen_by, visible_statements
from portal.queries.viewer import AccountViewer, GuestViewer
from portal.services.print_statement import PAPER
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
    """The kept copy. The first time it is printed from the frozen content, and kept from then on.

    Raises NotFound when the statement is not the viewer's.
    """
    with read_only() as session:
        row = session.execute(
            select(
                Statement.guarantor_account_id,
                Statement.content,
                StatementDelivery.id.label("delivery_id"),
                StatementDelivery.document,
                StatementDelivery.due_on,
            )
            .outerjoin(StatementDelivery, StatementDelivery.statement_id == Statement.id)
            .where(
                Statement.number == number,
                visible_statements(guest=isinstance(viewer, GuestViewer)),
            )
            .order_by((StatementDelivery.channel == PAPER).desc())  # what came on paper counts
            .limit(1),
            seen_by(viewer),
        ).one_or_none()
    if row is None:
        raise NotFound
    if row.document:
        pdf = store.get(row.document)
    else:
        content = from_json(row.content)
        if row.due_on is not None:  # mailed late, with its full time to pay (STMT-20)
            content = replace(content, due_on=row.due_on)
        pdf = printer.print("statement", statement_print(content))
        if row.delivery_id is not None:
            _keep(row.delivery_id, store.put(pdf))
    return StatementFile(account_id=row.guarantor_account_id, number=number, pdf=pdf)


def _keep(delivery_id: int, document: str) -> None:
    """Two that ask at once print the same bytes; the first key stays."""
    with transaction() as session:
        session.execute(
            update(StatementDelivery)
            .where(StatementDelivery.id == delivery_id, StatementDelivery.document == "")
            .values(document=document),
            execution_options={"synchronize_session": None},
        )
