"""The worklist of denials: what waits, by the day it must be done, with the money and the patients it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from billing.appeal_clock import LIMIT_WORDS, Limit
from billing.carc import explain
from billing.denial_states import STATE_WORDS, WITH_PAYER, DenialState
from billing.denials import ACTION_WORDS, NATURES, DenialCategory, NextAction
from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.accounts import Patient, Payer
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.models.identity import Login
from portal.queries.paging import Page, limits, page_of

OWNER = aliased(Login)
STANDINGS: dict[str, tuple[str, tuple[DenialState, ...]]] = {
    "todo": ("To do", (DenialState.OPEN, DenialState.WORKING, DenialState.LOST)),
    "new": ("New", (DenialState.OPEN,)),
    "with_payer": ("With the payer", tuple(sorted(WITH_PAYER))),
    "lost": ("To be written off", (DenialState.LOST,)),
}
DUE = {"late": 0, "week": 7, "month": 30}
NO_REASON = "The payer gave no reason."


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialFilter:
    """Which part of the list somebody works on; it stands in the address, and names no person."""

    standing: str = ""  # a key of STANDINGS, closed, or empty for all that is open
    category: str = ""
    payer_id: int = 0
    due: str = ""  # a key of DUE
    whose: str = ""  # mine, nobody
    me: int = 0  # the login that "mine" means

    @property
    def closed(self) -> bool:
        return self.standing == "closed"

    @property
    def args(self) -> dict[str, str]:
        """What a link must carry to keep the filter."""
        payer = str(self.payer_id) if self.payer_id else ""
        every = {
            "standing": self.standing,
            "category": self.category,
            "payer": payer,
            "due": self.due,
            "whose": self.whose,
        }
        return {name: value for name, value in every.items() if value}

    def where(self, on: date) -> tuple[ColumnElement[bool], ...]:
        """The rows that it lets through."""
        ended = Denial.closed_at.is_not(None) if self.closed else Denial.closed_at.is_(None)
        tests: list[ColumnElement[bool]] = [ended]
        if self.standing in STANDINGS:
            tests.append(Denial.state.in_(STANDINGS[self.standing][1]))
        if self.category:
            tests.append(Denial.category == self.category)
        if self.payer_id:
            tests.append(Denial.payer_id == self.payer_id)
        if self.due == "late":
            tests.append(Denial.deadline_on < on)
        elif self.due in DUE:
            tests.append(Denial.deadline_on.between(on, on + timedelta(days=DUE[self.due])))
        if self.whose == "mine":
            tests.append(Denial.owner_id == self.me)
        elif self.whose == "nobody":
            tests.append(Denial.owner_id.is_(None))
        return tuple(tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialRow:
    """One denial, as the list shows it."""

    id: int
    state: DenialState
    category: DenialCategory
    group: str
    carc: str
    payer_id: int
    payer: str
    control_number: str
    account_id: int
    patient_id: int
    patient: str
    amount: Money
    recovered: Money
    due_on: date | None
    deadline_of: str
    days_left: int | None
    owner_id: int | None
    owner: str
    next_step: str

    @property
    def overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def category_words(self) -> str:
        return NATURES[self.category].words

    @property
    def code(self) -> str:
        return f"{self.group}-{self.carc}" if self.carc else "no code"

    @property
    def sentence(self) -> str:
        """The payer's reason in our own words, the same that a patient reads (CODE-3)."""
        return explain(self.group, self.carc).sentence if self.carc else NO_REASON

    @property
    def deadline_words(self) -> str:
        return LIMIT_WORDS[Limit(self.deadline_of)] if self.deadline_of else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialCount:
    """What is open of one category: how many, how much, and how many patients a wrong step would bill."""

    category: DenialCategory
    count: int
    amount: Money
    patients: int

    @property
    def words(self) -> str:
        return NATURES[self.category].words


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialList:
    """One page of the list, with the counts over everything that is open."""

    page: Page[DenialRow]
    counts: tuple[DenialCount, ...]
    payers: tuple[tuple[int, str], ...]
    shown: int  # rows that the filter lets through
    at_risk: Money
    patients: int


def denial_list(wanted: DenialFilter, *, on: date, number: int = 1) -> DenialList:
    """What is due first stands first, then the most money; of the closed, the latest."""
    offset, limit = limits(number)
    order = (
        (Denial.closed_at.desc(), Denial.id.desc())
        if wanted.closed
        else (Denial.deadline_on.asc().nulls_last(), Denial.amount.desc(), Denial.id.asc())
    )
    with read_only() as session:
        query = denial_rows().where(*wanted.where(on)).order_by(*order)
        rows = [denial_row(row, on) for row in session.execute(query.offset(offset).limit(limit))]
        shown, at_risk, patients = session.execute(
            select(
                func.count(),
                func.sum(Denial.amount),
                func.count(Visit.patient_id.distinct()),
            )
            .join(Claim, Claim.id == Denial.claim_id)
            .join(Visit, Visit.id == Claim.visit_id)
            .where(*wanted.where(on))
        ).one()
        return DenialList(
            page=page_of(rows, number),
            counts=_counts(session),
            payers=_payers(session),
            shown=shown,
            at_risk=at_risk or ZERO,
            patients=patients,
        )


def denial_after(session: Session, denial_id: int, wanted: DenialFilter, *, on: date) -> int | None:
    """The one to work on next: after this in the list, or the first when this is gone from it."""
    ids: Sequence[int] = session.scalars(
        select(Denial.id)
        .where(*wanted.where(on))
        .order_by(Denial.deadline_on.asc().nulls_last(), Denial.amount.desc(), Denial.id.asc())
        .limit(1_000)
    ).all()
    if denial_id not in ids:
        return ids[0] if ids else None
    at = ids.index(denial_id)
    return next(iter([*ids[at + 1 :], *ids[:at]]), None)


def denial_rows() -> Any:
    """The columns of a row, to narrow further."""
    return (
        select(
            Denial,
            Payer.name.label("payer"),
            Claim,
            Visit.service_on,
            Visit.guarantor_account_id,
            Visit.patient_id,
            Patient.first_name,
            Patient.last_name,
            OWNER.name.label("owner_name"),
            OWNER.email.label("owner_email"),
        )
        .join(Claim, Claim.id == Denial.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Denial.payer_id)
        .outerjoin(OWNER, OWNER.id == Denial.owner_id)
    )


def denial_row(row: Row[*tuple[Any, ...]], on: date) -> DenialRow:
    """A row of `denial_rows` as the page shows it."""
    denial = row.Denial
    return DenialRow(
        id=denial.id,
        state=DenialState(denial.state),
        category=DenialCategory(denial.category),
        group=denial.group_code,
        carc=denial.carc,
        payer_id=denial.payer_id,
        payer=row.payer,
        control_number=row.Claim.patient_control_number,
        account_id=row.guarantor_account_id,
        patient_id=row.patient_id,
        patient=f"{row.first_name} {row.last_name}".strip(),
        amount=denial.amount,
        recovered=denial.recovered,
        due_on=denial.deadline_on,
        deadline_of=denial.deadline_of,
        days_left=(denial.deadline_on - on).days if denial.deadline_on else None,
        owner_id=denial.owner_id,
        owner=row.owner_name or row.owner_email or "",
        next_step=_next_step(denial),
    )


def _next_step(denial: Denial) -> str:
    state = DenialState(denial.state)
    if state in WITH_PAYER:
        return "Wait for the payer; ask after 30 days"
    if state is DenialState.LOST:
        return "Write it off"
    return ACTION_WORDS[NextAction(denial.action)]


def _counts(session: Session) -> tuple[DenialCount, ...]:
    total = func.sum(Denial.amount)
    rows = session.execute(
        select(Denial.category, func.count(), total, func.count(Visit.patient_id.distinct()))
        .join(Claim, Claim.id == Denial.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Denial.closed_at.is_(None))
        .group_by(Denial.category)
        .order_by(total.desc(), Denial.category)
    )
    return tuple(
        DenialCount(category=DenialCategory(c), count=count, amount=amount, patients=patients)
        for c, count, amount, patients in rows
    )


def _payers(session: Session) -> tuple[tuple[int, str], ...]:
    rows = session.execute(
        select(Payer.id, Payer.name)
        .join(Denial, Denial.payer_id == Payer.id)
        .distinct()
        .order_by(Payer.name, Payer.id)
    )
    return tuple((payer_id, name) for payer_id, name in rows)
