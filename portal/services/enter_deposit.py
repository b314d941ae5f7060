"""Enter what the bank's statement shows, and match it by trace and amount (OPS-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.day import BankDeposit, Payout
from portal.models.remittances import RemittanceRow
from portal.queries.viewer import StaffViewer
from portal.services.answer_deposit import (
    answer_payout,
    answer_remittance,
    what_it_answers,
)
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

NEAR = timedelta(days=30)  # how far a payer's date and the bank's may lie apart


class DepositRefused(Refusal):
    """The deposit cannot be entered so; the message says why."""

    title = "This deposit was not entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What the deposit was found to be; `repeated` when the same form came twice."""

    amount: Money
    matched: str  # remittance, payout, or empty: nobody's yet
    repeated: bool = False


def enter_deposit(
    *,
    form_id: UUID,
    deposited_on: date,
    amount: Money,
    trace: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Entered:
    """Record it; with its remittance D bank, C payer_clearing. The same form enters it once.

    By trace it is matched whatever its amount, and the difference stands in the day's summary;
    without one only a single payout or remittance of this very amount is taken.
    Raises DepositRefused or DayClosed.
    """
    trace = trace.strip()
    if deposited_on > on:
        raise DepositRefused("The bank's date lies ahead of today.")
    with transaction() as session:
        hold_days(session)
        known = session.scalar(select(BankDeposit).where(BankDeposit.form_id == form_id))
        if known is not None:
            return Entered(amount=known.amount, matched=_what(session, known), repeated=True)
        refuse_closed(session, deposited_on)
        deposit = BankDeposit(
            form_id=form_id,
            deposited_on=deposited_on,
            amount=amount,
            trace=trace,
            matches=0,
            login_id=staff.login_id,
            at=now,
        )
        _match(session, deposit, staff)
        session.add(deposit)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="bank_deposit",
            object_id=deposit.id,
            reason=_what(session, deposit) or "unmatched",
            now=now,
        )
        return Entered(amount=amount, matched=_what(session, deposit))


def _what(session: Session, deposit: BankDeposit) -> str:
    return what_it_answers(session, deposit) or ""


def _match(session: Session, deposit: BankDeposit, staff: StaffViewer) -> None:
    remittance_id = _remittance(session, deposit)
    if remittance_id is not None:
        answer_remittance(session, deposit, remittance_id)
        deposit.matched_by_id = staff.login_id
        return
    payouts = session.scalars(
        select(Payout.id).where(
            Payout.amount == deposit.amount,
            Payout.arrives_on.between(deposit.deposited_on - NEAR, deposit.deposited_on + NEAR),
            Payout.id.not_in(_taken(BankDeposit.payout_id)),
            Payout.provider_id == deposit.trace if deposit.trace else Payout.id.is_not(None),
        )
    ).all()
    if len(payouts) == 1:
        answer_payout(session, deposit, payouts[0])
        deposit.matched_by_id = staff.login_id


def _remittance(session: Session, deposit: BankDeposit) -> int | None:
    """By trace; without one, the only open remittance of this amount."""
    query = select(RemittanceRow).where(
        RemittanceRow.status == "posted",
        RemittanceRow.paid > ZERO,
        RemittanceRow.issued_on.between(deposit.deposited_on - NEAR, deposit.deposited_on + NEAR),
        RemittanceRow.id.not_in(_taken(BankDeposit.remittance_id)),
    )
    if deposit.trace:
        query = query.where(RemittanceRow.trace.in_({deposit.trace, deposit.trace.upper()}))
    else:
        query = query.where(RemittanceRow.paid == deposit.amount)
    found = session.scalars(query.with_for_update()).all()
    exact = [one for one in found if one.paid == deposit.amount]
    best = exact if len(found) > 1 else found
    return best[0].id if len(best) == 1 else None


def _taken(column: InstrumentedAttribute[int | None]) -> Select[int | None]:
    return select(column).where(column.is_not(None))
