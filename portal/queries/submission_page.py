"""One's own submission, step by step: what was typed, the pictures, and what was read on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.coverages import RELATIONSHIPS, SELF, Change, ParentPlan, first_by_birthday
from portal.card_ports import CardFlaw
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.claims import Visit
from portal.models.insurance import CardImage, CardReading, InsuranceSubmission
from portal.queries.card_words import retake_words
from portal.queries.own_submissions import is_own
from portal.queries.viewer import PatientViewer

SURE = 0.85  # below it a suggestion is marked
STUCK_AFTER = timedelta(seconds=60)  # a card takes two seconds
CHILD = "19"
SOMEONE_ELSE = "Someone else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One side of the card."""

    side: str
    retake: tuple[str, ...]  # what makes it hard to read, and how to take a better one


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage:
    """A submission as its sender sees it."""

    id: int
    kind: str
    state: str
    patient_id: int | None
    account_id: int | None
    patient: str
    visit_id: int | None
    service_on: date | None
    replaces: str
    payer: str
    typed: dict[str, Any]  # by the columns of the draft
    pictures: dict[str, Picture]
    reading: str  # none, waiting, stuck, read, failed
    suggested: dict[str, str]
    unsure: frozenset[str]  # suggestions that the machine doubts
    reason: str
    birthday_hint: str

    @property
    def editable(self) -> bool:
        return self.state in {"draft", "sent_back"}

    @property
    def ends(self) -> bool:
        return self.kind == Change.END.value

    @property
    def both_sides(self) -> bool:
        return {"front", "back"} <= self.pictures.keys()

    @property
    def is_own_plan(self) -> bool:
        return bool(self.typed["relationship"] == SELF)

    @property
    def relation(self) -> str:
        return RELATIONSHIPS.get(str(self.typed["relationship"]), SOMEONE_ELSE)

    def shown(self, name: str) -> str:
        """What the form starts with: what was typed before, else what was read on the card."""
        return str(self.typed[name] or "") or self.suggested.get(name, "")

    def is_read(self, name: str) -> bool:
        """Whether the form shows a suggestion there."""
        return not self.typed[name] and bool(self.suggested.get(name))


# What a person may write into their draft.
TYPED = frozenset(
    {
        "payer_id",
        "payer_text",
        "plan_name",
        "member_id",
        "group_number",
        "relationship",
        "subscriber_last_name",
        "subscriber_first_name",
        "subscriber_birth_on",
        "sequence",
        "effective_on",
        "ends_on",
        "rx_bin",
        "rx_pcn",
        "rx_group",
    }
)
# A field of ports.CardField -> the column that it is a suggestion for.
READ = {
    "payer": "payer_text",
    "plan": "plan_name",
    "member_id": "member_id",
    "group_number": "group_number",
    "rx_bin": "rx_bin",
    "rx_pcn": "rx_pcn",
    "rx_group": "rx_group",
}


def submission_page(
    viewer: PatientViewer, submission_id: int, *, on: date, now: datetime
) -> SubmissionPage | None:
    """The viewer's own; another's is not found."""
    with read_only() as session:
        found = session.execute(
            select(
                InsuranceSubmission,
                Payer.name.label("payer"),
                Patient.first_name,
                Patient.last_name,
                Patient.birth_on,
                Patient.guarantor_account_id,
                Visit.service_on,
            )
            .outerjoin(Payer, Payer.id == InsuranceSubmission.payer_id)
            .outerjoin(Patient, Patient.id == InsuranceSubmission.patient_id)
            .outerjoin(Visit, Visit.id == InsuranceSubmission.visit_id)
            .where(InsuranceSubmission.id == submission_id, is_own(viewer))
        ).one_or_none()
        if found is None:
            return None
        row: InsuranceSubmission = found.InsuranceSubmission
        pictures = _pictures(session, row.id)
        reading = session.scalar(
            select(CardReading)
            .where(CardReading.submission_id == row.id)
            .order_by(CardReading.id.desc())
            .limit(1)
        )
        plans = _plans(session, row)
    suggested, unsure = suggestions(reading)
    return SubmissionPage(
        id=row.id,
        kind=row.kind,
        state=row.state,
        patient_id=row.patient_id,
        account_id=found.guarantor_account_id,
        patient=found.first_name or found.last_name or "",
        visit_id=row.visit_id,
        service_on=found.service_on,
        replaces=next((p.name for p in plans if p.id == row.replaces_coverage_id), ""),
        payer=found.payer or row.payer_text,
        typed={name: getattr(row, name) for name in TYPED},
        pictures=pictures,
        reading=_standing(reading, now),
        suggested=suggested,
        unsure=unsure,
        reason=row.reason,
        birthday_hint=_hint(row, found.payer or row.payer_text, found.birth_on, plans, on),
    )


def suggestions(reading: CardReading | None) -> tuple[dict[str, str], frozenset[str]]:
    """What was read, by column, and the columns of which the machine is not sure."""
    if reading is None or reading.state != "read":
        return {}, frozenset()
    read = {READ[name]: said for name, said in reading.fields.items() if name in READ}
    if "subscriber" in reading.fields:
        said = reading.fields["subscriber"]
        first, _, last = said["value"].rpartition(" ")
        read["subscriber_first_name"] = {**said, "value": first}
        read["subscriber_last_name"] = {**said, "value": last}
    return (
        {name: str(said["value"]) for name, said in read.items()},
        frozenset(name for name, said in read.items() if said["confidence"] < SURE),
    )


def _standing(reading: CardReading | None, now: datetime) -> str:
    if reading is None:
        return "none"
    if reading.state == "waiting" and now - reading.asked_at > STUCK_AFTER:
        return "stuck"
    return reading.state


def _pictures(session: Session, submission_id: int) -> dict[str, Picture]:
    rows = session.execute(
        select(CardImage.side, CardImage.flaws).where(
            CardImage.submission_id == submission_id, CardImage.removed_at.is_(None)
        )
    )
    return {
        row.side: Picture(
            side=row.side, retake=tuple(retake_words(CardFlaw(flaw)) for flaw in row.flaws)
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    id: int
    name: str
    relationship: str
    subscriber: str
    birth_on: date | None
    since: date | None
    runs: bool


def _plans(session: Session, row: InsuranceSubmission) -> list[_Plan]:
    if row.patient_id is None:
        return []
    rows = session.execute(
        select(Coverage, Payer.name)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id == row.patient_id)
        .order_by(Coverage.id)
    )
    return [
        _Plan(
            id=coverage.id,
            name=name,
            relationship=coverage.relationship,
            subscriber=coverage.subscriber_first_name or coverage.subscriber_last_name,
            birth_on=coverage.subscriber_birth_on,
            since=coverage.effective_on or coverage.first_service_on,
            runs=coverage.ended_on is None and coverage.id != row.replaces_coverage_id,
        )
        for coverage, name in rows
    ]


def _hint(
    row: InsuranceSubmission, payer: str, birth_on: date | None, plans: list[_Plan], on: date
) -> str:
    """For a child with the plans of two parents: whose usually pays first (SCH-14)."""
    if birth_on is None or (on.year - birth_on.year) > 26:  # noqa: PLR2004 (the age up to which parents insure)
        return ""
    parents = [
        ParentPlan(f"{plan.name} ({plan.subscriber})", plan.birth_on, plan.since)
        for plan in plans
        if plan.runs and plan.relationship == CHILD and plan.birth_on is not None
    ]
    if row.relationship == CHILD and row.subscriber_birth_on is not None:
        name = f"{payer} ({row.subscriber_first_name or row.subscriber_last_name})"
        parents.append(ParentPlan(name, row.subscriber_birth_on, row.effective_on))
    first = first_by_birthday(parents)
    if first is None:
        return ""
    return (
        f"With two parents' plans, the parent with the earlier birthday in the year is usually first."
        f" Here that is {first.parent}. A court order can say otherwise."
    )
