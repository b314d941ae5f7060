"""Take an agency's payment back that was entered by mistake: reversed, never deleted, and by another person (COLL-21, OPS-13)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.entries import undo
from billing.free_text import check_free_text
from billing.reassociation import Kind
from portal.db import transaction
from portal.models.day import BankDeposit
from portal.models.placements import AgencyRemittance, AgencyReturn
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.decide_alone import Alone, decide_alone
from portal.services.enter_agency_remittance import RemittanceRefused
from portal.services.lock_posting import lock_posting
from portal.services.match_deposit import unmatch_held
from portal.services.post_entry import post_entry
from portal.services.reassociate import reassociate_in
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


class NotTakenBack(RemittanceRefused):
    """The payment stands; the words say why."""

    title = "Nothing was taken back"


def take_back_agency_remittance(
    *,
    agency_id: int,
    remittance_id: UUID,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """What it brought waits again, and a line of the bank that it answered is nobody's; twice is once.

    The entries are reversed on their own days, or in the first open day after; what patients paid the agency stays.
    Raises NotTakenBack, DayClosed for the line's day, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason).strip()
    if not staff.may("collections.sign"):
        raise NotTakenBack("Your role cannot take an agency’s payment back. Ask a manager.")
    if not reason:
        raise NotTakenBack("Say why: the reason stays with the entry.")
    with transaction() as session:
        lock_posting(session)
        hold_days(session)
        row = session.get(AgencyRemittance, remittance_id, with_for_update=True)
        if row is None or row.agency_id != agency_id:
            raise NotFound
        if row.back_entry_id is not None:
            return False
        if same_person(Duty.AGENCY_MONEY, row.entered_by_id, staff.login_id):
            row.alone_log_id = decide_alone(
                session, Duty.AGENCY_MONEY, _about(row), staff=staff, now=now
            )
            if row.alone_log_id is None:
                raise NotTakenBack("You entered this payment. Another person takes it back.")
        _off_the_bank(session, row, reason=reason, staff=staff, now=now)
        row.brought = _let_wait(session, row)
        _reverse(session, row, reason)
        row.back_at, row.back_by_id, row.back_why = now, staff.login_id, reason
        _tell(session, row, staff, now)
        session.flush()
        reassociate_in(session, on=on, now=now)
    return True


def _off_the_bank(
    session: Session, row: AgencyRemittance, *, reason: str, staff: StaffViewer, now: datetime
) -> None:
    """The line that it answered, if any; its day has to be open."""
    deposit = session.scalars(
        select(BankDeposit).where(BankDeposit.agency_remittance_id == row.id).with_for_update()
    ).one_or_none()
    if deposit is not None:
        refuse_closed(session, deposit.deposited_on)
        unmatch_held(session, deposit, Kind.AGENCY, reason=reason, staff=staff, now=now)


def _let_wait(session: Session, row: AgencyRemittance) -> list[int]:
    """The returns that it brought, which the agency holds again."""
    brought = session.scalars(
        select(AgencyReturn)
        .where(AgencyReturn.remittance_id == row.id)
        .order_by(AgencyReturn.id)
        .with_for_update()
    ).all()
    for one in brought:
        one.remittance_id = None
    return [one.id for one in brought]


def _reverse(session: Session, row: AgencyRemittance, reason: str) -> None:
    entry = load_entries(session, [row.entry_id])[row.entry_id]
    back = undo(
        entry,
        entry_id=row.entry_id,
        source_ref=f"agency_remittance:{row.id}:back",
        occurred_on=entry.occurred_on,
        memo=reason,
    )
    row.back_entry_id = post_entry(session, back).entry_id


def _about(row: AgencyRemittance) -> Alone:
    return Alone(
        what="Payment of an agency taken back",
        object_type="agency_remittance",
        object_id=str(row.id),
        amount=row.gross,
    )


def _tell(session: Session, row: AgencyRemittance, staff: StaffViewer, now: datetime) -> None:
    add_staff_act(
        session,
        staff,
        action="reverse",
        object_type="agency_remittance",
        object_id=row.id,
        reason=f"gross {row.gross}, fee {row.fee}: {row.back_why}"[:300],
        now=now,
    )
