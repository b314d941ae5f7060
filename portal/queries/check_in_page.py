"""The check-in of one visit as its page shows it, and the words of one form to read and sign (SCH-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.check_in import may_check_in, signs_as
from billing.form_fields import Field, digest, from_json, in_words, is_shown
from billing.proxy_access import ADULT_YEARS
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.check_in import Form, FormVersion, SignedForm
from portal.models.profiles import Profile
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.booking_policy import booking_policy
from portal.queries.check_in_facts import CheckIn, check_ins
from portal.queries.form_page import FormWords, ShownForm, filled, practice_words, shown_form
from portal.queries.own_appointments import may_see_visit, own_appointment, own_coming
from portal.queries.reach import standing_requests
from portal.queries.viewer import PatientViewer, StaffViewer


@dataclass(frozen=True, slots=True)
class AtKiosk:
    """A tablet at the desk, which shows one check-in."""

    kiosk_id: int
    location_id: int
    appointment_id: UUID


Who = PatientViewer | StaffViewer | AtKiosk


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What we know of how to reach somebody: enough of phone and e-mail to know them again, also beside a stranger.

    Both are empty where there is none, or where somebody asked for confidential contact (HIPAA-10).
    """

    lines: tuple[str, ...]
    language: str
    emergency: str
    phone_end: str  # four digits
    email_hint: str  # v...@example.com


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInPage:
    """One check-in: open from some days ahead until the visit is over."""

    check_in: CheckIn
    open: bool
    opens_on: date
    signers: tuple[str, ...]

    @property
    def visit(self) -> AppointmentFacts:
        return self.check_in.visit

    @property
    def account_ids(self) -> tuple[int, ...]:
        return () if self.visit.account_id is None else (self.visit.account_id,)

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return () if self.visit.patient_id is None else (self.visit.patient_id,)


def find_visit(session: Session, who: Who, appointment_id: UUID) -> AppointmentFacts | None:
    """The visit, if it is this person's, this tablet's or the office's to check in."""
    if isinstance(who, PatientViewer):
        return own_appointment(session, who, appointment_id)
    if isinstance(who, AtKiosk) and who.appointment_id != appointment_id:
        return None
    found = appointment_facts(
        session, Appointment.id == appointment_id, Appointment.state.not_in(("held", "expired"))
    )
    return found[0] if found else None


def check_in_page(
    who: Who, appointment_id: UUID, *, language: str, now: datetime
) -> CheckInPage | None:
    """None when there is no such visit for whoever asks."""
    with read_only() as session:
        visit = find_visit(session, who, appointment_id)
        if visit is None:
            return None
        days = booking_policy(session).check_in_days
        check_in = check_ins(session, [visit], language=language)[appointment_id]
    return CheckInPage(
        check_in=check_in,
        open=may_check_in(
            state=visit.state,
            starts_on=visit.starts_on,
            today=now.astimezone(ZoneInfo(visit.zone)).date(),
            days=days,
        ),
        opens_on=visit.starts_on - timedelta(days=days),
        signers=signers(who, visit),
    )


def next_visit_of(viewer: PatientViewer, *, now: datetime) -> UUID | None:
    """The first visit ahead, or the one that is going on."""
    with read_only() as session:
        coming = own_coming(session, viewer, now=now, limit=1)
    return coming[0].appointment_id if coming else None


def signers(who: Who, visit: AppointmentFacts) -> tuple[str, ...]:
    """As whom whoever is there may sign for this person."""
    born = visit.born_on
    minor = born is not None and _years(born, visit.starts_on) < ADULT_YEARS
    acting = isinstance(who, PatientViewer) and who.acting_for is not None
    return signs_as(minor=minor, acting=acting, own=isinstance(who, PatientViewer))


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def contact_of(visit: AppointmentFacts, who: Who) -> Contact:
    """The address and language on file, and whom to call in an emergency, as the person told us.

    Before a tablet, and before somebody who acts for the person, only the town: who stands there may be whom a
    confidential address hides from, and of somebody who asked for that not even the town (HIPAA-10).
    """
    with read_only() as session:
        patient = session.get(Patient, visit.patient_id) if visit.patient_id else None
        login_id = visit.newcomer_id or visit.booked_by_id
        profile = session.get(Profile, login_id) if login_id else None
        hidden = _is_hidden(session, visit.account_id, patient)
        phone, email = ("", "") if hidden else _reached_at(session, visit.account_id)
    own = profile if profile and _is_same(profile, visit) else None
    home: Patient | Profile | None = patient or own
    town = f"{home.city}, {home.state} {home.postal_code}".strip(" ,") if home else ""
    lines: tuple[str, ...] = (home.street, home.street2, town) if home else ()
    emergency = (
        ", ".join(part for part in (own.emergency_name, own.emergency_relationship) if part)
        if own
        else ""
    )
    if not isinstance(who, StaffViewer) and not _is_oneself(who):
        lines, emergency = (() if hidden else (town,)), ""
    return Contact(
        lines=tuple(line for line in lines if line),
        language=own.spoken_language if own else visit.language,
        emergency=emergency,
        phone_end=phone[-4:],
        email_hint=email and f"{email[0]}...@{email.rpartition('@')[2]}",
    )


def _reached_at(session: Session, account_id: int | None) -> tuple[str, str]:
    account = session.get(GuarantorAccount, account_id) if account_id else None
    return (account.mobile, account.email) if account else ("", "")


def _is_hidden(session: Session, account_id: int | None, patient: Patient | None) -> bool:
    asked = account_id is not None and bool(standing_requests(session, [account_id]))
    return asked or (patient is not None and patient.confidential)


def _is_oneself(who: Who) -> bool:
    """Whether it is the account's own sign-in: no tablet, and nobody who acts for them."""
    return isinstance(who, PatientViewer) and who.acting_for is None


def _is_same(profile: Profile, visit: AppointmentFacts) -> bool:
    """Whether the profile is this very person's, not that of the parent who booked."""
    return visit.newcomer_id == profile.login_id or profile.birth_on == visit.born_on


@dataclass(frozen=True, slots=True, kw_only=True)
class FormToSign:
    """A form as it stands before somebody, and the hash of exactly that."""

    form_id: int
    code: str
    kind: str
    must_sign: bool
    version_id: int
    number: int
    language: str
    shown: ShownForm
    sha256: str
    signed: SignedPaper | None  # under this visit


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPaper:
    """A form as it was filled in and signed."""

    id: int
    appointment_id: UUID
    title: str
    answers: dict[str, Any]
    name: str
    signed_as: str
    at: datetime
    via: str
    pdf_stored_as: str
    account_id: int | None
    patient_id: int | None


def form_to_sign(session: Session, version_id: int, appointment_id: UUID) -> FormToSign | None:
    """The words of one version for one visit; None for a version that nobody is asked any more."""
    found = session.execute(
        select(Form, FormVersion)
        .join(FormVersion, FormVersion.form_id == Form.id)
        .where(FormVersion.id == version_id, Form.active)
    ).first()
    if found is None:
        return None
    form, version = found
    practice, phone = practice_words(session)
    words = FormWords(
        number=version.number,
        language=version.language,
        title=version.title,
        body=version.body,
        fields=from_json(version.fields),
        by="",
        at=version.published_at,
    )
    shown = shown_form(words, form.kind, practice=practice, phone=phone)
    body = filled(version.body, practice=practice, phone=phone)
    signed = session.execute(
        select(SignedForm, FormVersion.title, Patient.guarantor_account_id)
        .join(FormVersion, FormVersion.id == SignedForm.form_version_id)
        .outerjoin(Patient, Patient.id == SignedForm.patient_id)
        .where(
            SignedForm.appointment_id == appointment_id, SignedForm.form_version_id == version_id
        )
    ).first()
    return FormToSign(
        form_id=form.id,
        code=form.code,
        kind=form.kind,
        must_sign=form.must_sign,
        version_id=version.id,
        number=version.number,
        language=version.language,
        shown=shown,
        sha256=digest(shown.title, body, shown.fields, shown.required),
        signed=_paper(*signed) if signed else None,
    )


def read_form(version_id: int, appointment_id: UUID) -> FormToSign | None:
    """The same on its own."""
    with read_only() as session:
        return form_to_sign(session, version_id, appointment_id)


def signed_paper(who: Who, signed_id: int) -> SignedPaper | None:
    """One signed form; None when it is not the viewer's to see. A tablet shows none."""
    if isinstance(who, AtKiosk):
        return None
    with read_only() as session:
        query = (
            select(SignedForm, FormVersion.title, Patient.guarantor_account_id)
            .join(FormVersion, FormVersion.id == SignedForm.form_version_id)
            .join(Appointment, Appointment.id == SignedForm.appointment_id)
            .outerjoin(Patient, Patient.id == SignedForm.patient_id)
            .where(SignedForm.id == signed_id)
        )
        if isinstance(who, PatientViewer):
            query = query.where(may_see_visit(who))
            if who.acting_for is not None:  # booking for somebody is not reading their answers
                query = query.where(SignedForm.login_id == who.login_id)
        found = session.execute(query).first()
    return _paper(*found) if found else None


def _paper(row: SignedForm, title: str, account_id: int | None) -> SignedPaper:
    return SignedPaper(
        id=row.id,
        appointment_id=row.appointment_id,
        title=title,
        answers=row.answers,
        name=row.signed_name,
        signed_as=row.signed_as,
        at=row.signed_at,
        via=row.via,
        pdf_stored_as=row.pdf_stored_as,
        account_id=account_id,
        patient_id=row.patient_id,
    )


def local_day(at: datetime, zone: str) -> str:
    """A moment as it stands on a paper."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%B} {local.day}, {local.year}, {local:%I:%M %p} ({zone})"


def answer_rows(
    fields: tuple[Field, ...], answers: dict[str, Any], yes: str, no: str
) -> list[list[str]]:
    """Questions and answers in words."""
    words = {"yes": yes, "no": no}
    return [
        [field.label, words.get(said, said) or "–"]
        for field in fields
        if is_shown(field, fields, answers)
        for said in (in_words(field, answers.get(field.code)),)
    ]
