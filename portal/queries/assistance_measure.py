"""What a household would get, by the scale, the guideline and the floors of its own day (FA-1..4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance import Means, Terms, terms
from billing.assistance_clock import covers_since, ends_on
from billing.settings import Key, Settings
from portal.models.practice import Practice
from portal.queries.assistance_agb import KeptAgb, newest_agb
from portal.queries.assistance_scale import ScaleVersion, scale_on
from portal.queries.award_plan import Granting
from portal.queries.settings import settings_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The answer with all that it was worked out from."""

    means: Means
    terms: Terms
    scale: ScaleVersion
    agb: KeptAgb | None
    granting: Granting
    effective_on: date
    settings: Settings


def measure(session: Session, means: Means, *, on: date) -> Measured:
    """By what was in force on the day of the application; AGB as it is known now. Raises ValueError, NoGuideline."""
    scale = scale_on(session, means.applied_on)
    found = terms(means, scale.scale)
    settings = settings_on(session, on)
    agb = newest_agb(session)
    return Measured(
        means=means,
        terms=found,
        scale=scale,
        agb=agb,
        granting=Granting(
            discount=found.discount,
            cap=found.cap,
            agb=agb.hundredths if agb and found.helps else None,
            covers_since=covers_since(means.applied_on, settings.span(Key.ASSISTANCE_BACK_DAYS)),
            ends_on=ends_on(means.applied_on),
        ),
        effective_on=means.applied_on,
        settings=settings,
    )


def states_of(session: Session, residence: str) -> tuple[str, ...]:
    """Where somebody lives, and where the practice is: the kinder of both counts (CORE-2)."""
    practice = session.scalar(select(Practice.state).where(Practice.id == 1)) or ""
    return tuple(dict.fromkeys(state for state in (residence.strip().upper(), practice) if state))
