"""Send the day's statements on paper: ask the gate again, print with a fresh code, record the delivery (STMT-26)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.holds import Action, Denied
from billing.money import ZERO
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.statements import Statement, StatementDelivery, StatementLine
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.balances import AccountBalance, balances
from portal.queries.statement_json import from_json
from portal.queries.statement_print import PrintedCode, statement_print
from portal.queries.statement_sent import was_sent
from portal.services.ask_gate import ask_gate
from portal.services.cut_statements import LOCK
from portal.services.enrolment_codes import LIFE, issue_code
from portal.services.mail_batch import put_in_envelope

PAPER = "paper"
AT_ONCE = 50
OVERTAKEN = "STMT-12"  # something was posted after the cut: the figures are old


class PrintShop(Protocol):
    """What printing needs of the outside."""

    @property
    def printer(self) -> PdfPrinter: ...
    @property
    def documents(self) -> DocumentStore: ...
    @property
    def hash_keys(self) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """Numbers that went into the mail, and those that did not, each with the rules that said so."""

    sent: tuple[str, ...] = ()
    stopped: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(self.sent + other.sent, self.stopped + other.stopped)


def deliver_statements(*, on: date, now: datetime, shop: PrintShop, folder: Path) -> Delivered:
    """Print and record every statement of this day that has not gone out; each goes out once."""
    total = Delivered()
    while True:
        with transaction() as session:
            session.execute(LOCK)
            stopped = [number for number, _ in total.stopped]
            waiting = _waiting(session, on, stopped)
            if not waiting:
                return total
            total += _deliver(session, waiting, on=on, now=now, shop=shop, folder=folder)


def _waiting(session: Session, on: date, stopped: Sequence[str]) -> Sequence[Statement]:
    return session.scalars(
        select(Statement)
        .where(
            Statement.cycle_on == on,
            Statement.number.not_in(stopped),
            ~was_sent(),
        )
        .order_by(Statement.id)
        .limit(AT_ONCE)
    ).all()


def _deliver(
    session: Session,
    statements: Sequence[Statement],
    *,
    on: date,
    now: datetime,
    shop: PrintShop,
    folder: Path,
) -> Delivered:
    denials = _denials(session, statements, on)
    going = [s for s in statements if s.id not in denials]
    for statement in going:
        _print(session, statement, on=on, now=now, shop=shop, folder=folder)
    session.flush()
    _start_clocks(session, [s.id for s in going], on)
    return Delivered(
        tuple(s.number for s in going),
        tuple((s.number, denials[s.id]) for s in statements if s.id in denials),
    )


def _denials(
    session: Session, statements: Sequence[Statement], on: date
) -> dict[int, tuple[str, ...]]:
    """Why statements must not leave now: the gate, asked at print time, or figures that have moved."""
    account_ids = [statement.guarantor_account_id for statement in statements]
    session.execute(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(account_ids))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    )
    standing = {
        account.guarantor_account_id: account
        for account in balances(session, on=on, account_ids=account_ids)
    }
    charges: dict[int, set[int]] = {statement.id: set() for statement in statements}
    for statement_id, charge_id in session.execute(
        select(StatementLine.statement_id, StatementLine.charge_id).where(
            StatementLine.statement_id.in_(charges)
        )
    ):
        charges[statement_id].add(charge_id)
    found = {
        statement.id: _denial(
            statement, standing[statement.guarantor_account_id], charges[statement.id]
        )
        for statement in statements
    }
    return {statement_id: rules for statement_id, rules in found.items() if rules}


def _denial(
    statement: Statement, account: AccountBalance, charge_ids: Iterable[int]
) -> tuple[str, ...]:
    printed = set(charge_ids)
    rules: set[str] = set()
    for visit in account.visits:
        if printed & {charge.charge_id for charge in visit.charges}:
            answer = ask_gate(
                visit.conditions,
                Action.STATEMENT,
                account_id=account.guarantor_account_id,
                visit_id=visit.visit_id,
            )
            rules |= set(answer.rule_ids) if isinstance(answer, Denied) else set()
    if account.position != statement.ledger_position:
        rules.add(OVERTAKEN)
    return tuple(sorted(rules))


def _print(
    session: Session,
    statement: Statement,
    *,
    on: date,
    now: datetime,
    shop: PrintShop,
    folder: Path,
) -> None:
    """The mailed copy carries the code; the copy we keep, and the patient downloads, does not."""
    content = from_json(statement.content)
    code = None
    if content.amount_due > ZERO:
        plain = issue_code(
            session,
            account_id=statement.guarantor_account_id,
            statement_id=statement.id,
            now=now,
            keys=shop.hash_keys,
        )
        code = PrintedCode(plain, (now + LIFE).date())
    mailed = shop.printer.print("statement", statement_print(content, code))
    put_in_envelope(folder, statement.number, mailed)
    kept = shop.printer.print("statement", statement_print(content)) if code else mailed
    session.add(
        StatementDelivery(
            statement_id=statement.id,
            channel=PAPER,
            batch=on.isoformat(),
            document=shop.documents.put(kept),
            delivered_on=on,
            returned_on=None,
        )
    )


def _start_clocks(session: Session, statement_ids: Sequence[int], on: date) -> None:
    """D0 of each visit that a first statement asks for; set once (CORE-3)."""
    asked = (
        select(Charge.visit_id)
        .join(StatementLine, StatementLine.charge_id == Charge.id)
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.amount > ZERO)
    )
    session.execute(
        update(Visit)
        .where(Visit.id.in_(asked), Visit.first_statement_on.is_(None))
        .values(first_statement_on=on)
        .execution_options(synchronize_session=False)
    )
