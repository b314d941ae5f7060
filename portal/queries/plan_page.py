"""One payment plan as its owner, or staff, see it: what is next, what is left, what was signed, what may be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money, total_of
from billing.plan_standing import InstalmentStanding, PlanStanding
from billing.transitions import PlanState
from portal.db import read_only
from portal.models.identity import Login
from portal.models.plans import (
    LIVING_STATES,
    OPEN_STATES,
    Plan,
    PlanEvent,
    PlanProposal,
    PlanVersion,
)
from portal.queries.day_at_practice import day_at_practice
from portal.queries.plan_facts import plan_facts
from portal.queries.plan_offer import PlanOffer, offer_of
from portal.queries.plan_standing import standings
from portal.queries.under_way import UnderWay, payments_under_way
from portal.queries.viewer import PatientViewer, StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One signature."""

    number: int
    signed_on: date
    why: str
    total: Money
    instalments: int
    how: str
    typed_name: str
    paper_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPaper:
    """A version with all its words."""

    account_id: int
    agreement: Mapping[str, Any]
    seal: str  # the hash of the words
    row: VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """Terms that wait for somebody, or were answered."""

    id: UUID
    state: str
    total: Money
    down: Money
    instalments: int
    first_on: date
    outside: tuple[str, ...]
    reason: str
    asked_by: str
    asked_by_id: int
    asked_by_face: str
    asked_at: datetime
    answer_by: date | None
    decision_reasons: tuple[str, ...]
    decided_on: date | None

    @property
    def each(self) -> Money:
        """The largest instalment."""
        return (self.total - self.down).allocate([1] * self.instalments)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """Everything the plan's page says."""

    id: UUID
    account_id: int
    number: str
    state: PlanState
    standing: PlanStanding | None  # none until somebody signed
    versions: tuple[VersionRow, ...]  # the newest first
    proposals: tuple[ProposalRow, ...]  # the newest first
    events: tuple[tuple[date, str, Mapping[str, Any]], ...]
    offer: PlanOffer  # of the account, today
    new_bills: Money  # due, not covered, and not left out before
    end_reason: str
    method: str
    under_way: UnderWay | None
    patient_ids: frozenset[int]

    @property
    def living(self) -> bool:
        return self.state in LIVING_STATES

    @property
    def cure_by(self) -> date | None:
        """The day that our second letter named, while what it was about is still open (PLAN-14)."""
        since = self.standing.past_due_since if self.standing else None
        named = [
            detail["cure_by"]
            for _, kind, detail in self.events
            if kind == "letter" and detail.get("cure_by") and detail["since"] == str(since)
        ]
        return date.fromisoformat(named[-1]) if named else None

    @property
    def open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def proposal(self) -> ProposalRow | None:
        """What waits for a decision or a signature."""
        return next((p for p in self.proposals if p.state in {"waiting", "approved"}), None)

    @property
    def answered(self) -> ProposalRow | None:
        """The newest answer that was a no or another offer."""
        return next((p for p in self.proposals if p.decision_reasons), None)

    @property
    def extra(self) -> Money:
        """What is owed beyond the plan, and waits for a yes or a no (PLAN-15)."""
        consent = self.standing.needs_consent if self.standing else None
        return self.new_bills + (consent.amount if consent else ZERO)

    @property
    def due(self) -> Money:
        """What to pay next: what is late, else the next payment."""
        if self.standing is None:
            return ZERO
        return self.standing.past_due or self.standing.next_amount

    @property
    def left_by_itself(self) -> tuple[InstalmentStanding, ...]:
        """Payments of which something is left."""
        rows = self.standing.instalments if self.standing else ()
        return tuple(one for one in rows if one.left)


def plan_page(viewer: PatientViewer | StaffViewer, plan_id: UUID, *, on: date) -> PlanPage | None:
    """One plan; another patient's is not found."""
    with read_only() as session:
        plan = session.get(Plan, plan_id)
        if plan is None or not _sees(viewer, plan):
            return None
        facts = plan_facts(session, [plan_id])
        standing = standings(session, facts, on).get(plan_id)
        offer = offer_of(session, plan.guarantor_account_id, on=on)
        events = session.scalars(
            select(PlanEvent).where(PlanEvent.plan_id == plan_id).order_by(PlanEvent.id)
        ).all()
        covered = facts[plan_id].covered if plan_id in facts else frozenset(offer.lines)
        state = PlanState(plan.state)
        living = state in LIVING_STATES
        newest = facts[plan_id].newest if plan_id in facts else None
        return PlanPage(
            id=plan.id,
            account_id=plan.guarantor_account_id,
            number=plan.number,
            state=standing.state if standing is not None and living else state,
            standing=standing,
            versions=_versions(session, plan_id),
            proposals=_proposals(session, plan_id),
            events=tuple((one.on, one.kind, one.detail) for one in events),
            offer=offer,
            new_bills=_new_bills(offer, covered, events) if living else ZERO,
            end_reason=plan.end_reason,
            method=newest.method if newest else "",
            under_way=_under_way(session, viewer, plan.guarantor_account_id),
            patient_ids=frozenset(bill.patient_id for bill in offer.bills),
        )


def signed_agreement(
    viewer: PatientViewer | StaffViewer, plan_id: UUID, number: int
) -> SignedPaper | None:
    """One version as it was signed."""
    with read_only() as session:
        plan = session.get(Plan, plan_id)
        if plan is None or not _sees(viewer, plan):
            return None
        row = session.scalar(
            select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.number == number)
        )
        if row is None:
            return None
        return SignedPaper(
            account_id=plan.guarantor_account_id,
            agreement=row.agreement,
            seal=row.agreement_hash,
            row=_version(row),
        )


def own_papers(viewer: PatientViewer) -> tuple[SignedPaper, ...]:
    """Everything that was signed for the viewer's accounts, the oldest first."""
    with read_only() as session:
        rows = session.execute(
            select(PlanVersion, Plan.guarantor_account_id)
            .join(Plan, Plan.id == PlanVersion.plan_id)
            .where(Plan.guarantor_account_id.in_(viewer.account_ids))
            .order_by(PlanVersion.id)
        ).all()
    return tuple(
        SignedPaper(
            account_id=account_id,
            agreement=row.agreement,
            seal=row.agreement_hash,
            row=_version(row),
        )
        for row, account_id in rows
    )


def _under_way(
    session: Session, viewer: PatientViewer | StaffViewer, account_id: int
) -> UnderWay | None:
    if isinstance(viewer, StaffViewer):
        return None
    return payments_under_way(session, viewer, [account_id]).get(account_id)


def own_plan(viewer: PatientViewer) -> UUID | None:
    """The plan that the viewer would ask for: an open one, else the newest."""
    with read_only() as session:
        return session.scalar(
            select(Plan.id)
            .where(Plan.guarantor_account_id.in_(viewer.account_ids))
            .order_by(Plan.state.in_(OPEN_STATES).desc(), Plan.created_at.desc())
            .limit(1)
        )


def _sees(viewer: PatientViewer | StaffViewer, plan: Plan) -> bool:
    return isinstance(viewer, StaffViewer) or plan.guarantor_account_id in viewer.account_ids


def _new_bills(offer: PlanOffer, covered: Collection[int], events: Collection[PlanEvent]) -> Money:
    """What came since and nobody has said yes or no to."""
    left_out = {
        one
        for event in events
        if event.kind == "change_declined"
        for one in event.detail.get("charges", ())
    }
    fresh = set(offer.lines) - set(covered) - left_out
    return total_of(offer.lines[one] for one in fresh)


def _versions(session: Session, plan_id: UUID) -> tuple[VersionRow, ...]:
    rows = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan_id)
        .order_by(PlanVersion.number.desc())
    )
    return tuple(_version(row) for row in rows)


def _version(row: PlanVersion) -> VersionRow:
    return VersionRow(
        number=row.number,
        signed_on=row.signed_on,
        why=row.why,
        total=row.total,
        instalments=row.instalments,
        how=row.signed_how,
        typed_name=row.typed_name,
        paper_reference=row.paper_reference,
    )


def _proposals(session: Session, plan_id: UUID) -> tuple[ProposalRow, ...]:
    rows = session.execute(
        select(
            PlanProposal,
            Login.email,
            Login.name,
            day_at_practice(PlanProposal.decided_at).label("decided_on"),
        )
        .join(Login, Login.id == PlanProposal.asked_by_login_id)
        .where(PlanProposal.plan_id == plan_id)
        .order_by(PlanProposal.asked_at.desc())
    )
    return tuple(
        ProposalRow(
            id=row.id,
            state=row.state,
            total=row.total,
            down=row.down,
            instalments=row.instalments,
            first_on=row.first_on,
            outside=tuple(row.outside),
            reason=row.reason,
            asked_by=name or email,
            asked_by_id=row.asked_by_login_id,
            asked_by_face=row.asked_by_face,
            asked_at=row.asked_at,
            answer_by=row.answer_by,
            decision_reasons=tuple(row.decision_reasons),
            decided_on=decided_on,
        )
        for row, email, name, decided_on in rows
    )
