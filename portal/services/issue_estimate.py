"""Give a good-faith estimate: its lines frozen, its letter written, the older version replaced (NSA-3, NSA-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.estimates import NOTE_OF_RIGHTS, keep_until
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from billing.notices import NoticeKind
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location, VisitType
from portal.models.claims import Provider
from portal.models.estimates import EstimateLine, GoodFaithEstimate
from portal.models.practice import Practice
from portal.models.reference import FeeRow
from portal.queries.statement_words import has_address
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.cover_accounts import cover_patient
from portal.services.keep_estimate import work_key
from portal.services.match_person import ADULT_YEARS, age_on
from portal.services.own_account import own_account
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.send_notice import AskedNotice, language_of, queue_notice

MOST = 20
BY_HAND = (
    "This patient is kept apart from the others on the account, who would read the letter, and has no address of"
    " their own on file. Give the estimate on paper by hand, and write a note on the account."
)


class CannotEstimate(Refusal):
    """A line lacks something, the person has no record, or it was given before."""

    title = "The estimate was not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAsked:
    """One expected service; without an amount it costs what our own fees say of its code."""

    provider_id: int
    procedure: str
    words: str
    amount: Money | None = None
    diagnoses: tuple[str, ...] = ()


def issue_estimate(
    *,
    staff: StaffViewer,
    estimate_id: int,
    lines: Sequence[LineAsked],
    public_url: str,
    now: datetime,
) -> int:
    """Write it; the id of its letter. Raises CannotEstimate, CardNumberRefused or NotFound."""
    if not staff.may("tasks.work"):
        raise CannotEstimate("Your role cannot give an estimate.")
    if not 0 < len(lines) <= MOST:
        raise CannotEstimate("Write down each service that you expect, up to 20.")
    with transaction() as session:
        row = session.get(GoodFaithEstimate, estimate_id, with_for_update=True)
        if row is None:
            raise NotFound
        if row.state != "due":
            raise CannotEstimate("It was given meanwhile, or the visit was canceled.")
        patient = _patient(session, row)
        on = practice_date(session, now)
        account_id = _account_of(session, patient, on)
        kept = [_line(session, row, one, n, on) for n, one in enumerate(lines, start=1)]
        before = _replace(session, row)
        row.total = sum((one.expected for one in kept), ZERO)
        facts = _facts(session, row, patient, kept)
        if before is not None:
            facts["replaces"] = practice_date(session, before)
        asked = AskedNotice(
            kind=NoticeKind.GOOD_FAITH_ESTIMATE,
            account_id=account_id,
            key=f"estimate:{row.id}",
            facts=facts,
            subject=f"estimate:{row.id}",
            made_by_id=staff.login_id,
        )
        notice_id = _letter(session, asked, public_url=public_url, on=on, now=now)
        session.add_all(kept)
        row.notice_id, row.note_version, row.keep_until = notice_id, NOTE_OF_RIGHTS, keep_until(on)
        row.state, row.issued_at, row.issued_by_id = "issued", now, staff.login_id
        close_work(session, work_key(row.id), by=staff.login_id, outcome="done", now=now)
        _note(session, staff, row, patient, account_id, now=now)
        return notice_id


def _patient(session: Session, row: GoodFaithEstimate) -> Patient:
    patient_id = row.patient_id or session.scalar(
        select(Appointment.patient_id).where(Appointment.id == row.appointment_id)
    )
    if patient_id is None:
        raise CannotEstimate(
            "This person has no record yet, so that there is no birth date for the estimate."
            " Make the record first."
        )
    return session.get_one(Patient, patient_id)


def _account_of(session: Session, patient: Patient, on: date) -> int:
    """Whose letter it is: of who is kept apart from others on the account, an account of their own (HIPAA-10)."""
    others = select(Patient.id).where(
        Patient.guarantor_account_id == patient.guarantor_account_id,
        Patient.id != patient.id,
        Patient.merged_into_id.is_(None),
    )
    if not patient.confidential or session.scalar(others.limit(1)) is None:
        return patient.guarantor_account_id
    if age_on(patient.birth_on, on) < ADULT_YEARS:
        raise CannotEstimate(BY_HAND)
    ordinary = session.get_one(GuarantorAccount, patient.guarantor_account_id)
    own = own_account(session, patient, ordinary)
    own.street, own.street2, own.city = patient.street, patient.street2, patient.city
    own.state, own.postal_code = patient.state, patient.postal_code
    session.flush()
    safe = cover_patient(session, patient.id, account_id=own.id)
    if not safe and not has_address(own):
        raise CannotEstimate(BY_HAND)
    return own.id


def _line(
    session: Session, row: GoodFaithEstimate, asked: LineAsked, position: int, on: date
) -> EstimateLine:
    words, code = check_free_text(asked.words), asked.procedure.strip().upper()
    if not words or not code:
        raise CannotEstimate("Each line needs a code and plain words.")
    if session.get(Provider, asked.provider_id) is None:
        raise CannotEstimate("Choose who gives each service.")
    amount = (
        asked.amount if asked.amount is not None else own_price(session, code, row.service_on or on)
    )
    if amount is None:
        raise CannotEstimate(f"Our fees have no price for {code}: write the amount.")
    if amount < ZERO:
        raise CannotEstimate("An amount below zero is no price.")
    return EstimateLine(
        estimate_id=row.id,
        position=position,
        provider_id=asked.provider_id,
        procedure=code,
        words=words,
        diagnoses=[one.strip().upper() for one in asked.diagnoses if one.strip()],
        expected=amount,
    )


def own_price(session: Session, procedure: str, on: date) -> Money | None:
    """The practice's own fee of that day."""
    return session.scalar(
        select(FeeRow.amount)
        .where(
            FeeRow.payer_id.is_(None),
            FeeRow.procedure == procedure,
            FeeRow.modifiers == "",
            FeeRow.from_on <= on,
        )
        .order_by(FeeRow.from_on.desc())
        .limit(1)
    )


def _replace(session: Session, row: GoodFaithEstimate) -> datetime | None:
    """When the version before was given, which this one replaces."""
    if row.supersedes_id is None:
        return None
    before = session.get_one(GoodFaithEstimate, row.supersedes_id, with_for_update=True)
    before.state = "superseded"
    session.flush()
    return before.issued_at


def _facts(
    session: Session, row: GoodFaithEstimate, patient: Patient, lines: Sequence[EstimateLine]
) -> dict[str, Any]:
    """What the letter says (NSA-3), its lines grouped by provider."""
    spanish = language_of(session, patient.guarantor_account_id) == "es"
    place, service = _where(session, row, spanish=spanish)
    practice = session.get_one(Practice, 1)
    providers = {
        one.id: one
        for one in session.scalars(
            select(Provider).where(Provider.id.in_({line.provider_id for line in lines}))
        )
    }
    tax = "número fiscal" if spanish else "tax ID"
    facts: dict[str, Any] = {
        "patient": f"{patient.first_name} {patient.last_name}",
        "born": patient.birth_on,
        "service": service,
        "lines": [
            _said(line, providers[line.provider_id].display_name)
            for line in sorted(lines, key=lambda one: (one.provider_id, one.position))
        ],
        "providers": [
            f"{one.display_name}, NPI {one.npi}, {tax} {practice.tax_id}, {place}"
            for one in sorted(providers.values(), key=lambda one: one.id)
        ],
        "total": row.total,
    }
    return facts | ({"visit_on": row.service_on} if row.service_on else {})


def _said(line: EstimateLine, provider: str) -> str:
    codes = f" ({', '.join(line.diagnoses)})" if line.diagnoses else ""
    return f"{provider}: {line.words}, {line.procedure}{codes}: {line.expected}"


def _where(session: Session, row: GoodFaithEstimate, *, spanish: bool) -> tuple[str, str]:
    """The place with its state, and the care in clear words."""
    found = session.execute(
        select(Location, VisitType)
        .join(Appointment, Appointment.location_id == Location.id)
        .join(VisitType, VisitType.id == Appointment.visit_type_id)
        .where(Appointment.id == row.appointment_id)
    ).one_or_none()
    practice = session.get_one(Practice, 1)
    if found is None:
        return f"{practice.city}, {practice.state}", row.about
    place, kind = found
    where = f"{place.name}, {place.state or practice.state}"
    return where, (kind.name_es if spanish else "") or kind.name


def _letter(
    session: Session, asked: AskedNotice, *, public_url: str, on: date, now: datetime
) -> int:
    """Readable on our pages from now on; by paper or e-mail, as the account is reached, with the day's run."""
    notice_id = queue_notice(session, asked, public_url=public_url, on=on, now=now)
    if notice_id is None:
        raise CannotEstimate("Its letter was written before.")
    return notice_id


def _note(
    session: Session,
    staff: StaffViewer,
    row: GoodFaithEstimate,
    patient: Patient,
    account_id: int,
    *,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action="give",
        object_type="estimate",
        object_id=row.id,
        account_ids=(account_id,),
        patient_ids=(patient.id,),
        now=now,
    )
