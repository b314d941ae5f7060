"""Bring the bank's lines and the papers together by rule, and ask for the half that is late (OPS-10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import Money
from billing.reassociation import Expected, Kind, certain_pairs, proposals
from portal.db import transaction
from portal.models.bank import BankLineRow, DepositBatch
from portal.models.day import BankDeposit
from portal.models.work import WorkItem
from portal.queries.bank_expected import (
    OpenLine,
    expected_payments,
    open_lines,
    waiting_remittances,
)
from portal.queries.day_summary import EXPECTED_WITHIN, business_days
from portal.services.answer_deposit import answer_payout, answer_remittance
from portal.services.day_lock import hold_days, open_days
from portal.services.lock_posting import lock_posting

NO_MONEY, NO_PAPER = "era_without_eft", "eft_without_era"
CAME = "other_half_came"  # how such an item ends by itself
LINES = UUID("6d1b7f3e-3c8a-4f0e-9a55-b1f0f0a6c2d4")
ANSWER_BY = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassociated:
    """How many lines found their paper now, and how much is asked for."""

    matched: int
    late: int


def reassociate(*, on: date, now: datetime) -> Reassociated:
    """Match what is certain; open work for what is late by three business days, close what came."""
    with transaction() as session:
        lock_posting(session)  # the other half may be posting this moment
        hold_days(session)
        return reassociate_in(session, on=on, now=now)


def reassociate_in(session: Session, *, on: date, now: datetime) -> Reassociated:
    """The same in the caller's transaction, which holds posting and the days."""
    expected = expected_payments(session, on=on)
    lines = _claimed(session, open_lines(session, on=on), expected, now=now)
    pairs = certain_pairs([line.seen for line in lines if not line.by_hand], expected)
    for seen, found in pairs:
        deposit = session.scalars(
            select(BankDeposit).where(BankDeposit.id == seen.id).with_for_update()
        ).one()
        if found.kind is Kind.REMITTANCE:
            answer_remittance(session, deposit, int(found.id))
        else:
            answer_payout(session, deposit, int(found.id))
    session.flush()
    answered = {(found.kind, found.id) for _, found in pairs}
    matched = {seen.id for seen, _ in pairs}
    waiting = [one for one in expected if (one.kind, one.id) not in answered]
    came = {(one.trace.upper(), one.amount) for one in waiting_remittances(session, on=on)}
    left = [
        line
        for line in lines
        if line.seen.id not in matched and (line.seen.trace, line.seen.amount) not in came
    ]
    late = [
        *_papers_without_money(waiting, on),
        *_money_without_paper(left, on),
    ]
    _work(session, late, on=on, now=now)
    return Reassociated(matched=len(pairs), late=len(late))


def deposit_of(session: Session, line: BankLineRow, *, now: datetime) -> BankDeposit:
    """The deposit of a line of the bank's file, made where there is none; on an open day (OPS-12)."""
    known = session.scalar(select(BankDeposit).where(BankDeposit.bank_line_id == line.id))
    if known is not None:
        return known
    deposit = BankDeposit(
        form_id=uuid5(LINES, line.identity),
        bank_line_id=line.id,
        deposited_on=open_days(session, [line.posted_on])[line.posted_on],
        amount=line.amount,
        trace=line.trace,
        matches=0,
        at=now,
    )
    session.add(deposit)
    session.flush()
    return deposit


def _claimed(
    session: Session, lines: list[OpenLine], expected: list[Expected], *, now: datetime
) -> list[OpenLine]:
    """Lines that count as deposits: of money that left only what a payer or a paper of ours could be."""
    found = []
    for line in lines:
        if line.deposit_id is not None:
            found.append(line)
        elif line.seen.trace or proposals(line.seen, expected):
            deposit = deposit_of(session, session.get_one(BankLineRow, line.line_id), now=now)
            seen = replace(line.seen, id=deposit.id)
            found.append(replace(line, deposit_id=deposit.id, seen=seen))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    key: str
    kind: str
    reason: str
    next_step: str
    amount: Money
    remittance_id: int | None = None


def _papers_without_money(waiting: list[Expected], on: date) -> list[_Late]:
    return [
        _Late(
            key=f"{NO_MONEY}:{one.id}",
            kind=NO_MONEY,
            reason=f"The remittance of {one.on:%b %-d, %Y} promises {one.amount}, and the bank shows no such line.",
            next_step="Look at the bank’s lines for it. Is it not there, ask the payer to trace the payment.",
            amount=one.amount,
            remittance_id=int(one.id),
        )
        for one in waiting
        if one.kind is Kind.REMITTANCE and business_days(one.on, on) > EXPECTED_WITHIN
    ]


def _money_without_paper(lines: list[OpenLine], on: date) -> list[_Late]:
    return [
        _Late(
            key=f"{NO_PAPER}:{line.deposit_id}",
            kind=NO_PAPER,
            reason=f"The bank shows {line.seen.amount} of {line.seen.on:%b %-d, %Y}, trace {line.seen.trace},"
            " and no remittance came for it.",
            next_step="Ask the payer or clearinghouse for the 835 of this trace, or match the line by hand.",
            amount=line.seen.amount,
        )
        for line in lines
        if line.seen.trace and business_days(line.seen.on, on) > EXPECTED_WITHIN
    ]


def _came() -> ColumnElement[bool]:
    """Whether the half that an item asks for is there: by the match itself, however long ago the other half is."""
    in_batch = exists().where(DepositBatch.deposit_id == BankDeposit.id)
    money = exists().where(BankDeposit.remittance_id == WorkItem.remittance_id)
    paper = exists().where(
        WorkItem.dedupe_key == func.concat(f"{NO_PAPER}:", BankDeposit.id),
        or_(
            BankDeposit.remittance_id.is_not(None),
            BankDeposit.payout_id.is_not(None),
            BankDeposit.check_refund_id.is_not(None),
            BankDeposit.agency_remittance_id.is_not(None),
            BankDeposit.payer_refund_id.is_not(None),
            in_batch,
        ),
    )
    return or_(
        and_(WorkItem.kind == NO_MONEY, money),
        and_(WorkItem.kind == NO_PAPER, paper),
    )


def _work(session: Session, late: list[_Late], *, on: date, now: datetime) -> None:
    """Close what came, open again what was taken back, and ask for what is late for the first time."""
    ours = WorkItem.kind.in_((NO_MONEY, NO_PAPER))
    session.execute(
        update(WorkItem)
        .where(ours, WorkItem.closed_at.is_(None), _came())
        .values(closed_at=now, outcome=CAME)
    )
    session.execute(  # only what closed itself: what a person closed stays closed
        update(WorkItem)
        .where(ours, WorkItem.outcome == CAME, ~_came())
        .values(closed_at=None, outcome="", due_on=on + ANSWER_BY)
    )
    rows = [
        {
            "dedupe_key": one.key,
            "kind": one.kind,
            "reasons": [one.reason],
            "next_step": one.next_step,
            "amount": one.amount,
            "remittance_id": one.remittance_id,
            "opened_at": now,
            "due_on": on + ANSWER_BY,
        }
        for one in late
    ]
    if rows:
        session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())
