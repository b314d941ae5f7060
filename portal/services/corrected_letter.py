"""The letter of a corrected statement: why, the old figure and the new one, and the new last day (STMT-19)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.notices import CORRECTED_DUE_AFTER, NoticeKind
from portal.db import read_only, transaction
from portal.models.notices import Notice
from portal.models.statements import Statement
from portal.queries.statement_build import DECIDED_ANEW, DISPUTED, YOUR_PLAN
from portal.queries.statement_content import Correction
from portal.queries.statement_due import statement_due_on
from portal.queries.statement_json import from_json
from portal.queries.statement_sent import was_sent
from portal.services.send_notice import AskedNotice, language_of, queue_notice

KEY = "corrected_statement:"
# Ten business days; the run of the same day writes it, so what is older was sent before there were such letters.
WITHIN = timedelta(days=14)
DISPUTED_ES = "Usted nos dijo que una factura estaba mal. La corregimos."
DECIDED_ANEW_ES = "%(who)s cambió una decisión sobre una factura que le enviamos antes."


def write_corrected_letters(*, on: date, now: datetime, public_url: str) -> int:
    """A letter beside each corrected statement that went out, once for what it replaces; how many.

    One that was cut and never sent has none: the next takes its place, and tells the same.
    """
    replaced = Statement.content["corrected"]["replaces"].astext
    with read_only() as session:
        found = session.execute(
            select(Statement.id, statement_due_on())
            .where(
                Statement.cycle_on > on - WITHIN,
                Statement.cycle_on <= on,
                replaced.is_not(None),
                was_sent(),
                ~exists().where(Notice.dedupe_key == KEY + replaced),
            )
            .order_by(Statement.id)
        ).all()
    written = 0
    for statement_id, due in found:
        with transaction() as session:
            asked = _asked(session, session.get_one(Statement, statement_id), due, on)
            made = queue_notice(session, asked, public_url=public_url, on=on, now=now)
            written += made is not None
    return written


def _asked(session: Session, statement: Statement, due: date, on: date) -> AskedNotice:
    """It names no bill: what waits after an answer is not asked for by it, and must not keep it back."""
    corrected = from_json(statement.content).corrected
    if corrected is None:
        raise AssertionError(f"{statement.number} corrects nothing")
    more = statement.amount_due - corrected.old_amount
    return AskedNotice(
        kind=NoticeKind.CORRECTED_STATEMENT,
        account_id=statement.guarantor_account_id,
        key=KEY + corrected.replaces,
        facts={
            "replaces": corrected.replaces,
            "number": statement.number,
            "reason": _reason(corrected, language_of(session, statement.guarantor_account_id)),
            "old_amount": corrected.old_amount,
            "new_amount": statement.amount_due,
            "due": max(due, on + CORRECTED_DUE_AFTER),
            **({"more": more} if more > ZERO else {}),
        },
        subject=f"statement:{statement.number}",
    )


def _reason(corrected: Correction, language: str) -> str:
    """The statement keeps its own in English."""
    if language != "es":
        return corrected.reason
    if corrected.reason == DISPUTED:
        return DISPUTED_ES
    who = corrected.reason.removesuffix(DECIDED_ANEW % {"who": ""})
    return DECIDED_ANEW_ES % {"who": "Su plan" if who == YOUR_PLAN else who.replace(" and ", " y ")}
