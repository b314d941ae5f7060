"""A bill whose insurance is being checked: nothing of it is due until the office has decided (CORE-6, STMT-1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.holds import Condition
from billing.money import ZERO
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Visit
from portal.models.insurance import InsuranceSubmission
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.services.practice_date import practice_date
from portal.services.set_conditions import begin_condition, end_condition

KIND = "coverage_changed"
REASON = "the patient says that another plan covers this visit"
NEXT_STEP = "Check the new coverage under Insurance. Then bill the right payer, and close this."
ACCEPTED = "the new coverage is accepted: its payer has not been billed for this visit yet"
WITHDRAWN = "withdrawn"
SENT_BACK = "sent_back"
DUE_WITHIN = timedelta(days=3)


def hold_for_insurance(session: Session, submission: InsuranceSubmission, *, now: datetime) -> None:
    """Hold the submission's visit and open one item to bill the right payer; a second call changes nothing.

    Needs an id and a visit. Locks the account's row: a payment that begins at this moment is judged
    before or after, never in between.
    """
    visit = session.get_one(Visit, submission.visit_id)
    session.execute(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id == visit.guarantor_account_id)
        .with_for_update()
    )
    on = practice_date(session, now)
    [account] = balances(session, on=on, visit_ids=[visit.id])
    amount = account.visits[0].patient_due
    begin_condition(
        session,
        account_id=visit.guarantor_account_id,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        kind=Condition.COVERAGE_CHANGED,
        source=_source(submission),
        now=now,
    )
    session.execute(
        insert(WorkItem)
        .values(
            dedupe_key=_source(submission),
            kind=KIND,
            reasons=[REASON],
            next_step=NEXT_STEP,
            amount=max(amount, ZERO),
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            opened_at=now,
            due_on=on + DUE_WITHIN,
        )
        .on_conflict_do_update(
            index_elements=[WorkItem.dedupe_key],
            # Sent again after it was sent back: the same work begins anew.
            set_={
                "closed_at": None,
                "closed_by_id": None,
                "outcome": "",
                "due_on": on + DUE_WITHIN,
            },
        )
    )


def release_for_insurance(
    session: Session,
    submission: InsuranceSubmission,
    *,
    outcome: str,
    by_id: int | None,
    now: datetime,
) -> None:
    """End the hold without a new coverage: the bill is due again as it was, and its item is closed."""
    end_condition(session, source=_source(submission), now=now)
    item = _item(session, submission)
    if item is not None and item.closed_at is None:
        item.closed_at, item.closed_by_id, item.outcome = now, by_id, outcome


def pass_on_to_billing(session: Session, submission: InsuranceSubmission, *, now: datetime) -> None:
    """The coverage is accepted: the item now holds the bill, until somebody billed the right payer and closes it."""
    end_condition(session, source=_source(submission), now=now)
    item = _item(session, submission)
    if item is not None:
        item.reasons, item.holds_bill = [ACCEPTED], True
        item.closed_at, item.closed_by_id, item.outcome = None, None, ""


def _item(session: Session, submission: InsuranceSubmission) -> WorkItem | None:
    return session.scalar(
        select(WorkItem).where(WorkItem.dedupe_key == _source(submission)).with_for_update()
    )


def _source(submission: InsuranceSubmission) -> str:
    return f"insurance:{submission.id}"
