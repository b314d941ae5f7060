"""Estimates as the office works them: what is owed by when, one with its visit, and bills far above theirs (NSA-2, NSA-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from billing.estimates import ProviderSum, compared, dispute_until
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import ProviderProfile, VisitType
from portal.models.claims import Charge, Provider, Visit
from portal.models.estimates import EstimateCheck, EstimateLine, EstimateTie, GoodFaithEstimate
from portal.models.identity import Login
from portal.models.profiles import Profile
from portal.queries.estimate_sums import same_day_sums
from portal.queries.paging import Page, limits, page_of

FILTERS: Mapping[str, str] = {
    "due": "To give",
    "late": "Late",
    "issued": "Given",
    "dropped": "Not needed any more",
}
WHY = {"booked": "Booked", "asked": "Asked for", "changed": "Visit changed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """One estimate with whose and what it is."""

    id: int
    account_id: int | None
    patient_id: int | None
    person: str
    about: str
    why: str
    asked_on: date
    service_on: date | None
    due_on: date
    state: str
    version: int
    total: Money
    issued_at: datetime | None
    notice_id: int | None
    appointment_id: UUID | None
    via: str
    phone: str  # of somebody without a record

    @property
    def without_record(self) -> bool:
        """Asked for by somebody who has none yet."""
        return self.state == "due" and self.patient_id is None and self.appointment_id is None

    def late(self, on: date) -> bool:
        return self.state == "due" and self.due_on < on


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line as it was given."""

    provider_id: int
    provider: str
    procedure: str
    words: str
    diagnoses: tuple[str, ...]
    expected: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePage:
    """One estimate, its lines, who can be named on it, and what its first line would be.

    Not given yet, its lines are those of what was asked for before and is tied to its visit.
    """

    row: EstimateRow
    lines: tuple[LineRow, ...]
    issued_by: str
    providers: tuple[tuple[int, str], ...]
    provider_id: int | None  # of the visit
    usual: Money  # what a visit of this kind costs without a plan; zero: nobody wrote it down


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One bill that lay far above its estimate."""

    id: int
    account_id: int
    patient_id: int
    visit_id: int
    person: str
    service_on: date
    billed: Money  # of this bill; the sums are of the whole day
    over: Money
    opened_at: datetime
    outcome: str
    finding: str
    reviewed_by: str
    reviewed_by_id: int | None
    ended_by: str
    alone: bool  # one person took both steps (OPS-13)
    dispute_until: date | None  # of the patient, once the first bill has left


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """The two sides, provider by provider, as they are now."""

    row: CheckRow
    sums: tuple[tuple[str, ProviderSum], ...]

    @property
    def too_far(self) -> bool:
        return any(one.too_far for _, one in self.sums)


def estimate_list(wanted: str, *, on: date, page: int) -> Page[EstimateRow]:
    """One page of them: what is owed by its last day, what was given the newest first."""
    row = GoodFaithEstimate
    where = {
        "due": row.state == "due",
        "late": (row.state == "due") & (row.due_on < on),
        "issued": row.state.in_(("issued", "superseded")),
        "dropped": row.state == "dropped",
    }[wanted]
    order = row.due_on if wanted in {"due", "late"} else row.id.desc()
    offset, limit = limits(page)
    with read_only() as session:
        rows = session.execute(
            _rows().where(where).order_by(order, row.id).offset(offset).limit(limit)
        )
        return page_of([_row(one) for one in rows], page)


def estimate_page(estimate_id: int) -> EstimatePage | None:
    """One; None when there is none."""
    with read_only() as session:
        found = session.execute(_rows().where(GoodFaithEstimate.id == estimate_id)).one_or_none()
        if found is None:
            return None
        asked = select(EstimateTie.estimate_id).where(
            EstimateTie.appointment_id == found.GoodFaithEstimate.appointment_id,
            EstimateTie.ended_at.is_(None),
        )
        lines = session.execute(
            select(EstimateLine, Provider)
            .join(Provider, Provider.id == EstimateLine.provider_id)
            .where(
                EstimateLine.estimate_id == estimate_id
                if found.GoodFaithEstimate.state != "due"
                else EstimateLine.estimate_id.in_(asked)
            )
            .order_by(EstimateLine.position)
        ).all()
        providers = session.scalars(
            select(Provider)
            .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
            .where(ProviderProfile.active)
            .order_by(Provider.last_name, Provider.id)
        ).all()
        return EstimatePage(
            row=_row(found),
            lines=tuple(
                LineRow(
                    provider_id=provider.id,
                    provider=provider.display_name,
                    procedure=line.procedure,
                    words=line.words,
                    diagnoses=tuple(line.diagnoses),
                    expected=line.expected,
                )
                for line, provider in lines
            ),
            issued_by=found.issued_by or "",
            providers=tuple((one.id, one.display_name) for one in providers),
            provider_id=found.provider_id,
            usual=found.usual or ZERO,
        )


def open_checks() -> tuple[CheckRow, ...]:
    """Bills that are held now, the oldest first."""
    with read_only() as session:
        return tuple(_checks(session, EstimateCheck.outcome == ""))


def check_page(check_id: int) -> CheckPage | None:
    """One; None when there is none."""
    with read_only() as session:
        found = _checks(session, EstimateCheck.id == check_id)
        if not found:
            return None
        [row] = found
        sums = compared(*same_day_sums(session, row.patient_id, row.service_on))
        names = {
            one.id: one.display_name
            for one in session.scalars(
                select(Provider).where(
                    Provider.id.in_([s.provider_id for s in sums if s.provider_id])
                )
            )
        }
    named = tuple((names.get(one.provider_id or 0, "No provider named"), one) for one in sums)
    return CheckPage(row=row, sums=named)


def _rows() -> Select[*tuple[Any, ...]]:
    name = func.coalesce(
        func.nullif(func.concat_ws(" ", Patient.first_name, Patient.last_name), ""),
        func.nullif(func.concat_ws(" ", Profile.first_name, Profile.last_name), ""),
        func.nullif(Login.name, ""),
        GoodFaithEstimate.asker,
    )
    newcomer = func.coalesce(Appointment.newcomer_id, GoodFaithEstimate.newcomer_id)
    giver = aliased(Login)
    patient_id = func.coalesce(Appointment.patient_id, GoodFaithEstimate.patient_id)
    return (
        select(
            GoodFaithEstimate,
            Patient.id.label("patient_id"),
            Patient.guarantor_account_id.label("account_id"),
            name.label("person"),
            VisitType.name.label("kind"),
            VisitType.estimate.label("usual"),
            Appointment.provider_id.label("provider_id"),
            giver.name.label("issued_by"),
        )
        .outerjoin(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
        .outerjoin(VisitType, VisitType.id == Appointment.visit_type_id)
        .outerjoin(Patient, Patient.id == patient_id)
        .outerjoin(Login, Login.id == newcomer)
        .outerjoin(Profile, Profile.login_id == newcomer)
        .outerjoin(giver, giver.id == GoodFaithEstimate.issued_by_id)
    )


def _row(found: Any) -> EstimateRow:
    row: GoodFaithEstimate = found.GoodFaithEstimate
    return EstimateRow(
        id=row.id,
        account_id=found.account_id,
        patient_id=found.patient_id,
        person=found.person or "",
        about=found.kind or row.about,
        why=row.why,
        asked_on=row.asked_on,
        service_on=row.service_on,
        due_on=row.due_on,
        state=row.state,
        version=row.version,
        total=row.total,
        issued_at=row.issued_at,
        notice_id=row.notice_id,
        appointment_id=row.appointment_id,
        via=row.asked_via,
        phone=row.asker_phone,
    )


def _checks(session: Session, where: ColumnElement[bool]) -> list[CheckRow]:
    reviewer, ender = aliased(Login), aliased(Login)
    billed = select(func.sum(Charge.billed)).where(Charge.visit_id == Visit.id).scalar_subquery()
    rows = session.execute(
        select(EstimateCheck, Visit, Patient, billed, reviewer.name, ender.name)
        .join(Visit, Visit.id == EstimateCheck.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(reviewer, reviewer.id == EstimateCheck.reviewed_by_id)
        .outerjoin(ender, ender.id == EstimateCheck.ended_by_id)
        .where(where)
        .order_by(EstimateCheck.id)
    )
    return [
        CheckRow(
            id=check.id,
            account_id=visit.guarantor_account_id,
            patient_id=patient.id,
            visit_id=visit.id,
            person=patient.full_name,
            service_on=visit.service_on,
            billed=billed or ZERO,
            over=check.over,
            opened_at=check.opened_at,
            outcome=check.outcome,
            finding=check.finding,
            reviewed_by=reviewed_by or "",
            reviewed_by_id=check.reviewed_by_id,
            ended_by=ended_by or "",
            alone=check.alone_log_id is not None,
            dispute_until=dispute_until(visit.first_statement_on)
            if visit.first_statement_on
            else None,
        )
        for check, visit, patient, billed, reviewed_by, ended_by in rows
    ]
