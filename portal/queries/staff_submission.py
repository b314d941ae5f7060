"""One submission as the office checks it: what was typed beside what is on file and what was read, with what is odd about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from billing.coverages import RELATIONSHIPS, SEQUENCES, Change, id_format
from billing.transitions import SubmissionState
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.claims import Visit
from portal.models.identity import Login
from portal.models.insurance import CardImage, CardReading, InsuranceSubmission
from portal.models.profiles import Profile
from portal.queries.payer_list import payer_choices
from portal.queries.staff_insurance import KINDS
from portal.queries.submission_page import suggestions
from portal.queries.submission_people import MaybeTheirs, submission_people

COMPARED = {
    "plan_name": "Plan",
    "member_id": "Member number",
    "group_number": "Group",
    "relationship": "Whose plan",
    "subscriber_first_name": "Subscriber’s first name",
    "subscriber_last_name": "Subscriber’s last name",
    "subscriber_birth_on": "Subscriber’s birth date",
    "sequence": "Pays",
    "effective_on": "First day",
    "rx_bin": "Rx BIN",
    "rx_pcn": "Rx PCN",
    "rx_group": "Rx group",
}
SHOWN_CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One field three times; the values are words already, empty where there is none."""

    label: str
    sent: str
    on_file: str
    read: str

    @property
    def differs(self) -> bool:
        """Whether what was typed is not what stands on file."""
        return self.sent.casefold() != self.on_file.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSubmission:
    """Everything that one decision needs."""

    id: int
    kind: str
    ends: bool
    state: str
    name: str
    birth_on: date | None
    sender: str
    patient_id: int | None
    account_id: int | None
    visit_id: int | None
    service_on: date | None
    sent_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    ends_on: date | None
    on_file: str  # the payer of the coverage that it is compared with; empty: none
    rows: tuple[Compared, ...]
    sides: tuple[str, ...]
    flags: tuple[str, ...]
    typed: dict[str, Any]
    payers: tuple[tuple[int, str], ...]
    people: tuple[MaybeTheirs, ...]  # whose it may be, of an unlinked sender

    @property
    def waits(self) -> bool:
        return self.state == "waiting"

    @property
    def account_ids(self) -> tuple[int, ...]:
        """Every account that the page shows something of."""
        return (self.account_id,) if self.account_id else tuple({p.account_id for p in self.people})

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return (self.patient_id,) if self.patient_id else tuple(p.patient_id for p in self.people)


def staff_submission(
    submission_id: int, *, on: date, also: Collection[int] = ()
) -> StaffSubmission | None:
    """One that was sent; a draft is its writer's alone. `also`: patients that somebody searched for."""
    with read_only() as session:
        found = _found(session, submission_id)
        if found is None:
            return None
        row: InsuranceSubmission = found.InsuranceSubmission
        coverages = _coverages(session, row.patient_id)
        on_file = _on_file(row, coverages)
        reading = session.scalar(
            select(CardReading)
            .where(CardReading.submission_id == row.id)
            .order_by(CardReading.id.desc())
            .limit(1)
        )
        sides = session.scalars(
            select(CardImage.side)
            .where(CardImage.submission_id == row.id, CardImage.removed_at.is_(None))
            .order_by(CardImage.side.desc())  # the front first
        ).all()
        flags = _flags(session, row, coverages, on)
        payers = payer_choices(session)
        waits = row.patient_id is None and row.state == SubmissionState.WAITING.value
        people = submission_people(session, row, also=also) if waits else ()
    profile = f"{found.profile_first or ''} {found.profile_last or ''}".strip()
    return StaffSubmission(
        id=row.id,
        kind=KINDS[Change(row.kind)],
        ends=row.kind == Change.END.value,
        state=row.state,
        name=f"{found.first_name or ''} {found.last_name or ''}".strip() or profile or found.email,
        birth_on=found.birth_on or found.profile_birth,
        sender=found.email,
        patient_id=row.patient_id,
        account_id=found.guarantor_account_id,
        visit_id=row.visit_id,
        service_on=found.service_on,
        sent_at=row.sent_at or row.begun_at,
        decided_at=row.decided_at,
        decided_by=found.decided_by or "",
        reason=row.reason,
        ends_on=row.ends_on,
        on_file=on_file[1] if on_file else "",
        rows=_compared(found, on_file, suggestions(reading)[0]),
        sides=tuple(sides),
        flags=flags,
        typed={name: getattr(row, name) for name in (*COMPARED, "payer_id", "payer_text")},
        payers=payers,
        people=people,
    )


def _found(session: Session, submission_id: int) -> Row[*tuple[Any, ...]] | None:
    decider = select(func.coalesce(func.nullif(Login.name, ""), Login.email)).where(
        Login.id == InsuranceSubmission.decided_by_id
    )
    found: Row[*tuple[Any, ...]] | None = session.execute(
        select(
            InsuranceSubmission,
            Payer.name.label("payer"),
            Patient.first_name,
            Patient.last_name,
            Patient.birth_on,
            Patient.guarantor_account_id,
            Login.email,
            Profile.first_name.label("profile_first"),
            Profile.last_name.label("profile_last"),
            Profile.birth_on.label("profile_birth"),
            Visit.service_on,
            decider.correlate(InsuranceSubmission).scalar_subquery().label("decided_by"),
        )
        .join(Login, Login.id == InsuranceSubmission.login_id)
        .outerjoin(Profile, Profile.login_id == InsuranceSubmission.login_id)
        .outerjoin(Payer, Payer.id == InsuranceSubmission.payer_id)
        .outerjoin(Patient, Patient.id == InsuranceSubmission.patient_id)
        .outerjoin(Visit, Visit.id == InsuranceSubmission.visit_id)
        .where(InsuranceSubmission.id == submission_id, InsuranceSubmission.sent_at.is_not(None))
    ).one_or_none()
    return found


def _coverages(session: Session, patient_id: int | None) -> list[tuple[Coverage, str]]:
    if patient_id is None:
        return []
    rows = session.execute(
        select(Coverage, Payer.name)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id == patient_id)
        .order_by(Coverage.ended_on.desc().nulls_first(), Coverage.sequence, Coverage.id)
    )
    return [(row.Coverage, row.name) for row in rows]


def _on_file(
    row: InsuranceSubmission, coverages: list[tuple[Coverage, str]]
) -> tuple[Coverage, str] | None:
    """What the person says it replaces; else the plan of the same payer; else the first that runs."""
    replaced = [pair for pair in coverages if pair[0].id == row.replaces_coverage_id]
    same = [pair for pair in coverages if row.payer_id and pair[0].payer_id == row.payer_id]
    in_turn = [
        pair for pair in coverages if pair[0].ended_on is None and pair[0].sequence == row.sequence
    ]
    return next(iter((*replaced, *same, *in_turn)), None)


def _compared(
    found: Row[*tuple[Any, ...]], on_file: tuple[Coverage, str] | None, read: dict[str, str]
) -> tuple[Compared, ...]:
    row = found.InsuranceSubmission
    old = on_file[0] if on_file else None
    payer = Compared(
        label="Payer",
        sent=found.payer or row.payer_text,
        on_file=on_file[1] if on_file else "",
        read=read.get("payer_text", ""),
    )
    return (
        payer,
        *(
            Compared(
                label=label,
                sent=_words(name, getattr(row, name)),
                on_file=_words(name, getattr(old, name)) if old else "",
                read=_words(name, read.get(name, "")),
            )
            for name, label in COMPARED.items()
        ),
    )


def _words(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, date):
        return f"{value:%b} {value.day}, {value.year}"
    if name == "relationship":
        return RELATIONSHIPS.get(value, str(value))
    return SEQUENCES.get(value, str(value)) if name == "sequence" else str(value)


def _flags(
    session: Session, row: InsuranceSubmission, coverages: list[tuple[Coverage, str]], on: date
) -> tuple[str, ...]:
    """What the office should look at; none of it was said to the person."""
    if row.kind == Change.END.value:
        return ()
    flags = []
    if row.payer_id is None:
        flags.append(f"“{row.payer_text}” is not in our list of payers.")
    flags += [
        f"{name} has the same member number. Families often share one."
        for name in _same_number(session, row)
    ]
    if any(
        old.ended_on is None and old.sequence == row.sequence and old.id != row.replaces_coverage_id
        for old, _ in coverages
    ):
        flags.append("Another plan on file pays in the same turn.")
    code = next((old.filing_code for old, _ in coverages if old.payer_id == row.payer_id), "")
    odd = id_format(row.member_id, filing_code=code, on=on)
    if odd is not None:
        flags.append("The member number does not look like this payer’s numbers.")
    if row.effective_on is not None and row.effective_on > on:
        flags.append("The plan has not begun yet.")
    return tuple(flags)


def _same_number(session: Session, row: InsuranceSubmission) -> list[str]:
    plain = func.upper(func.regexp_replace(Coverage.member_id, "[^A-Za-z0-9]", "", "g"))
    query = (
        select(Patient.first_name, Patient.last_name)
        .join(Coverage, Coverage.patient_id == Patient.id)
        .where(
            plain == row.member_id,
            Coverage.member_id != "",
            Patient.id.is_distinct_from(row.patient_id),
        )
        .order_by(Patient.id)
        .limit(SHOWN_CANDIDATES)
    )
    if row.payer_id is not None:
        query = query.where(Coverage.payer_id == row.payer_id)
    return [f"{one.first_name} {one.last_name}".strip() for one in session.execute(query)]
