"""Write a decision about assistance down and, where nobody else must agree, put it on the lines (FA-8..11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.assistance_scale import FULL
from billing.money import Money
from billing.settings import Key
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.assistance_measure import Measured
from portal.queries.award_plan import AwardPlan, Granting, award_plan
from portal.services.post_award import post_award


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is decided about: an application, or what our own books presume; and whose accounts."""

    account_ids: tuple[int, ...]
    application_id: UUID | None = None
    screening_id: int | None = None
    answers_id: UUID | None = None  # the decision whose appeal this answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`outcome` is approved, partial, denied or incomplete; by a person, or by a rule that only approves."""

    outcome: str
    policy_line: str = ""
    note: str = ""
    by_rule: str = ""
    login_id: int | None = None


def make_decision(
    session: Session,
    decision_id: UUID,
    subject: Subject,
    measured: Measured,
    answer: Answer,
    *,
    on: date,
    now: datetime,
) -> AssistanceDecision:
    """The row, posted where it grants something and is within the limit of one person (FA-11).

    The caller holds the accounts and has checked who decides.
    """
    grants = answer.outcome in {"approved", "partial"}
    plan = (
        award_plan(session, subject.account_ids, measured.granting, on=on)
        if grants
        else AwardPlan(())
    )
    above = measured.settings.money(Key.ASSISTANCE_SECOND_ABOVE)
    waits = plan.more > above and not answer.by_rule
    row = _row(decision_id, subject, measured, answer, plan, above=above, now=now)
    row.state = "waiting" if waits else "made"
    session.add(row)
    session.flush()
    if grants and not waits:
        post_decision(session, row, plan, on=on, now=now)
    return row


def post_decision(
    session: Session, row: AssistanceDecision, plan: AwardPlan, *, on: date, now: datetime
) -> Money:
    """Its first entries, once."""
    return post_award(session, row, plan, ref=f"assistance:{row.id}", on=on, now=now)


def granting_of(row: AssistanceDecision) -> Granting:
    """By what a decision that was written down measures lines."""
    return Granting(
        discount=row.discount,
        cap=row.cap,
        agb=row.agb_hundredths,
        covers_since=row.covers_since,
        ends_on=row.ends_on,
    )


def outcome_of(discount: int) -> str:
    """Everything, or a part."""
    return "approved" if discount == FULL else "partial"


def put_figures(row: AssistanceDecision, plan: AwardPlan) -> None:
    """What it comes to on the day that it posts."""
    row.before, row.granted, row.owes, row.back = plan.before, plan.more, plan.owes, plan.back


def _row(
    decision_id: UUID,
    subject: Subject,
    measured: Measured,
    answer: Answer,
    plan: AwardPlan,
    *,
    above: Money,
    now: datetime,
) -> AssistanceDecision:
    found, means, granting = measured.terms, measured.means, measured.granting
    row = AssistanceDecision(
        id=decision_id,
        application_id=subject.application_id,
        screening_id=subject.screening_id,
        answers_id=subject.answers_id,
        account_ids=list(subject.account_ids),
        outcome=answer.outcome,
        policy_line=answer.policy_line,
        note=answer.note,
        household=means.household,
        income=means.income,
        residence=means.states[0] if means.states else "",
        line=found.line,
        percent=found.percent,
        guideline_year=found.year,
        route=found.route.value,
        presumed=means.presumed.value if means.presumed else "",
        because=_rules(found.because, measured),
        scale_number=measured.scale.number,
        discount=granting.discount if answer.outcome in {"approved", "partial"} else 0,
        cap=granting.cap,
        agb_hundredths=granting.agb,
        agb_id=measured.agb.id if measured.agb and granting.agb is not None else None,
        covers_since=granting.covers_since,
        effective_on=measured.effective_on,
        ends_on=granting.ends_on,
        second_above=above,
        by_rule=answer.by_rule,
        made_by_id=answer.login_id,
        made_at=now,
    )
    put_figures(row, plan)
    return row


def _rules(because: Sequence[str], measured: Measured) -> list[str]:
    return [*because, *(["FA-4"] if measured.granting.agb is not None else [])]
