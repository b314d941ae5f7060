"""What a household would get, by the scale, the guideline and the floors of its own day (FA-1..4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session, aliased

from billing.assistance import Means, Terms, terms
from billing.assistance_clock import covers_since, ends_on
from billing.settings import Key, Settings
from portal.models.assistance_decisions import AssistanceAgb, AssistanceScale
from portal.models.practice import Practice
from portal.queries.assistance_agb import KeptAgb, kept_agb, newest_agb_row
from portal.queries.assistance_scale import ScaleVersion, newest_scale, read_version
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
    scale, agb = _in_force(session, means.applied_on)
    found = terms(means, scale.scale)
    settings = settings_on(session, on)
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


def _in_force(session: Session, on: date) -> tuple[ScaleVersion, KeptAgb | None]:
    """The scale of a day and the computation of AGB that counts, in one statement."""
    scale = newest_scale(on).subquery()
    agb = newest_agb_row().subquery()
    version, computed = aliased(AssistanceScale, scale), aliased(AssistanceAgb, agb)
    row = session.execute(
        select(version, scale.c.made_by, computed).select_from(scale).join(agb, true(), full=True)
    ).one_or_none()
    if row is None:
        return ScaleVersion(), None
    found, by, kept = row
    return (
        read_version(found, by) if found else ScaleVersion(),
        kept_agb(kept) if kept else None,
    )


def states_of(residence: str, practice: str) -> tuple[str, ...]:
    """Where somebody lives, and where the practice is: the kinder of both counts (CORE-2)."""
    return tuple(dict.fromkeys(state for state in (residence.strip().upper(), practice) if state))


def practice_state(session: Session) -> str:
    """Where the practice is."""
    return session.scalar(select(Practice.state).where(Practice.id == 1)) or ""
