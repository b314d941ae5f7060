"""An application as the office measures it: what its papers were read to say, else what the applicant says (FA-6, FA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.assistance import Means, Presumed
from billing.assistance_clock import Clock, next_clock
from billing.money import ZERO, Money
from billing.settings import Key, Settings
from portal.queries.assistance_measure import states_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Amounts are of twelve months. `proven`: the letter of a program lies with it. `doubts` are for a person."""

    application_id: UUID
    account_ids: tuple[int, ...]
    received_on: date
    complete_on: date | None
    acknowledged: bool
    asked_on: date | None
    household: int
    income: Money
    residence: str
    practice_state: str = ""
    presumed: Presumed | None = None
    proven: bool = False
    attested: bool = False
    verified: bool = False
    owed_in_year: Money = ZERO
    paid_in_year: Money = ZERO
    language: str = "en"
    doubts: tuple[str, ...] = ()


def means_of(case: CaseFacts) -> Means:
    """The household as the rules take it."""
    return Means(
        household=case.household,
        income=case.income,
        states=states_of(case.residence, case.practice_state),
        applied_on=case.received_on,
        presumed=case.presumed,
        owed_in_year=case.owed_in_year,
        paid_in_year=case.paid_in_year,
    )


def clock_of(case: CaseFacts, settings: Settings) -> Clock:
    """What is due next, and by when (FA-9)."""
    return next_clock(
        received_on=case.received_on,
        acknowledged=case.acknowledged,
        complete_on=case.complete_on,
        asked_on=case.asked_on,
        decide_within=settings.span(Key.ASSISTANCE_DECIDE_DAYS),
    )
