"""Where one account stands with assistance: its applications, what was granted, and when it was last screened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import any_, select

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.assistance import PENDING, AssistanceApplication, AssistanceCovered
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.screening import Screened, last_screenings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLine:
    """One application: where it stands, no more."""

    id: UUID
    number: str
    state: str
    received_on: date | None
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAssistance:
    """The whole of it; what an application says is on its own page."""

    account_id: int
    name: str
    number: str
    state: str  # of the address
    language: str
    applications: tuple[ApplicationLine, ...]
    decisions: tuple[AssistanceDecision, ...]  # the newest first
    screened: Screened | None

    @property
    def may_enter(self) -> bool:
        """One application at a time."""
        return not any(one.state in {"draft", *PENDING} for one in self.applications)


def account_assistance(account_id: int) -> AccountAssistance | None:
    """Four statements; None when there is no such account."""
    with read_only() as session:
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            return None
        applications = session.scalars(
            select(AssistanceApplication)
            .join(AssistanceCovered, AssistanceCovered.application_id == AssistanceApplication.id)
            .where(AssistanceCovered.guarantor_account_id == account_id)
            .order_by(AssistanceApplication.started_at.desc())
        ).all()
        decisions = session.scalars(
            select(AssistanceDecision)
            .where(any_(AssistanceDecision.account_ids) == account_id)
            .order_by(AssistanceDecision.made_at.desc())
        ).all()
        screened = last_screenings(session, [account_id]).get(account_id)
    return AccountAssistance(
        account_id=account_id,
        name=account.display_name,
        number=account.number,
        state=account.state,
        language=account.language if account.language in {"en", "es"} else "en",
        applications=tuple(
            ApplicationLine(
                id=one.id,
                number=one.number,
                state=one.state,
                received_on=one.received_on,
                decided_on=one.decided_on,
            )
            for one in applications
        ),
        decisions=tuple(decisions),
        screened=screened,
    )
