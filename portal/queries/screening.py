"""What our own books presume about assistance, and when an account was last asked about (FA-8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import any_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_clear import PRIOR_COUNTS
from billing.assistance_scale import FULL
from portal.models.accounts import AccountCondition, Coverage, Patient
from portal.models.assistance_decisions import AssistanceDecision, AssistanceScreening
from portal.queries.among import among

NONE = "none"
MEDICAID = "MC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer, and what it rests on. `look` is for a person: it presumes nothing by itself."""

    presumed: Presumed | None
    evidence: tuple[str, ...]
    look: tuple[str, ...] = ()

    @property
    def result(self) -> str:
        return self.presumed.value if self.presumed else NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """The newest screening of an account (`fa_screened_at`)."""

    id: int
    account_id: int
    screened_on: date
    screened_at: datetime
    result: str
    evidence: tuple[str, ...]

    @property
    def presumed(self) -> bool:
        """Whether help should be given before anything is collected."""
        return self.result != NONE


def presume(session: Session, account_id: int, *, on: date) -> Found:
    """Medicaid on another date, or an approval of everything in the last six months."""
    evidence: dict[Presumed, str] = {}
    for row in session.execute(
        select(Coverage.id, Coverage.last_service_on, Coverage.ended_on)
        .join(Patient, Patient.id == Coverage.patient_id)
        .where(Patient.guarantor_account_id == account_id, Coverage.filing_code == MEDICAID)
        .order_by(Coverage.id)
    ):
        evidence[Presumed.MEDICAID] = f"Medicaid coverage {row.id} on file"
    prior = session.scalar(
        select(AssistanceDecision)
        .where(
            any_(AssistanceDecision.account_ids) == account_id,
            AssistanceDecision.state == "made",
            AssistanceDecision.discount == FULL,
            AssistanceDecision.effective_on.between(on - PRIOR_COUNTS, on),
        )
        .order_by(AssistanceDecision.effective_on.desc())
        .limit(1)
    )
    if prior is not None:
        evidence[Presumed.PRIOR] = f"approved in full on {prior.effective_on.isoformat()}"
    died = session.scalar(
        select(AccountCondition.id).where(
            AccountCondition.guarantor_account_id == account_id,
            AccountCondition.kind == "deceased",
            AccountCondition.ended_at.is_(None),
        )
    )
    return Found(
        presumed=next(iter(evidence), None),
        evidence=tuple(evidence.values()),
        look=("the person died: ask whether there is an estate",) if died else (),
    )


def last_screenings(session: Session, account_ids: Collection[int]) -> dict[int, Screened]:
    """The newest of each account; accounts that nobody screened are left out."""
    rows = session.scalars(
        select(AssistanceScreening)
        .where(among(AssistanceScreening.guarantor_account_id, account_ids))
        .ext(distinct_on(AssistanceScreening.guarantor_account_id))
        .order_by(
            AssistanceScreening.guarantor_account_id,
            AssistanceScreening.screened_at.desc(),
            AssistanceScreening.id.desc(),
        )
    )
    return {
        row.guarantor_account_id: Screened(
            id=row.id,
            account_id=row.guarantor_account_id,
            screened_on=row.screened_on,
            screened_at=row.screened_at,
            result=row.result,
            evidence=tuple(row.evidence),
        )
        for row in rows
    }
