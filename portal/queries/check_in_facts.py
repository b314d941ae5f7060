"""How far the check-ins of some visits are: read together for any number of them, in eight statements (SCH-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, literal_column, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.check_in import (
    INSURANCE,
    Card,
    Facts,
    Step,
    StepState,
    asks_form,
    concerns,
    copay,
    needs_card,
    next_step,
    steps,
)
from billing.money import ZERO, Money
from billing.refunds import LIVE_REFUNDS
from billing.transitions import PaymentState, SubmissionState
from portal.db import Cents
from portal.models.accounts import Coverage, Payer
from portal.models.appointments import CoverageCheck
from portal.models.check_in import CheckInStep, Form, FormVersion, SignedForm
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.queries.appointment_row import AppointmentFacts

ENGLISH = "en"
BOTH_SIDES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOnFile:
    """A plan that runs on the day of the visit."""

    coverage_id: int
    payer: str
    plan_name: str
    member_end: str  # the last figures of the number, enough to know the card by
    sequence: str
    shown_on: date | None
    needs_card: bool
    waiting: bool  # pictures were sent, and the office looks at them
    verified_on: date | None  # the last check that said it is active
    result: str  # of the last check; empty when nobody asked


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAsked:
    """A form that this visit has, in the reader's language; signed under this visit or before."""

    form_id: int
    code: str
    kind: str
    must_sign: bool
    version_id: int
    number: int
    title: str
    open: bool
    signed_id: int | None  # under this visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One visit and how far its check-in is."""

    visit: AppointmentFacts
    facts: Facts
    steps: tuple[StepState, ...]
    next: Step | None
    details: Mapping[str, Mapping[str, Any]]
    forms: tuple[FormAsked, ...]
    plans: tuple[PlanOnFile, ...]

    @property
    def ready(self) -> bool:
        return self.next is None

    @property
    def verified_on(self) -> date | None:
        """The newest day on which the plan of this visit was found to be active."""
        return max((plan.verified_on for plan in self.plans if plan.verified_on), default=None)

    @property
    def left_to_pay(self) -> Money:
        return max(ZERO, (self.facts.due or ZERO) - self.facts.paid)

    def is_done(self, step: Step) -> bool:
        return any(one.done for one in self.steps if one.step is step)

    def has(self, step: Step) -> bool:
        return any(one.step is step for one in self.steps)


def check_ins(
    session: Session, visits: Sequence[AppointmentFacts], *, language: str = ENGLISH
) -> dict[UUID, CheckIn]:
    """Each visit with its steps."""
    if not visits:
        return {}
    ids = [visit.appointment_id for visit in visits]
    done = _steps(session, ids)
    versions = _versions(session, language)
    signed = _signed(session, visits)
    plans = _plans(session, [v.patient_id for v in visits if v.patient_id is not None])
    facts = _newest_facts(session, {plan.coverage_id for rows in plans.values() for plan in rows})
    paid = _paid(session, ids)
    return {
        visit.appointment_id: _check_in(
            visit,
            done=done.get(visit.appointment_id, {}),
            forms=_forms(visit, versions, signed[_whose(visit)]),
            plans=[_plan(one, facts, visit) for one in plans.get(visit.patient_id or 0, ())],
            checks=facts,
            paid=paid.get(visit.appointment_id, ZERO),
        )
        for visit in visits
    }


def _check_in(
    visit: AppointmentFacts,
    *,
    done: Mapping[str, CheckInStep],
    forms: tuple[FormAsked, ...],
    plans: Sequence[tuple[Coverage, PlanOnFile]],
    checks: Mapping[int, CoverageCheck],
    paid: Money,
) -> CheckIn:
    coverage_id = _covers(visit, plans)
    check = checks.get(coverage_id or 0)
    facts = Facts(
        emergency=visit.emergency,
        arrived=visit.arrived_at is not None,
        has_record=visit.patient_id is not None,
        intent=visit.coverage_intent,
        forms_open=tuple(one.code for one in forms if one.open),
        due=copay(
            intent=visit.coverage_intent,
            copay_class=visit.copay_class,
            facts=check.facts if check else {},
            estimate=visit.estimate,
        ),
        paid=paid,
        done={Step(step): row.done_at for step, row in done.items()},
    )
    return CheckIn(
        visit=visit,
        facts=facts,
        steps=steps(facts),
        next=next_step(facts),
        details={step: row.detail for step, row in done.items()},
        forms=forms,
        plans=tuple(plan for _, plan in plans) if visit.coverage_intent == INSURANCE else (),
    )


def _covers(visit: AppointmentFacts, plans: Sequence[tuple[Coverage, PlanOnFile]]) -> int | None:
    """The plan that pays first, unless one was named at booking."""
    if visit.coverage_id is not None:
        return visit.coverage_id
    return plans[0][0].id if plans else None


def _steps(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, CheckInStep]]:
    found: dict[UUID, dict[str, CheckInStep]] = defaultdict(dict)
    for row in session.scalars(select(CheckInStep).where(CheckInStep.appointment_id.in_(ids))):
        if row.step in set(Step):
            found[row.appointment_id][row.step] = row
    return found


def _versions(session: Session, language: str) -> list[tuple[Form, FormVersion]]:
    """The newest version of each form that is asked, in the language or in English."""
    rows = session.execute(
        select(Form, FormVersion)
        .ext(distinct_on(Form.position, Form.id))
        .join(FormVersion, FormVersion.form_id == Form.id)
        .where(Form.active, FormVersion.language.in_((language, ENGLISH)))
        .order_by(
            Form.position,
            Form.id,
            FormVersion.number.desc(),
            (FormVersion.language == language).desc(),
        )
    )
    return [(form, version) for form, version in rows]


Whose = tuple[int | None, int | None]


def _whose(visit: AppointmentFacts) -> Whose:
    return (visit.patient_id, visit.newcomer_id)


@dataclass(frozen=True, slots=True)
class _Signed:
    id: int
    form_id: int
    number: int
    appointment_id: UUID
    at: datetime


def _signed(
    session: Session, visits: Sequence[AppointmentFacts]
) -> defaultdict[Whose, list[_Signed]]:
    """What each person signed, the newest last."""
    found: defaultdict[Whose, list[_Signed]] = defaultdict(list)
    rows = session.execute(
        select(
            SignedForm.id,
            SignedForm.patient_id,
            SignedForm.newcomer_id,
            SignedForm.appointment_id,
            SignedForm.signed_at,
            FormVersion.form_id,
            FormVersion.number,
        )
        .join(FormVersion, FormVersion.id == SignedForm.form_version_id)
        .where(_of_people(visits))
        .order_by(SignedForm.signed_at)
    )
    for row in rows:
        found[row.patient_id, row.newcomer_id].append(
            _Signed(row.id, row.form_id, row.number, row.appointment_id, row.signed_at)
        )
    return found


def _of_people(visits: Sequence[AppointmentFacts]) -> ColumnElement[bool]:
    patients = {visit.patient_id for visit in visits if visit.patient_id is not None}
    newcomers = {visit.newcomer_id for visit in visits if visit.newcomer_id is not None}
    return or_(SignedForm.patient_id.in_(patients), SignedForm.newcomer_id.in_(newcomers))


def _forms(
    visit: AppointmentFacts,
    versions: Sequence[tuple[Form, FormVersion]],
    signed: Sequence[_Signed],
) -> tuple[FormAsked, ...]:
    found: list[FormAsked] = []
    for form, version in versions:
        if form.visit_type_ids and visit.visit_type_id not in form.visit_type_ids:
            continue
        if not concerns(form.code, intent=visit.coverage_intent):
            continue
        own = [one for one in signed if one.form_id == form.id]
        here = [one for one in own if one.appointment_id == visit.appointment_id]
        last = own[-1] if own else None
        asked = asks_form(
            every_visit=form.every_visit,
            renew_months=form.renew_months,
            signed_on=last.at.astimezone(ZoneInfo(visit.zone)).date() if last else None,
            signed_here=bool(here),
            same_version=last is not None and last.number == version.number,
            on=visit.starts_on,
        )
        found.append(
            FormAsked(
                form_id=form.id,
                code=form.code,
                kind=form.kind,
                must_sign=form.must_sign,
                version_id=version.id,
                number=version.number,
                title=version.title,
                open=asked,
                signed_id=here[-1].id if here else None,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _PlanRow:
    coverage: Coverage
    payer: str
    shown_at: datetime | None
    waiting: bool

    @property
    def coverage_id(self) -> int:
        return self.coverage.id


def card_shown_at() -> Any:
    """As a part of another query over Coverage: when both sides of its card were last sent in."""
    sides = (
        select(func.count())
        .where(CardImage.submission_id == InsuranceSubmission.id, CardImage.removed_at.is_(None))
        .correlate(InsuranceSubmission)
        .scalar_subquery()
    )
    return (
        select(func.max(InsuranceSubmission.sent_at))
        .where(
            InsuranceSubmission.coverage_id == Coverage.id,
            InsuranceSubmission.state == SubmissionState.ACCEPTED,
            sides >= BOTH_SIDES,
        )
        .correlate(Coverage)
        .scalar_subquery()
    )


def _plans(session: Session, patient_ids: Collection[int]) -> dict[int, list[_PlanRow]]:
    waiting = (
        select(func.count())
        .where(
            InsuranceSubmission.patient_id == Coverage.patient_id,
            InsuranceSubmission.state == SubmissionState.WAITING,
        )
        .correlate(Coverage)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Coverage, Payer.name, card_shown_at(), waiting)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id.in_(patient_ids))
        .order_by(Coverage.sequence, Coverage.id)
    )
    found: dict[int, list[_PlanRow]] = defaultdict(list)
    for coverage, payer, shown_at, count in rows:
        found[coverage.patient_id].append(_PlanRow(coverage, payer, shown_at, count > 0))
    return found


def _plan(
    row: _PlanRow, checks: Mapping[int, CoverageCheck], visit: AppointmentFacts
) -> tuple[Coverage, PlanOnFile]:
    zone, coverage = ZoneInfo(visit.zone), row.coverage
    shown_on = row.shown_at.astimezone(zone).date() if row.shown_at else None
    check = checks.get(coverage.id)
    active = check is not None and check.result == "active"
    card = Card(coverage.id, shown_on, coverage.effective_on)
    return coverage, PlanOnFile(
        coverage_id=coverage.id,
        payer=row.payer,
        plan_name=coverage.plan_name,
        member_end=coverage.member_id[-4:],
        sequence=coverage.sequence,
        shown_on=shown_on,
        needs_card=needs_card(card, on=visit.starts_on),
        waiting=row.waiting,
        verified_on=check.at.astimezone(zone).date() if check and active else None,
        result=check.result if check else "",
    )


def _newest_facts(session: Session, coverage_ids: Collection[int]) -> dict[int, CoverageCheck]:
    """The newest check of each coverage."""
    rows = session.scalars(
        select(CoverageCheck)
        .ext(distinct_on(CoverageCheck.coverage_id))
        .where(CoverageCheck.coverage_id.in_(coverage_ids))
        .order_by(CoverageCheck.coverage_id, CoverageCheck.at.desc(), CoverageCheck.id.desc())
    )
    return {check.coverage_id: check for check in rows}


def _paid(session: Session, ids: Collection[UUID]) -> dict[UUID, Money]:
    """What came in ahead for each visit, less what went back or is on its way back."""
    back = (
        select(func.coalesce(func.sum(Refund.amount), literal_column("0")))
        .where(Refund.payment_id == Payment.id, Refund.state.in_(LIVE_REFUNDS))
        .correlate(Payment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Payment.appointment_id, type_coerce(func.sum(Payment.amount - back), Cents()))
        .where(Payment.appointment_id.in_(ids), Payment.state == PaymentState.SUCCEEDED)
        .group_by(Payment.appointment_id)
    )
    return {appointment_id: amount for appointment_id, amount in rows if appointment_id}
