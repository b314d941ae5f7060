"""The office answers what a person sent about a coverage: accept it, corrected or not, or send it back with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.coverages import Change
from billing.free_text import check_free_text
from billing.transitions import SubmissionEvent
from portal.db import transaction
from portal.models.accounts import Coverage, Patient
from portal.models.insurance import InsuranceSubmission
from portal.queries.submission_people import differs_from_sender
from portal.queries.viewer import StaffViewer
from portal.services.decide_link import PROOFS
from portal.services.hold_for_insurance import (
    SENT_BACK,
    pass_on_to_billing,
    release_for_insurance,
)
from portal.services.match_person import fold
from portal.services.own_submission import move
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.revise import revise
from portal.services.tell_of_insurance import tell_of_insurance


class DecidedAlready(Refusal):
    """Somebody else answered first, or the person took it back."""

    title = "This is decided already"


class PatientNeeded(Refusal):
    """Nobody said yet whose coverage it is."""

    title = "Choose the patient first"


class NotYours(Refusal):
    """The role reads coverages and does not change them."""

    status = 403
    title = "Your role does not change coverages"


class LookAgain(Refusal):
    """The patient is not as the sender said of themself, and nobody looked a second time."""

    title = "Please look again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The patient to attach an unlinked person's coverage to, how staff know (PROOFS), and whether they looked twice."""

    patient_id: int
    proof: str
    looked_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A coverage as the office found it on the card."""

    payer_id: int
    plan_name: str
    member_id: str
    group_number: str
    relationship: str
    subscriber_last_name: str
    subscriber_first_name: str
    subscriber_birth_on: date | None
    sequence: str
    effective_on: date
    rx_bin: str
    rx_pcn: str
    rx_group: str


def accept_submission(
    *,
    submission_id: int,
    whose: Whose | None,
    verified: Verified,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> int:
    """The coverage that is on file now. The one it replaces ends the day before, and is never deleted.

    `whose` counts where the submission names nobody. What stood there before is kept as a version.
    Raises NotFound, DecidedAlready, PatientNeeded, LookAgain, NotYours.
    """
    with transaction() as session:
        row = _decide(session, submission_id, SubmissionEvent.ACCEPT, staff, now)
        # What an unlinked person sent stays theirs to read: the patient stands at the coverage alone.
        about, how = (row.patient_id, "") if row.patient_id else _checked(session, row, whose)
        # The patient's row: two acceptances for one person follow each other.
        patient = session.get(Patient, about, with_for_update=True)
        if patient is None:
            raise NotFound
        source = f"staff:{staff.login_id}"
        coverage = _write(session, patient, verified, source=source, staff=staff, now=now)
        replaced = row.replaces_coverage_id
        if replaced is not None and replaced != coverage.id:
            last_day = verified.effective_on - timedelta(days=1)
            _end(session, replaced, patient, last_day, source=source, now=now)
        row.coverage_id = coverage.id
        _audit(
            session,
            row,
            patient,
            staff=staff,
            did=("accept", how + _corrected(row, verified)),
            now=now,
        )
        _close(session, row, patient, public_url=public_url, now=now)
        return coverage.id


def accept_end(*, submission_id: int, staff: StaffViewer, public_url: str, now: datetime) -> int:
    """The coverage that is over now. Raises NotFound, DecidedAlready, NotYours."""
    with transaction() as session:
        row = _decide(session, submission_id, SubmissionEvent.ACCEPT, staff, now)
        if row.kind != Change.END.value or row.replaces_coverage_id is None or row.ends_on is None:
            raise NotFound
        patient = session.get_one(Patient, row.patient_id, with_for_update=True)
        source = f"staff:{staff.login_id}"
        _end(session, row.replaces_coverage_id, patient, row.ends_on, source=source, now=now)
        row.coverage_id = row.replaces_coverage_id
        _audit(session, row, patient, staff=staff, did=("accept", "ended"), now=now)
        _close(session, row, patient, public_url=public_url, now=now)
        return row.coverage_id


def send_back_submission(
    *, submission_id: int, reason: str, staff: StaffViewer, public_url: str, now: datetime
) -> None:
    """The person reads the reason and may mend it; a bill on hold for it is due again.

    Raises NotFound, DecidedAlready, NotYours, CardNumberRefused.
    """
    reason = check_free_text(reason)
    with transaction() as session:
        row = _decide(session, submission_id, SubmissionEvent.SEND_BACK, staff, now)
        row.reason = reason
        if row.visit_id is not None:
            release_for_insurance(session, row, outcome=SENT_BACK, by_id=staff.login_id, now=now)
        patient = session.get(Patient, row.patient_id) if row.patient_id else None
        _audit(session, row, patient, staff=staff, did=("send_back", ""), now=now)
        tell_of_insurance(session, row, patient=patient, public_url=public_url, now=now)


def _decide(
    session: Session,
    submission_id: int,
    event: SubmissionEvent,
    staff: StaffViewer,
    now: datetime,
) -> InsuranceSubmission:
    if not staff.may("insurance.edit"):
        raise NotYours("Nothing was saved.")
    row = session.scalar(
        select(InsuranceSubmission).where(InsuranceSubmission.id == submission_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if not move(row, event):
        raise DecidedAlready("Nothing was saved. Open it again to see what became of it.")
    row.decided_by_id, row.decided_at = staff.login_id, now
    return row


def _write(
    session: Session,
    patient: Patient,
    verified: Verified,
    *,
    source: str,
    staff: StaffViewer,
    now: datetime,
) -> Coverage:
    """A new row, or the one that claims made of the same number, which keeps what it said."""
    marks = {"verified_at": now, "verified_by_id": staff.login_id, "ended_on": None}
    coverage = _on_file(session, patient, verified)
    if coverage is None:
        filing_code = session.scalar(
            select(Coverage.filing_code)
            .where(Coverage.payer_id == verified.payer_id, Coverage.filing_code != "")
            .order_by(Coverage.id.desc())
            .limit(1)
        )
        # A claim with the same number may come in at this very moment: its row is then the one.
        session.execute(
            insert(Coverage)
            .values(
                patient_id=patient.id,
                filing_code=filing_code or "",
                **asdict(verified),
                **marks,
            )
            .on_conflict_do_nothing(
                index_elements=[Coverage.patient_id, Coverage.payer_id, Coverage.member_id]
            )
        )
        coverage = _on_file(session, patient, verified)
        assert coverage is not None
    said = {key: value for key, value in asdict(verified).items() if key != "member_id"}
    revise(session, coverage, said | {"ended_on": None}, source=source, now=now)
    coverage.verified_at, coverage.verified_by_id = now, staff.login_id
    return coverage


def _on_file(session: Session, patient: Patient, verified: Verified) -> Coverage | None:
    rows = session.scalars(
        select(Coverage)
        .where(Coverage.patient_id == patient.id, Coverage.payer_id == verified.payer_id)
        .order_by(Coverage.id)
        .with_for_update()
    )
    same = fold(verified.member_id)
    return next((row for row in rows if fold(row.member_id) == same), None)


def _end(
    session: Session,
    coverage_id: int,
    patient: Patient,
    last_day: date,
    *,
    source: str,
    now: datetime,
) -> None:
    coverage = session.get_one(Coverage, coverage_id, with_for_update=True)
    if coverage.patient_id != patient.id:
        raise NotFound
    if coverage.ended_on is None or coverage.ended_on > last_day:
        revise(session, coverage, {"ended_on": last_day}, source=source, now=now)


def _checked(session: Session, row: InsuranceSubmission, whose: Whose | None) -> tuple[int, str]:
    """The patient that staff found for an unlinked sender, and how they knew; what differs asks for a second look."""
    if whose is None:
        raise PatientNeeded("Nothing was saved. Find out who sent this, then accept it.")
    if whose.proof not in PROOFS:
        raise ValueError(f"no such proof: {whose.proof}")
    apart = differs_from_sender(session, row, whose.patient_id)
    if apart and not whose.looked_again:
        raise LookAgain(f"Nothing was saved. These differ: {', '.join(apart)}.")
    differ = f"differs in {' and '.join(apart)}, " if apart else ""
    return whose.patient_id, f"attached by {whose.proof}, {differ}"


def _corrected(row: InsuranceSubmission, verified: Verified) -> str:
    """The names of what the office changed; the values stand in the submission and in the coverage."""
    changed = [key for key, value in asdict(verified).items() if getattr(row, key) != value]
    return f"corrected {', '.join(changed)}" if changed else "as it was sent"


def _close(
    session: Session,
    row: InsuranceSubmission,
    patient: Patient,
    *,
    public_url: str,
    now: datetime,
) -> None:
    if row.visit_id is not None:
        pass_on_to_billing(session, row, now=now)
    tell_of_insurance(session, row, patient=patient, public_url=public_url, now=now)


def _audit(
    session: Session,
    row: InsuranceSubmission,
    patient: Patient | None,
    *,
    staff: StaffViewer,
    did: tuple[str, str],  # the action, and how in words without anybody's data
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=did[0],
        object_type="insurance_submission",
        object_id=row.id,
        account_ids=(patient.guarantor_account_id,) if patient else (),
        patient_ids=(patient.id,) if patient else (),
        reason=did[1],
        now=now,
    )
