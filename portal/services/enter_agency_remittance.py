"""An agency's own check or transfer: which returned payments it brings, what it kept, and what came (COLL-21)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from billing.agency_returns import Return
from billing.money import ZERO, Money, total_of
from billing.placement import agency_remittance
from portal.db import transaction
from portal.models.placements import AgencyRemittance, AgencyReturn, AgencyRow
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.lock_posting import lock_posting
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class RemittanceRefused(Refusal):
    """Nothing was posted; the words say what does not agree."""

    title = "Nothing was posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyPaid:
    """What the agency's letter says; `form_id` is the page's, for a second click.

    `covers`: returns by id. `through`: besides these all that wait and happened until that day.
    """

    form_id: UUID
    agency_id: int
    received_on: date
    gross: Money
    fee: Money
    trace: str
    covers: Collection[int] = ()
    through: date | None = None


def enter_agency_remittance(
    paid: AgencyPaid, *, staff: StaffViewer, on: date, now: datetime
) -> bool:
    """Post D practice_deposits and agency_fees, C agency_clearing; the same page again is False.

    The gross is exactly what it covers: its payments less those that banks returned. Each is covered once.
    Raises RemittanceRefused, DayClosed or NotFound.
    """
    trace = paid.trace.strip()  # any run of digits, as a bank's trace is
    if not staff.may("collections.work"):
        raise RemittanceRefused("Your role cannot enter an agency’s payment.")
    if not trace or paid.received_on > on:
        raise RemittanceRefused(
            "It needs a trace or a check’s number, and a day that is not ahead."
        )
    if not ZERO <= paid.fee < paid.gross:
        raise RemittanceRefused("The fee is $0.00 or more, and less than the gross amount.")
    with transaction() as session:
        lock_posting(session)
        hold_days(session)
        if session.get(AgencyRow, paid.agency_id) is None:
            raise NotFound
        if session.get(AgencyRemittance, paid.form_id) is not None:
            return False
        refuse_closed(session, paid.received_on)
        covered = _covered(session, paid)
        _once(session, paid.agency_id, trace)
        entry = agency_remittance(
            source_ref=f"agency_remittance:{paid.form_id}",
            occurred_on=paid.received_on,
            gross=paid.gross,
            fee=paid.fee,
            trace=trace,
        )
        row = AgencyRemittance(
            id=paid.form_id,
            agency_id=paid.agency_id,
            received_on=paid.received_on,
            gross=paid.gross,
            fee=paid.fee,
            trace=trace,
            entry_id=post_entry(session, entry).entry_id,
            entered_by_id=staff.login_id,
            entered_at=now,
        )
        session.add(row)
        session.flush()
        for one in covered:
            one.remittance_id = row.id
        _tell(session, row, staff, now)
        return True


def _covered(session: Session, paid: AgencyPaid) -> list[AgencyReturn]:
    """The rows, held, if they are this agency's and wait; refused where they do not make the gross."""
    chosen: ColumnElement[bool] = AgencyReturn.id.in_(paid.covers)
    if paid.through is not None:
        until = AgencyReturn.happened_on <= paid.through
        chosen = or_(chosen, and_(until, AgencyReturn.remittance_id.is_(None)))
    rows = list(
        session.scalars(
            select(AgencyReturn)
            .where(
                chosen,
                AgencyReturn.agency_id == paid.agency_id,
                AgencyReturn.kind.in_((Return.PAYMENT.value, Return.PAYMENT_BACK.value)),
                AgencyReturn.entry_id.is_not(None),
            )
            .order_by(AgencyReturn.id)
            .with_for_update()
        )
    )
    if not set(paid.covers) <= {row.id for row in rows} or not rows:
        raise RemittanceRefused("Choose the payments that it brings.")
    if any(row.remittance_id is not None for row in rows):
        raise RemittanceRefused("One of them came with an earlier payment. Open the page again.")
    covered = total_of(row.amount if row.kind == Return.PAYMENT else -row.amount for row in rows)
    if covered != paid.gross:
        raise RemittanceRefused(f"What you chose makes {covered}, and the gross is {paid.gross}.")
    return rows


def _once(session: Session, agency_id: int, trace: str) -> None:
    before = session.scalar(
        select(AgencyRemittance.id).where(
            AgencyRemittance.agency_id == agency_id,
            AgencyRemittance.trace == trace,
            AgencyRemittance.back_entry_id.is_(None),
        )
    )
    if before is not None:
        raise RemittanceRefused("A payment of this agency with this trace was entered before.")


def _tell(session: Session, row: AgencyRemittance, staff: StaffViewer, now: datetime) -> None:
    add_staff_act(
        session,
        staff,
        action="create",
        object_type="agency_remittance",
        object_id=row.id,
        reason=f"gross {row.gross}, fee {row.fee}",
        now=now,
    )
