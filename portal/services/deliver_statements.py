"""Send the day's statements: ask the gate again, then print, or announce where paper was given up (STMT-18, STMT-26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.holds import Action
from portal.db import transaction
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement
from portal.queries.paperless import electronic_readers
from portal.queries.reach import RULE, envelopes
from portal.queries.statement_sent import NOTICE, was_sent
from portal.services.cut_statements import LOCK
from portal.services.first_statement import start_clocks
from portal.services.letters import letterhead
from portal.services.print_statement import PrintShop, print_statement
from portal.services.statement_notice import announce
from portal.services.statement_standing import denial, standing_of

AT_ONCE = 50


class Shop(PrintShop, Protocol):
    """What delivering needs of the outside."""

    @property
    def public_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """Numbers that went into the mail, those announced by e-mail, and the stopped, each with its rules."""

    sent: tuple[str, ...] = ()
    stopped: tuple[tuple[str, tuple[str, ...]], ...] = ()
    announced: tuple[str, ...] = ()

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.stopped + other.stopped,
            self.announced + other.announced,
        )


def deliver_statements(*, on: date, now: datetime, shop: Shop, folder: Path) -> Delivered:
    """Print or announce every statement of this day that has not gone out; each goes out once.

    An announced one counts as delivered when the mail server has taken the notice (CORE-3).
    """
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
    # A notice that was stopped as it left is not tried again: the next cut has the newer figures.
    announced = exists().where(
        OutboundMessage.statement_id == Statement.id, OutboundMessage.template == NOTICE
    )
    return session.scalars(
        select(Statement)
        .where(
            Statement.cycle_on == on,
            Statement.number.not_in(stopped),
            ~was_sent(),
            ~announced,
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
    shop: Shop,
    folder: Path,
) -> Delivered:
    standing = standing_of(session, statements, on)
    found = {
        statement.id: denial(session, statement, standing[statement.id]) for statement in statements
    }
    going = [s for s in statements if not found[s.id]]
    readers = electronic_readers(
        session, account_ids=[s.guarantor_account_id for s in going], now=now
    )
    head = letterhead(session, public_url=shop.public_url)
    lines = envelopes(session, going)
    paper, announced = [], []
    for statement in going:
        reader = readers.get(statement.guarantor_account_id)
        electronic = Action.ELECTRONIC_STATEMENT
        if reader and not denial(session, statement, standing[statement.id], electronic):
            announce(session, statement, to=reader.email, head=head, now=now)
            announced.append(statement)
        elif to := lines[statement.id]:
            print_statement(session, statement, to=to, on=on, now=now, shop=shop, folder=folder)
            paper.append(statement)
        else:
            found[statement.id] = (RULE,)
    session.flush()
    start_clocks(session, [s.id for s in paper], on)
    return Delivered(
        tuple(s.number for s in paper),
        tuple((s.number, found[s.id]) for s in statements if found[s.id]),
        tuple(s.number for s in announced),
    )
