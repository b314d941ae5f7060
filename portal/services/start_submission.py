"""A patient begins to tell us of a coverage: a new one, one instead of another, or the end of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.coverages import OTHER, RELATIONSHIPS, SELF, SEQUENCES, Change
from billing.transitions import SubmissionState
from portal.db import transaction
from portal.models.accounts import Coverage, Patient
from portal.models.claims import Claim, Visit
from portal.models.identity import Login
from portal.models.insurance import InsuranceSubmission
from portal.queries.viewer import PatientViewer
from portal.services.hold_for_insurance import hold_for_insurance
from portal.services.refusal import NotFound, Refusal

MOST_OPEN = 12  # of one sign-in: a large family with three plans each has fewer


class TooManyOpen(Refusal):
    """So many are open that nobody could check them."""

    title = "Please wait for our answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What it is about: a patient (None: the unlinked person), a coverage that is on file, or a bill."""

    patient_id: int | None = None
    coverage_id: int | None = None
    visit_id: int | None = None
    ends: bool = False


def start_submission(*, viewer: PatientViewer, about: About, now: datetime) -> int:
    """The id of a draft; the same beginning twice is one draft. One about a bill holds that bill at once (STMT-1).

    Raises NotFound for another's patient, coverage or bill; TooManyOpen.
    """
    with transaction() as session:
        # The sign-in's row makes a double click wait for its first half.
        session.get_one(Login, viewer.login_id, with_for_update=True)
        draft = _draft(session, viewer, about, now)
        same = session.scalar(
            select(InsuranceSubmission.id).where(
                InsuranceSubmission.login_id == viewer.login_id,
                InsuranceSubmission.state == SubmissionState.DRAFT.value,
                InsuranceSubmission.kind == draft.kind,
                InsuranceSubmission.patient_id.is_not_distinct_from(draft.patient_id),
                InsuranceSubmission.replaces_coverage_id.is_not_distinct_from(
                    draft.replaces_coverage_id
                ),
                InsuranceSubmission.visit_id.is_not_distinct_from(draft.visit_id),
            )
        )
        if same is not None:
            return same
        _refuse_too_many(session, viewer)
        session.add(draft)
        session.flush()
        if draft.visit_id is not None:
            hold_for_insurance(session, draft, now=now)
        return draft.id


def _draft(
    session: Session, viewer: PatientViewer, about: About, now: datetime
) -> InsuranceSubmission:
    kind, patient_id, replaced = Change.ADD, about.patient_id, about.coverage_id
    if about.visit_id is not None:
        patient_id, replaced = _of_visit(session, viewer, about.visit_id)
    if replaced is not None:
        kind = Change.END if about.ends else Change.REPLACE
        patient_id = session.scalar(
            select(Coverage.patient_id).where(Coverage.id == replaced, Coverage.ended_on.is_(None))
        )
        if patient_id is None:
            raise NotFound
    if patient_id is None:
        if viewer.account_ids:  # who is linked speaks of a patient of the practice
            raise NotFound
    else:
        account_id = session.scalar(
            select(Patient.guarantor_account_id).where(Patient.id == patient_id)
        )
        if account_id not in viewer.account_ids:
            raise NotFound
    said = _as_before(session, replaced) if kind is Change.REPLACE else {}
    return InsuranceSubmission(
        **said,
        login_id=viewer.login_id,
        patient_id=patient_id,
        visit_id=about.visit_id,
        kind=kind.value,
        replaces_coverage_id=replaced,
        begun_at=now,
    )


def _as_before(session: Session, coverage_id: int | None) -> dict[str, Any]:
    """Whose the plan was and when it paid: another plan is mostly in the same name and turn."""
    old = session.get_one(Coverage, coverage_id)
    said: dict[str, Any] = {  # a claim may use rarer codes than our forms know
        "relationship": old.relationship if old.relationship in RELATIONSHIPS else OTHER,
        "sequence": old.sequence if old.sequence in SEQUENCES else "P",
    }
    if old.relationship != SELF:
        for name in ("subscriber_first_name", "subscriber_last_name", "subscriber_birth_on"):
            said[name] = getattr(old, name)
    return said


def _of_visit(session: Session, viewer: PatientViewer, visit_id: int) -> tuple[int, int | None]:
    """Whose visit it is, and the running coverage that its first claim went to."""
    visit = session.execute(
        select(Visit.patient_id, Visit.guarantor_account_id).where(Visit.id == visit_id)
    ).one_or_none()
    if visit is None or visit.guarantor_account_id not in viewer.account_ids:
        raise NotFound
    claimed = session.scalar(
        select(Claim.coverage_id)
        .join(Coverage, Coverage.id == Claim.coverage_id)
        .where(Claim.visit_id == visit_id, Claim.state != "void", Coverage.ended_on.is_(None))
        .order_by(Claim.sequence, Claim.id)
        .limit(1)
    )
    return visit.patient_id, claimed


def _refuse_too_many(session: Session, viewer: PatientViewer) -> None:
    unfinished = select(func.count()).where(
        InsuranceSubmission.login_id == viewer.login_id,
        InsuranceSubmission.state.in_((SubmissionState.DRAFT.value, SubmissionState.WAITING.value)),
    )
    if session.scalars(unfinished).one() >= MOST_OPEN:
        raise TooManyOpen("We are still checking what you sent. Finish or take back one first.")
