"""Applications for assistance as the office sees them: what waits with its clock, and one with all that was found (FA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.assistance_clock import Clock, next_clock
from billing.assistance_income import Income
from billing.settings import Key
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import (
    PENDING,
    AssistanceApplication,
    AssistanceDocument,
    AssistanceEvent,
)
from portal.models.assistance_decisions import (
    AssistanceDecision,
    AssistanceRequest,
    AssistanceVerification,
)
from portal.models.identity import Login
from portal.queries.assistance_case import CaseFacts, clock_of, means_of
from portal.queries.assistance_cases import Member, Paper, case_rows, load_case
from portal.queries.assistance_measure import Measured, measure
from portal.queries.award_plan import AwardPlan, award_plan
from portal.queries.settings import settings_on

SHOWN = 200
GROUPS = (
    ("Being looked at", PENDING),
    ("Not sent yet", ("draft",)),
    ("Answered or taken back", ("decided", "withdrawn")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One application in the list."""

    id: UUID
    number: str
    account_id: int
    account_name: str
    state: str
    how: str
    since: date | None
    clock: Clock | None
    late: bool
    second: bool  # its decision waits for a second person


@dataclass(frozen=True, slots=True)
class WorkList:
    """Each group with its applications, the most urgent first."""

    groups: tuple[tuple[str, tuple[WorkRow, ...]], ...]

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(row.account_id for _, rows in self.groups for row in rows)

    @property
    def late(self) -> int:
        return sum(row.late for _, rows in self.groups for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One application whole."""

    application: AssistanceApplication
    account_name: str
    account_number: str
    case: CaseFacts
    incomes: tuple[Income, ...]
    members: tuple[Member, ...]
    papers: tuple[Paper, ...]
    verified: AssistanceVerification | None
    request: AssistanceRequest | None
    decisions: tuple[AssistanceDecision, ...]  # the newest first
    events: tuple[tuple[AssistanceEvent, str], ...]  # with who did it
    measured: Measured | None  # None before the first guideline
    plan: AwardPlan
    clock: Clock | None
    late: bool

    @property
    def pending(self) -> bool:
        return self.application.state in PENDING

    @property
    def waiting(self) -> AssistanceDecision | None:
        """The decision that a second person must agree to."""
        return next((one for one in self.decisions if one.state == "waiting"), None)

    @property
    def standing(self) -> AssistanceDecision | None:
        """The newest answer."""
        return next((one for one in self.decisions if one.state in {"made", "reversed"}), None)


def assistance_work(*, on: date) -> WorkList:
    """Every open application with what is due next, and the last that were answered. Three statements."""
    with read_only() as session:
        decide_within = settings_on(session, on).span(Key.ASSISTANCE_DECIDE_DAYS)
        rows = session.execute(_listed()).all()
    found: list[WorkRow] = []
    for row in rows:
        one = row[0]
        clock = None
        if one.state in PENDING and one.received_on is not None:
            clock = next_clock(
                received_on=one.received_on,
                acknowledged=one.acknowledged_on is not None,
                complete_on=one.complete_on,
                asked_on=row.asked_on,
                decide_within=decide_within,
            )
        found.append(_work_row(row, clock, on))
    found.sort(key=lambda row: (row.clock.due_on if row.clock else date.max, row.number))
    return WorkList(
        tuple(
            (title, tuple(row for row in found if row.state in states)) for title, states in GROUPS
        )
    )


def _work_row(row: Any, clock: Clock | None, on: date) -> WorkRow:
    one = row[0]
    return WorkRow(
        id=one.id,
        number=one.number,
        account_id=one.guarantor_account_id,
        account_name=row[1].display_name,
        state=one.state,
        how=one.how,
        since=one.received_on,
        clock=clock,
        late=clock is not None and clock.late(on),
        second=row.second,
    )


def _listed() -> Any:
    asked = (
        select(func.max(AssistanceRequest.asked_on))
        .where(AssistanceRequest.application_id == AssistanceApplication.id)
        .correlate(AssistanceApplication)
        .scalar_subquery()
        .label("asked_on")
    )
    second = (
        select(AssistanceDecision.id)
        .where(
            AssistanceDecision.application_id == AssistanceApplication.id,
            AssistanceDecision.state == "waiting",
        )
        .correlate(AssistanceApplication)
        .exists()
        .label("second")
    )
    return (
        select(AssistanceApplication, GuarantorAccount, asked, second)
        .join(GuarantorAccount, GuarantorAccount.id == AssistanceApplication.guarantor_account_id)
        .order_by(AssistanceApplication.state_at.desc())
        .limit(SHOWN)
    )


def assistance_page(application_id: UUID, *, on: date) -> CasePage | None:
    """One application; None when there is none. Ten statements, whatever its size."""
    with read_only() as session:
        found = _with_decisions(session, application_id)
        if found is None:
            return None
        application, account, decisions = found
        rows = case_rows(session, application_id)
        case = load_case(session, application, rows)
        measured = _measured(session, case, on)
        plan = (
            award_plan(session, case.account_ids, measured.granting, on=on)
            if measured
            else AwardPlan(())
        )
        pending = application.state in PENDING
        settings = measured.settings if measured else settings_on(session, on)
        clock = clock_of(case, settings) if pending else None
        return CasePage(
            application=application,
            account_name=account.display_name,
            account_number=account.number,
            case=case,
            incomes=rows.incomes,
            members=rows.members,
            papers=rows.papers,
            verified=rows.verified,
            request=rows.request,
            decisions=decisions,
            events=_events(session, application_id),
            measured=measured,
            plan=plan,
            clock=clock,
            late=clock is not None and clock.late(on),
        )


def _measured(session: Session, case: CaseFacts, on: date) -> Measured | None:
    try:
        return measure(session, means_of(case), on=on)
    except ValueError:
        return None


def _with_decisions(
    session: Session, application_id: UUID
) -> tuple[AssistanceApplication, GuarantorAccount, tuple[AssistanceDecision, ...]] | None:
    """It, whose it is, and its decisions with the newest first, in one statement."""
    rows = session.execute(
        select(AssistanceApplication, GuarantorAccount, AssistanceDecision)
        .join(GuarantorAccount, GuarantorAccount.id == AssistanceApplication.guarantor_account_id)
        .outerjoin(
            AssistanceDecision, AssistanceDecision.application_id == AssistanceApplication.id
        )
        .where(AssistanceApplication.id == application_id)
        .order_by(AssistanceDecision.made_at.desc(), AssistanceDecision.id)
    ).all()
    if not rows:
        return None
    decisions = tuple(row.AssistanceDecision for row in rows if row.AssistanceDecision)
    return rows[0].AssistanceApplication, rows[0].GuarantorAccount, decisions


def _events(session: Session, application_id: UUID) -> tuple[tuple[AssistanceEvent, str], ...]:
    rows = session.execute(
        select(AssistanceEvent, func.coalesce(func.nullif(Login.name, ""), Login.email, ""))
        .outerjoin(Login, Login.id == AssistanceEvent.login_id)
        .where(AssistanceEvent.application_id == application_id)
        .order_by(AssistanceEvent.id)
    )
    return tuple((event, who) for event, who in rows)


def staff_document(application_id: UUID, document_id: UUID) -> tuple[str, str, int] | None:
    """Where a paper lies, its media type and whose account it is about; None when there is none."""
    with read_only() as session:
        row = session.execute(
            select(
                AssistanceDocument.stored_as,
                AssistanceDocument.media_type,
                AssistanceApplication.guarantor_account_id,
            )
            .join(
                AssistanceApplication,
                AssistanceApplication.id == AssistanceDocument.application_id,
            )
            .where(
                AssistanceDocument.id == document_id,
                AssistanceDocument.application_id == application_id,
            )
        ).one_or_none()
    return None if row is None else (row.stored_as, row.media_type, row.guarantor_account_id)


def decision_accounts(decision_id: UUID) -> tuple[list[int], UUID | None] | None:
    """Whose accounts a decision is about, and the application it answers; None when there is none."""
    with read_only() as session:
        row = session.get(AssistanceDecision, decision_id)
        return None if row is None else (list(row.account_ids), row.application_id)
