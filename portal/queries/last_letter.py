"""The last letter about a bill, for the page of the bill itself: when it was sent, and until when it gives time (COLL-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.bill_stage import warned
from billing.gate import NOTICE_FROM
from billing.holds import Action, blocked_by
from billing.money import ZERO
from billing.notices import NoticeKind
from portal.models.notices import Notice
from portal.models.placements import Placement
from portal.queries.balances import AccountBalance, VisitBalance
from portal.queries.gate_facts import own_episodes
from portal.queries.own_letters import SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLetter:
    """What a bill's page says of it."""

    sent_on: date
    until: date
    over: bool  # its last day is over
    agency: bool  # whether it names an agency
    held: bool  # nothing follows now, whatever its day
    notice_id: int | None  # to read it; none where it was kept elsewhere


def last_letter(
    session: Session,
    account: AccountBalance,
    bill: VisitBalance,
    *,
    first_statement_on: date | None,
    on: date,
) -> LastLetter | None:
    """None while the bill is too young for one, and once an agency had it: its hold and its page say that.

    A young bill asks no further question of the books. `account` may hold this one bill alone.
    """
    if bill.due_now <= ZERO or first_statement_on is None or on < first_statement_on + NOTICE_FROM:
        return None
    episodes = own_episodes(session, account, on=on)
    mine = next((one for one in episodes if one.visit_id == bill.visit_id), None)
    notice = warned(mine) if mine else None
    if notice is None:
        return None
    paper = select(func.max(Notice.id)).where(
        Notice.guarantor_account_id == bill.guarantor_account_id,
        Notice.kind == NoticeKind.FINAL_NOTICE.value,
        Notice.visit_ids.contains([bill.visit_id]),
        Notice.state.in_(SHOWN),
    )
    placed = select(Placement.id).where(Placement.visit_id == bill.visit_id).exists()
    notice_id, was_placed = session.execute(select(paper.scalar_subquery(), placed)).one()
    if was_placed:
        return None
    return LastLetter(
        sent_on=notice.sent_on,
        until=notice.until,
        over=notice.until < on,
        agency=notice.agency,
        held=bool(blocked_by(account.conditions | bill.conditions, Action.PLACEMENT)),
        notice_id=notice_id,
    )
