"""A person says which paper a line of the bank answers, or takes a match back (OPS-10, OPS-12)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from billing.entries import undo
from billing.free_text import check_free_text
from billing.reassociation import Kind
from portal.db import transaction
from portal.models.bank import BankLineRow, DepositBatch
from portal.models.day import BankDeposit
from portal.queries.batch_parts import part_of
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.services.answer_deposit import (
    CannotMatch,
    answer_agency,
    answer_batches,
    answer_check,
    answer_payer_check,
    answer_payout,
    answer_remittance,
    what_it_answers,
)
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.lock_check import lock_check
from portal.services.lock_posting import lock_posting
from portal.services.post_entry import post_entry
from portal.services.reassociate import deposit_of, reassociate_in
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def match_deposit(
    *,
    deposit_id: int,
    kind: Kind,
    ids: list[str],
    staff: StaffViewer,
    on: date,
    now: datetime,
    batches: Collection[str] = (),
) -> None:
    """Tie the line to it and post. Several `ids` only for batches.

    `batches`: those that lay in one deposit with an agency's check. Raises CannotMatch or NotFound.
    """
    with transaction() as session:
        lock_posting(session)
        check = lock_check(session, UUID(ids[0])) if kind is Kind.CHECK else None
        hold_days(session)
        deposit = _held(session, deposit_id)
        answered = what_it_answers(session, deposit)
        if answered is not None:
            raise CannotMatch("Somebody matched this line meanwhile. Open it again.")
        if kind is Kind.REMITTANCE:
            answer_remittance(session, deposit, int(ids[0]))
        elif kind is Kind.PAYOUT:
            answer_payout(session, deposit, int(ids[0]))
        elif kind is Kind.AGENCY:
            answer_agency(session, deposit, UUID(ids[0]), [part_of(one) for one in batches])
        elif kind is Kind.PAYER_CHECK:
            answer_payer_check(session, deposit, UUID(ids[0]), staff, now)
        elif check is not None:
            answer_check(session, deposit, check, staff, now)
        else:
            answer_batches(session, deposit, [part_of(one) for one in ids])
        deposit.matched_by_id = staff.login_id
        _tell(session, deposit, staff, f"matched {kind}", now)
        session.flush()
        reassociate_in(session, on=on, now=now)


def unmatch_deposit(*, deposit_id: int, reason: str, staff: StaffViewer, now: datetime) -> None:
    """Reverse what the match posted; the line is nobody's again. Raises CannotMatch, DayClosed, NotFound."""
    reason = check_free_text(reason)
    if not reason:
        raise CannotMatch("Say why: the reason stays with the entry.")
    with transaction() as session:
        lock_posting(session)
        hold_days(session)
        deposit = _held(session, deposit_id)
        refuse_closed(session, deposit.deposited_on)
        answered = what_it_answers(session, deposit)
        if answered is None:
            raise CannotMatch("This line answers nothing yet.")
        if answered in {Kind.CHECK, Kind.PAYER_CHECK}:
            raise CannotMatch(
                "A check that was cashed stays cashed. Was it another one, void it there."
            )
        unmatch_held(session, deposit, answered, reason=reason, staff=staff, now=now)


def unmatch_held(
    session: Session,
    deposit: BankDeposit,
    answered: Kind,
    *,
    reason: str,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """The same in the caller's transaction, which holds the line and its open day."""
    if deposit.entry_id is not None:
        entry = load_entries(session, [deposit.entry_id])[deposit.entry_id]
        post_entry(
            session,
            undo(
                entry,
                entry_id=deposit.entry_id,
                source_ref=f"deposit:{deposit.form_id}:{deposit.matches}:undone",
                occurred_on=deposit.deposited_on,
                memo=reason,
            ),
        )
    session.execute(delete(DepositBatch).where(DepositBatch.deposit_id == deposit.id))
    deposit.remittance_id = deposit.payout_id = deposit.entry_id = deposit.matched_by_id = None
    deposit.agency_remittance_id = None
    deposit.by_hand = True
    _tell(session, deposit, staff, f"unmatched {answered}", now)


def claim_line(*, line_id: int, staff: StaffViewer, now: datetime) -> int:
    """The deposit of a line of money that left, made so that a person can match it. Raises NotFound."""
    with transaction() as session:
        hold_days(session)
        line = session.get(BankLineRow, line_id)
        if line is None:
            raise NotFound
        deposit = deposit_of(session, line, now=now)
        _tell(session, deposit, staff, "claimed", now)
        return deposit.id


def _held(session: Session, deposit_id: int) -> BankDeposit:
    deposit = session.scalars(
        select(BankDeposit).where(BankDeposit.id == deposit_id).with_for_update()
    ).one_or_none()
    if deposit is None:
        raise NotFound
    return deposit


def _tell(
    session: Session, deposit: BankDeposit, staff: StaffViewer, reason: str, now: datetime
) -> None:
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="bank_deposit",
        object_id=deposit.id,
        reason=reason,
        now=now,
    )
