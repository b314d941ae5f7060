"""A person decides on a patient share that no rule may bill by itself (OPS-8, STMT-24, NSA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from billing import entries
from billing.adjustments import AdjustmentKind, AdjustmentRefused, check_adjustment
from billing.decision import Outcome
from billing.entries import Line
from billing.free_text import check_free_text
from billing.ledger import Account, Entry, Party
from billing.money import ZERO, Money
from portal.db import transaction
from portal.queries.adjustment_rules import rules_on
from portal.queries.plan_open import claim_open
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.end_reviewed import end_reviewed
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.settle_reviews import (
    close_review,
    mark_reviewed,
    review_lines,
    review_party,
    settle_review,
)

SETTLED = (
    "The plan owes nothing on these lines any more: money came, or it was taken off. Nobody is billed,"
    " and this is closed now."
)


class NothingToReview(Refusal):
    """No amount of this decision waits for a review."""

    title = "Nothing waits for a review here"


class NothingOpen(Refusal):
    """The plan owes less on a line than what is in review there: it was paid, or taken off, meanwhile."""

    title = "The plan does not owe it any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """How much was decided; `billed` when the patient owes it now."""

    amount: Money
    billed: bool


def decide_review(
    *,
    remittance_claim_id: int,
    bill_patient: bool,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Reviewed:
    """Bill the reviewed amounts of a decision to the patient, or take them off as ours.

    A review of which the plan owes nothing any more closes itself, and says so by NothingOpen.
    Taking off is an adjustment, with the role's right and limit (OPS-13). Raises NothingToReview, NothingOpen,
    AdjustmentRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if settle_review(remittance_claim_id, now=now):
        raise NothingOpen(SETTLED)
    with transaction() as session:
        lock_posting(session)
        party = review_party(session, remittance_claim_id)
        if party is None:
            raise NotFound
        lock_accounts(session, {party.guarantor_account_id or 0})
        lines = review_lines(session, remittance_claim_id, party)
        if not lines:
            raise NothingToReview("It was decided before. Nothing moved now.")
        _check_open(session, party, lines)
        if not bill_patient:
            _check_right(session, entries.total(lines), note, staff, on=on)
        reference = f"review:{remittance_claim_id}"
        post_entry(session, _entry(lines, reference, bill_patient=bill_patient, on=on, note=note))
        owners = {party.guarantor_account_id or 0}
        apply_credit(session, guarantor_account_ids=owners, on=on, source=reference)
        became = Outcome.POSTED if bill_patient else Outcome.TAKEN_OFF
        mark_reviewed(session, remittance_claim_id, became)
        ended = "right_as_posted" if bill_patient else "adjusted"
        close_review(session, remittance_claim_id, outcome=ended, by=staff.login_id, now=now)
        end_reviewed(
            session, remittance_claim_id, bill_patient=bill_patient, staff=staff, note=note, now=now
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="remittance_claim",
            object_id=remittance_claim_id,
            account_ids=(party.guarantor_account_id,) if party.guarantor_account_id else (),
            reason="review_billed" if bill_patient else "review_taken_off",
            now=now,
        )
    return Reviewed(amount=entries.total(lines), billed=bill_patient)


def _check_open(session: Session, party: Party, lines: list[Line]) -> None:
    """What is paid, or off the books, is nobody's any more: neither billed nor taken off once again."""
    still = dict(claim_open(session, party.visit_id or 0, party.payer_id or 0))
    for line in lines:
        left = still.get(line.party.charge_id or 0, ZERO)
        if line.amount > left:
            raise NothingOpen(
                f"{line.amount} is in review on one line, but this plan owes {left} on it: money came,"
                " or it was taken off. Take that back first, if it was wrong. Nothing was changed."
            )


def _check_right(
    session: Session, amount: Money, note: str, staff: StaffViewer, *, on: date
) -> None:
    """Whoever posts payments takes nothing off the books alone (OPS-13)."""
    if not staff.may("ledger.adjust"):
        raise AdjustmentRefused("Your role takes nothing off. Ask a biller or a manager.")
    check_adjustment(
        kind=AdjustmentKind.OUR_ERROR,
        role=staff.role,
        amount=amount,
        open_amount=amount,
        reason=note,
        rules=rules_on(session, on),
    )


def _entry(lines: list[Line], reference: str, *, bill_patient: bool, on: date, note: str) -> Entry:
    if bill_patient:
        return entries.patient_share(source_ref=reference, occurred_on=on, lines=lines, memo=note)
    return entries.adjustment(
        source_ref=reference,
        occurred_on=on,
        account=Account.PROVIDER_WRITE_OFF,
        of=Account.INSURANCE_RECEIVABLE,
        lines=lines,
        memo=note,
    )
