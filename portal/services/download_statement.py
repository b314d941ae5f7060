"""The statement as it was mailed, for the patient to keep; the copy has no enrolment code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on

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
    rows = _rows(viewer, Statement.number == number)
    if not rows:
        raise NotFound
    return _file(rows[0], store, printer)


def download_statements(
    *, viewer: AccountViewer, store: DocumentStore, printer: PdfPrinter
) -> Iterator[StatementFile]:
    """Every statement of the viewer, one file in memory at a time."""
    for row in _rows(viewer, true()):
        yield _file(row, store, printer)


def _rows(viewer: AccountViewer, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Each statement once, with the delivery that counts: on paper, if it came so."""
    with read_only() as session:
        return session.execute(
            select(
                Statement.number,
                Statement.guarantor_account_id,
                Statement.content,
                StatementDelivery.id.label("delivery_id"),
                StatementDelivery.document,
                StatementDelivery.due_on,
            )
            .ext(distinct_on(Statement.id))
            .outerjoin(StatementDelivery, StatementDelivery.statement_id == Statement.id)
            .where(which, visible_statements(guest=isinstance(viewer, GuestViewer)))
            .order_by(Statement.id, (StatementDelivery.channel == PAPER).desc()),
            seen_by(viewer),
        ).all()


def _file(row: Row[Any], store: DocumentStore, printer: PdfPrinter) -> StatementFile:
    if row.document:
        pdf = store.get(row.document)
    else:
        content = from_json(row.content)
        if row.due_on is not None:  # mailed late, with its full time to pay (STMT-20)
            content = replace(content, due_on=row.due_on)
        pdf = printer.print("statement", statement_print(content))
        if row.delivery_id is not None:
            _keep(row.delivery_id, store.put(pdf))
    return StatementFile(account_id=row.guarantor_account_id, number=row.number, pdf=pdf)


def _keep(delivery_id: int, document: str) -> None:
    """Two that ask at once print the same bytes; the first key stays."""
    with transaction() as session:
        session.execute(
            update(StatementDelivery)
            .where(StatementDelivery.id == delivery_id, StatementDelivery.document == "")
            .values(document=document),
            execution_options={"synchronize_session": None},
        )
