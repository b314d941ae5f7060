"""The coverages of everybody on a viewer's accounts, and what this sign-in has sent about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from billing.coverages import AskAgain, KnownPlan, ask_again
from billing.transitions import SubmissionState
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.insurance import InsuranceSubmission
from portal.models.practice import Practice
from portal.queries.among import listed
from portal.queries.insurance_words import ASKED, STATES
from portal.queries.own_submissions import is_own
from portal.queries.viewer import PatientViewer

YOURSELF = "You"
NEW_PLAN = "New plan"
SHOWN = 20  # sent or begun, the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCard:
    """One plan on file."""

    id: int
    payer: str
    plan: str
    member_id: str
    group_number: str
    sequence: str
    subscriber: str  # empty: the patient
    effective_on: date | None
    ended_on: date | None
    verified_on: date | None
    known_on: date | None  # shown or used last

    def runs(self, on: date) -> bool:
        return self.ended_on is None or self.ended_on >= on


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One submission as its sender sees it in the list."""

    id: int
    patient_id: int | None
    kind: str
    payer: str
    state: str
    tag: tuple[str, str]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whose insurance the viewer may tell us of; without an id the unlinked viewer."""

    patient_id: int | None
    name: str
    running: tuple[CoverageCard, ...]
    ended: tuple[CoverageCard, ...]
    sent: tuple[Sent, ...]
    asked: str  # why we ask for a card again; empty when we do not


@dataclass(frozen=True, slots=True, kw_only=True)
class InsurancePage:
    """Everybody together."""

    people: tuple[Person, ...]

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple(one.patient_id for one in self.people if one.patient_id is not None)


def insurance_page(viewer: PatientViewer, *, on: date) -> InsurancePage:
    """What is on file and what waits, person by person."""
    with read_only() as session:
        patients = session.execute(
            select(Patient.id, Patient.first_name, Patient.last_name)
            .where(Patient.guarantor_account_id.in_(viewer.account_ids))
            .order_by(Patient.birth_on, Patient.id)
        ).all()
        cards = coverage_cards(session, [row.id for row in patients])
        sent = _sent(session, viewer)
    people = [
        _person(
            row.id,
            row.first_name or row.last_name,
            cards[row.id],
            [one for one in sent if one.patient_id == row.id],
            on,
        )
        for row in patients
    ]
    unlinked = [one for one in sent if one.patient_id is None]
    if unlinked or not people:
        people.append(_person(None, YOURSELF, [], unlinked, on))
    return InsurancePage(people=tuple(people))


def known_plans() -> ScalarSelect[Any]:
    """As a part of another query, with `account_ids` given to it: what `any_asked` needs to know."""
    plan = func.json_build_array(Patient.id, _known_on(), Coverage.ended_on)
    return (
        select(func.json_agg(plan))
        .select_from(Patient)
        .join(Coverage, Coverage.patient_id == Patient.id)
        .where(listed(Patient.guarantor_account_id, "account_ids"), ~_waits())
        .scalar_subquery()
    )


def any_asked(plans: list[tuple[int, str | None, str | None]] | None, *, on: date) -> bool:
    """Whether anybody with these `known_plans` is asked for a card again (SCH-14)."""
    known: dict[int, list[KnownPlan]] = defaultdict(list)
    for patient_id, *days in plans or ():
        known_on, ended_on = (date.fromisoformat(day) if day else None for day in days)
        known[patient_id].append(KnownPlan(known_on, ended_on))
    return any(ask_again(one, on=on) for one in known.values())


def patients_to_ask(session: Session, account_ids: Collection[int], *, on: date) -> tuple[str, ...]:
    """The names of the patients whose card we want to see at their next visit, in one statement."""
    rows = session.execute(
        select(
            Patient.id,
            Patient.first_name,
            Patient.last_name,
            _known_on().label("known_on"),
            Coverage.ended_on,
        )
        .join(Coverage, Coverage.patient_id == Patient.id)
        .where(Patient.guarantor_account_id.in_(account_ids), ~_waits())
        .order_by(Patient.id)
    ).all()
    names = {row.id: f"{row.first_name} {row.last_name}".strip() for row in rows}
    plans: dict[int, list[KnownPlan]] = defaultdict(list)
    for row in rows:
        plans[row.id].append(KnownPlan(row.known_on, row.ended_on))
    return tuple(names[key] for key, known in plans.items() if ask_again(known, on=on))


def _verified_on() -> ColumnElement[date]:
    """The practice's day on which the office checked the card."""
    zone = select(Practice.time_zone).scalar_subquery()
    return func.date(func.timezone(zone, Coverage.verified_at))


def _known_on() -> ColumnElement[date]:
    """When the plan was shown or used last."""
    return func.greatest(_verified_on(), Coverage.last_service_on)


def _waits() -> ColumnElement[bool]:
    """Something about this patient is with the office already: asking once more would be rude."""
    return (
        select(InsuranceSubmission.id)
        .where(
            InsuranceSubmission.patient_id == Patient.id,
            InsuranceSubmission.state == SubmissionState.WAITING.value,
        )
        .exists()
    )


def asked_again(cards: list[CoverageCard], on: date) -> AskAgain | None:
    """The rule over the plans of one person."""
    return ask_again([KnownPlan(card.known_on, card.ended_on) for card in cards], on=on)


def coverage_cards(session: Session, patient_ids: list[int]) -> dict[int, list[CoverageCard]]:
    """Plans by patient, those that pay first before the others, in one statement."""
    rows = session.execute(
        select(
            Coverage.patient_id,
            Coverage.id,
            Payer.name.label("payer"),
            Coverage.plan_name.label("plan"),
            Coverage.member_id,
            Coverage.group_number,
            Coverage.sequence,
            Coverage.subscriber_first_name,
            Coverage.subscriber_last_name,
            Coverage.relationship,
            Coverage.effective_on,
            Coverage.ended_on,
            _verified_on().label("verified_on"),
            _known_on().label("known_on"),
        )
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id.in_(patient_ids))
        .order_by(Coverage.sequence, Coverage.id)
    )
    found: dict[int, list[CoverageCard]] = defaultdict(list)
    for row in rows:
        subscriber = f"{row.subscriber_first_name} {row.subscriber_last_name}".strip()
        found[row.patient_id].append(
            CoverageCard(
                id=row.id,
                payer=row.payer,
                plan=row.plan,
                member_id=row.member_id,
                group_number=row.group_number,
                sequence=row.sequence,
                subscriber="" if row.relationship == "18" else subscriber,
                effective_on=row.effective_on,
                ended_on=row.ended_on,
                verified_on=row.verified_on,
                known_on=row.known_on,
            )
        )
    return found


def _person(
    patient_id: int | None,
    name: str,
    cards: list[CoverageCard],
    sent: list[Sent],
    on: date,
) -> Person:
    waiting = any(one.state == SubmissionState.WAITING.value for one in sent)
    why = None if waiting else asked_again(cards, on)
    return Person(
        patient_id=patient_id,
        name=name,
        running=tuple(card for card in cards if card.runs(on)),
        ended=tuple(card for card in cards if not card.runs(on)),
        sent=tuple(sent),
        asked="" if why is None else ASKED[why],
    )


def _sent(session: Session, viewer: PatientViewer) -> list[Sent]:
    """What is open, or was accepted or taken back of late; the list on file says the rest."""
    replaced = (
        select(Payer.name)
        .join(Coverage, Coverage.payer_id == Payer.id)
        .where(Coverage.id == InsuranceSubmission.replaces_coverage_id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(InsuranceSubmission, Payer.name.label("payer"), replaced.label("replaced"))
        .outerjoin(Payer, Payer.id == InsuranceSubmission.payer_id)
        .where(
            is_own(viewer),
            InsuranceSubmission.state != SubmissionState.WITHDRAWN.value,
        )
        .order_by(InsuranceSubmission.id.desc())
        .limit(SHOWN)
    ).all()
    return [
        Sent(
            id=row.InsuranceSubmission.id,
            patient_id=row.InsuranceSubmission.patient_id,
            kind=row.InsuranceSubmission.kind,
            payer=row.payer or row.InsuranceSubmission.payer_text or row.replaced or NEW_PLAN,
            state=row.InsuranceSubmission.state,
            tag=STATES[SubmissionState(row.InsuranceSubmission.state)],
            reason=row.InsuranceSubmission.reason,
            at=row.InsuranceSubmission.sent_at or row.InsuranceSubmission.begun_at,
        )
        for row in rows
        # What is accepted for a patient stands among the plans on file.
        if not (
            row.InsuranceSubmission.state == SubmissionState.ACCEPTED.value
            and row.InsuranceSubmission.patient_id is not None
        )
    ]
