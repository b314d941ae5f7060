"""Print one statement into the mail batch, with fresh codes to pay and to enrol, and record that it was mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.reach import Lines
from portal.models.statements import Statement, StatementDelivery
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.statement_json import from_json
from portal.queries.statement_print import PrintedCode, statement_print
from portal.services.enrolment_codes import LIFE, issue_code
from portal.services.issue_pay_link import issue_statement_code
from portal.services.mail_batch import put_in_envelope
from portal.services.note_delivery import Happened, digest, note_delivery, written

PAPER = "paper"


class PrintShop(Protocol):
    """What printing needs of the outside."""

    @property
    def printer(self) -> PdfPrinter: ...
    @property
    def documents(self) -> DocumentStore: ...
    @property
    def hash_keys(self) -> tuple[bytes, ...]: ...


def print_statement(
    session: Session,
    statement: Statement,
    *,
    to: Lines,
    on: date,
    now: datetime,
    shop: PrintShop,
    folder: Path,
    due_on: date | None = None,
) -> None:
    """Printed once: what carries a code, or an envelope's address that the statement has not, is never kept.

    The patient's copy is printed when it is asked for. `to` is what `envelopes` says (HIPAA-10).

    `due_on` gives a copy that is mailed late its full time to pay (STMT-20).
    """
    content = from_json(statement.content)
    as_frozen = to == content.guarantor.address
    content = replace(content, guarantor=replace(content.guarantor, address=to))
    if due_on is not None:
        content = replace(content, due_on=due_on)
    code = None
    if content.amount_due > ZERO:
        plain = issue_code(
            session,
            account_id=statement.guarantor_account_id,
            statement_id=statement.id,
            now=now,
            keys=shop.hash_keys,
        )
        pay = issue_statement_code(
            session,
            account_id=statement.guarantor_account_id,
            statement_id=statement.id,
            now=now,
            keys=shop.hash_keys,
        )
        code = PrintedCode(plain, on + LIFE, pay)
    mailed = shop.printer.print("statement", statement_print(content, code))
    put_in_envelope(folder, statement.number, mailed)
    evidence = Happened(
        source=f"{statement.number}:handed_over",
        statement_id=statement.id,
        channel=PAPER,
        status="handed_over",
        address=written(session, statement.guarantor_account_id, to),
        content_hash=statement.content_hash,
        document_hash=digest(mailed),
        batch=on.isoformat(),
        happened_on=on,
    )
    note_delivery(session, evidence, now=now)
    session.add(
        StatementDelivery(
            statement_id=statement.id,
            channel=PAPER,
            batch=on.isoformat(),
            document="" if code or not as_frozen else shop.documents.put(mailed),
            delivered_on=on,
            returned_on=None,
            due_on=due_on,
        )
    )
