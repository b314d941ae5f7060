"""An application without a sign-in: as its applicant reads it, and as the office finds the account for it (FA-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from billing.assistance_income import Income, Period, Source
from billing.assistance_reasons import Proof
from billing.assistance_steps import Step
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.assistance import AssistanceApplication
from portal.models.guest_applications import GuestApplication, GuestPaper
from portal.queries.application_draft import Draft, Earned, Person, Sheet

MOST = 10
_SIGNS = func.upper(func.regexp_replace(GuarantorAccount.number, r"[^[:alnum:]]", "", "g"))
LISTS = ("people", "incomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """The application that the office tied it to."""

    application_id: UUID
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestPage(Draft):
    """All that somebody filled in, and where it stands."""

    language: str
    sent_on: date | None
    tied: Tied | None = None

    @property
    def account_ids(self) -> frozenset[int]:
        """For the audit trail: nobody's, until it is tied."""
        return frozenset({self.tied.account_id} if self.tied else ())

    @property
    def name(self) -> str:
        return str(self.fields["applicant"])

    @property
    def birth_on(self) -> date:
        return cast("date", self.fields["birth_on"])

    @property
    def household(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.people)

    @property
    def done(self) -> dict[str, bool]:
        """Which parts have an answer; a household of one is one, and hardship and papers may stay empty."""
        said = self.fields["answers"]
        must = (Step.YOU, Step.INCOME, Step.COVERAGE)
        return {
            **{step.value: step not in self.missing for step in must},
            Step.HOUSEHOLD: bool(said.get("household_said") or len(self.people) > 1),
            Step.HARDSHIP: "hardship" in said,
            Step.PAPERS: bool(self.papers),
        }


ABOUT = (
    *("birth_on", "phone", "email", "street", "city", "postal_code"),
    *("residence_state", "residence_county", "account_number"),
)
SUMS = ("owed_in_year", "paid_in_year")


def guest_page(guest_id: UUID) -> GuestPage | None:
    """One; None when there is none any more. One query."""
    with read_only() as session:
        return load_guest(session, guest_id)


def load_guest(session: Session, guest_id: UUID) -> GuestPage | None:
    """The same in a transaction that is open."""
    found = session.execute(
        select(GuestApplication, AssistanceApplication.guarantor_account_id, _papers())
        .outerjoin(
            AssistanceApplication, AssistanceApplication.id == GuestApplication.application_id
        )
        .where(GuestApplication.id == guest_id)
    ).one_or_none()
    if found is None:
        return None
    row, account_id, papers = found
    said = row.answers
    return GuestPage(
        id=row.id,
        state=row.state,
        fields={
            **{name: getattr(row, name) for name in ABOUT},
            **{name: Money(said.get(name, 0)) for name in SUMS},
            "applicant": row.name,
            "program": said.get("program", ""),
            "hardship": said.get("hardship", ""),
            "answers": {name: value for name, value in said.items() if name not in LISTS},
        },
        people=(
            Person(
                id=-1, name=row.name, birth_on=row.birth_on, relation="self", tax_dependent=False
            ),
            *(
                Person(
                    id=place,
                    name=one["name"],
                    birth_on=date.fromisoformat(one["birth_on"]) if one["birth_on"] else None,
                    relation=one["relation"],
                    tax_dependent=one["tax_dependent"],
                )
                for place, one in enumerate(said["people"])
            ),
        ),
        incomes=tuple(
            Earned(
                id=place,
                member=one["member"],
                income=Income(Source(one["source"]), Period(one["period"]), Money(one["amount"])),
            )
            for place, one in enumerate(said["incomes"])
        ),
        papers=tuple(Sheet(id=paper_id, kind=Proof(kind)) for paper_id, kind in papers or ()),
        language=row.language,
        sent_on=row.sent_on,
        tied=Tied(application_id=row.application_id, account_id=account_id)
        if row.application_id
        else None,
    )


def _papers() -> ScalarSelect[Any]:
    row = func.json_build_array(GuestPaper.id, GuestPaper.kind)
    return (
        select(func.json_agg(aggregate_order_by(row, GuestPaper.id)))
        .where(GuestPaper.guest_id == GuestApplication.id)
        .correlate(GuestApplication)
        .scalar_subquery()
    )


def guest_paper(guest_id: UUID, paper_id: int) -> str | None:
    """Where one of its papers is kept."""
    with read_only() as session:
        paper = session.get(GuestPaper, paper_id)
        return paper.stored_as if paper is not None and paper.guest_id == guest_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """An account that may be theirs, and what agrees."""

    account_id: int
    number: str
    name: str
    birth_on: date | None
    agrees: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestWaiting:
    """One that waits for its account."""

    id: UUID
    name: str
    sent_on: date | None
    sent_at: datetime | None


def guests_waiting() -> tuple[GuestWaiting, ...]:
    """What was sent and is tied to no account, the oldest first."""
    with read_only() as session:
        rows = session.scalars(
            select(GuestApplication)
            .where(GuestApplication.state == "sent")
            .order_by(GuestApplication.sent_on, GuestApplication.id)
            .limit(50)
        ).all()
    return tuple(
        GuestWaiting(id=row.id, name=row.name, sent_on=row.sent_on, sent_at=row.sent_at)
        for row in rows
    )


def untied_guests() -> int:
    """How many wait for their account."""
    with read_only() as session:
        return session.scalars(
            select(func.count())
            .select_from(GuestApplication)
            .where(GuestApplication.state == "sent")
        ).one()


def guest_matches(page: GuestPage) -> tuple[MatchRow, ...]:
    """Accounts by the number on a bill, or by the birth date of the guarantor or of a patient; what agrees most first."""
    number = _signs(page.fields["account_number"])
    born = select(Patient.guarantor_account_id).where(
        Patient.birth_on == page.birth_on, Patient.merged_into_id.is_(None)
    )
    with read_only() as session:
        rows = session.scalars(
            select(GuarantorAccount)
            .where(
                or_(
                    _SIGNS.in_({number} - {""}),
                    GuarantorAccount.birth_on == page.birth_on,
                    GuarantorAccount.id.in_(born),
                )
            )
            .order_by(GuarantorAccount.id)
            .limit(200)
        ).all()
    found = [_match(row, page, number) for row in rows]
    return tuple(sorted(found, key=lambda one: -len(one.agrees))[:MOST])


def _match(row: GuarantorAccount, page: GuestPage, number: str) -> MatchRow:
    agrees = []
    if number and _signs(row.number) == number:
        agrees.append("the number of the bill")
    if _same_words(row.display_name, page.name):
        agrees.append("the name")
    if row.birth_on == page.birth_on:
        agrees.append("the birth date")
    if page.fields["postal_code"] and row.postal_code[:5] == page.fields["postal_code"][:5]:
        agrees.append("the ZIP code")
    return MatchRow(
        account_id=row.id,
        number=row.number,
        name=row.display_name,
        birth_on=row.birth_on,
        agrees=tuple(agrees),
    )


def _signs(number: str) -> str:
    """A number as it is compared: however somebody typed its dashes and spaces."""
    return "".join(c for c in number if c.isalnum()).upper()


def _same_words(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
