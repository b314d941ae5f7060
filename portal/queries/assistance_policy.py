"""The policy's figures as the office sees them: the scale, the limits, the guidelines, and amounts generally billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.assistance_scale import FLOORS, Floor
from billing.poverty import Guideline, guideline_on, is_late
from billing.settings import REGISTRY, Key, shown
from portal.db import read_only
from portal.queries.assistance_agb import Agb, KeptAgb, kept_agbs, work_out
from portal.queries.assistance_scale import ScaleVersion, scale_on, scale_versions
from portal.queries.settings import settings_on

LIMITS = (
    Key.ASSISTANCE_CLEAR_UP_TO,
    Key.ASSISTANCE_CLEAR_INCOME,
    Key.ASSISTANCE_SECOND_ABOVE,
    Key.ASSISTANCE_DECIDE_DAYS,
    Key.ASSISTANCE_BACK_DAYS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPage:
    """Everything that decides what somebody gets."""

    scale: ScaleVersion  # in force
    versions: tuple[ScaleVersion, ...]
    floors: tuple[Floor, ...]
    limits: tuple[tuple[str, str, str], ...]  # label, value, rule
    guideline: Guideline
    guideline_late: bool
    agb: Agb  # as it would be worked out now
    kept: tuple[KeptAgb, ...]


def assistance_policy(on: date) -> PolicyPage:
    """As of a day."""
    with read_only() as session:
        scale = scale_on(session, on)
        settings = settings_on(session, on)
        agb = work_out(session, on)
    return PolicyPage(
        scale=scale,
        versions=scale_versions(),
        floors=FLOORS,
        limits=tuple(
            (REGISTRY[key].label, shown(key, settings.count(key)), REGISTRY[key].rule_id)
            for key in LIMITS
        ),
        guideline=guideline_on(on),
        guideline_late=is_late(on),
        agb=agb,
        kept=kept_agbs(),
    )
