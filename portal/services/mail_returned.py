"""Paper for what e-mail could not deliver, and the paper copies that patients asked for (STMT-18, MSG-24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session

from billing.settings import Key
from portal.db import transaction
from portal.models.messages import OutboundMessage
from portal.models.statements import PaperCopy, Statement, StatementDelivery
from portal.queries.reach import RULE, envelopes
from portal.queries.settings import settings_on
from portal.queries.statement_sent import NEVER_ARRIVED, NOTICE, ON_ITS_WAY
from portal.services.cut_statements import LOCK
from portal.services.deliver_statements import Delivered
from portal.services.first_statement import start_clocks
from portal.services.note_status import note_statuses
from portal.services.print_statement import PAPER, PrintShop, print_statement
from portal.services.statement_standing import OVERTAKEN, denial, standing_of

# A notice that nobody has taken in so long, or whose fate nobody knows, is given up.
PATIENCE = timedelta(days=2)
AT_ONCE = 50
_NOTICE_OF_IT = (
    OutboundMessage.statement_id == Statement.id,
    OutboundMessage.template == NOTICE,
)


def mail_returned(*, on: date, now: datetime, shop: PrintShop, folder: Path) -> Delivered:
    """Print each such statement once, the same frozen one, with a fresh code and time to pay."""
    total = Delivered()
    while True:
        with transaction() as session:
            session.execute(LOCK)
            _give_up(session, now)
            stopped = [number for number, _ in total.stopped]
            waiting = _waiting(session, stopped)
            if not waiting:
                return total
            total += _mail(session, waiting, on=on, now=now, shop=shop, folder=folder)


def _give_up(session: Session, now: datetime) -> None:
    ended = session.scalars(
        update(OutboundMessage)
        .where(
            OutboundMessage.template == NOTICE,
            OutboundMessage.state.in_(ON_ITS_WAY),
            OutboundMessage.created_at < now - PATIENCE,
        )
        .values(state="failed", error="given up", ended_at=now)
        .returning(OutboundMessage.id)
    ).all()
    note_statuses(session, ended, "failed", now=now, error="given up")


def _waiting(session: Session, stopped: Sequence[str]) -> Sequence[Statement]:
    on_paper = exists().where(
        StatementDelivery.statement_id == Statement.id, StatementDelivery.channel == PAPER
    )
    came_back = exists().where(*_NOTICE_OF_IT, OutboundMessage.state.in_(NEVER_ARRIVED))
    on_its_way = exists().where(*_NOTICE_OF_IT, OutboundMessage.state.in_(ON_ITS_WAY))
    wanted = exists().where(PaperCopy.statement_id == Statement.id)
    return session.scalars(
        select(Statement)
        .where(
            ~on_paper, or_(came_back, and_(wanted, ~on_its_way)), Statement.number.not_in(stopped)
        )
        .order_by(Statement.id)
        .limit(AT_ONCE)
    ).all()


def _mail(
    session: Session,
    statements: Sequence[Statement],
    *,
    on: date,
    now: datetime,
    shop: PrintShop,
    folder: Path,
) -> Delivered:
    standing = standing_of(session, statements, on)
    asked_for = set(
        session.scalars(
            select(PaperCopy.statement_id).where(
                PaperCopy.statement_id.in_([statement.id for statement in statements])
            )
        )
    )
    found = {}
    for statement in statements:
        rules = denial(session, statement, standing[statement.id])
        # Who asks for the paper of an older statement gets it as it was.
        found[statement.id] = tuple(
            rule for rule in rules if rule != OVERTAKEN or statement.id not in asked_for
        )
    lines = envelopes(session, statements)
    for statement_id in lines:
        found[statement_id] = found[statement_id] or (() if lines[statement_id] else (RULE,))
    going = [s for s in statements if not found[s.id]]
    arrived = _arrived(session, [s.id for s in going])
    to_pay = settings_on(session, on).span(Key.STATEMENT_DAYS_TO_PAY)
    for statement in going:
        copy = statement.id in asked_for and statement.id in arrived
        late = None if copy else max(statement.due_on, on + to_pay)
        to = lines[statement.id]
        print_statement(
            session, statement, to=to, on=on, now=now, shop=shop, folder=folder, due_on=late
        )
    session.flush()
    start_clocks(session, [s.id for s in going], on)
    _let_go(session, [s.id for s in statements if OVERTAKEN in found[s.id]], now)
    return Delivered(
        tuple(s.number for s in going),
        tuple((s.number, found[s.id]) for s in statements if found[s.id]),
    )


def _arrived(session: Session, statement_ids: Sequence[int]) -> set[int]:
    """Those that came by e-mail and did not come back: their time to pay runs from then."""
    rows = session.scalars(
        select(StatementDelivery.statement_id).where(
            StatementDelivery.statement_id.in_(statement_ids),
            StatementDelivery.returned_on.is_(None),
        )
    )
    return set(rows)


def _let_go(session: Session, statement_ids: Sequence[int], now: datetime) -> None:
    """Old figures are not mailed: the statement counts as never sent, and the next run cuts a new one."""
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.statement_id.in_(statement_ids), OutboundMessage.template == NOTICE)
        .values(state="canceled", error=OVERTAKEN, ended_at=now)
    )
