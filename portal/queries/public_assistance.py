"""The policy of assistance as anybody may read it: the live scale, limits, figures and providers (FA-3 to FA-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.assistance_clock import ANSWER_WITHIN, APPEAL_WITHIN, MONTHS_VALID
from billing.assistance_letter import percent_words
from billing.assistance_precheck import Band, Offer, precheck
from billing.assistance_reasons import POLICY_WORDS, PROOF_WORDS
from billing.assistance_scale import Floor, Scale, floors_for
from billing.assistance_steps import PAPERS, PROGRAM_WORDS
from billing.money import Money
from billing.poverty import ceiling, guideline_on, poverty_line, region_of
from billing.settings import Key
from portal.db import read_only
from portal.models.calendar import ProviderProfile
from portal.models.claims import Provider
from portal.models.practice import Practice
from portal.queries.assistance_agb import newest_agb
from portal.queries.assistance_scale import scale_on
from portal.queries.settings import settings_on

HOUSEHOLDS = range(1, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A step of the scale: the highest yearly income for each size of household, and what comes off."""

    up_to: int  # percent of the poverty line
    discount: int
    cap: int | None  # percent of a year's income
    incomes: tuple[Money, ...]  # by HOUSEHOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPolicy:
    """All that the public pages say."""

    version: int
    since: date | None
    year: int  # of the guideline
    source: str
    rows: tuple[Row, ...]
    more: tuple[Money, ...]  # of each row, for each further person
    scale: Scale
    floors: tuple[Floor, ...]
    agb: int | None  # hundredths of a percent of gross
    agb_through: date | None
    decide_days: int
    back_days: int
    answer_days: int
    appeal_days: int
    valid_months: int
    papers: tuple[str, ...]
    programs: tuple[str, ...]
    refusals: tuple[str, ...]
    providers: tuple[str, ...]
    address: tuple[str, ...]  # of the practice, for a letter

    @property
    def free_up_to(self) -> int:
        """Percent of the poverty line up to which nothing is left to pay."""
        return max((row.up_to for row in self.rows if row.discount == 100), default=0)  # noqa: PLR2004 - percent

    @property
    def agb_words(self) -> str:
        return "" if self.agb is None else percent_words(self.agb)

    @property
    def helped_up_to(self) -> int:
        return self.rows[-1].up_to


def public_policy(on: date) -> PublicPolicy:
    """As of a day, for where the practice is. Five statements."""
    with read_only() as session:
        practice = session.get(Practice, 1)
        state = practice.state if practice else ""
        address = _address(practice)
        version = scale_on(session, on)
        agb = newest_agb(session)
        settings = settings_on(session, on)
        providers = _providers(session)
    guideline, region = guideline_on(on), region_of(state)
    lines = [poverty_line(size, region, guideline) for size in HOUSEHOLDS]
    return PublicPolicy(
        version=version.number,
        since=version.effective_from,
        year=guideline.year,
        source=guideline.source,
        rows=tuple(
            Row(
                up_to=tier.up_to,
                discount=tier.discount,
                cap=tier.cap or None,
                incomes=tuple(ceiling(tier.up_to, line) for line in lines),
            )
            for tier in version.scale.tiers
        ),
        more=tuple(ceiling(tier.up_to, guideline.more[region]) for tier in version.scale.tiers),
        scale=version.scale,
        floors=floors_for((state,), on),
        agb=agb.hundredths if agb else None,
        agb_through=agb.last_on if agb else None,
        decide_days=settings.count(Key.ASSISTANCE_DECIDE_DAYS),
        back_days=settings.count(Key.ASSISTANCE_BACK_DAYS),
        answer_days=ANSWER_WITHIN.days,
        appeal_days=APPEAL_WITHIN.days,
        valid_months=MONTHS_VALID,
        papers=tuple(PROOF_WORDS[proof] for proof in PAPERS),
        programs=tuple(PROGRAM_WORDS.values()),
        refusals=tuple(POLICY_WORDS.values()),
        providers=providers,
        address=address,
    )


def offer_for(household: int, band: Band, *, on: date) -> Offer:
    """What such a household might get here; nothing of it is kept. Raises ValueError below one person."""
    with read_only() as session:
        practice = session.get(Practice, 1)
        scale = scale_on(session, on).scale
    states = (practice.state,) if practice else ()
    return precheck(household, band, scale=scale, states=states, on=on)


def _address(practice: Practice | None) -> tuple[str, ...]:
    if practice is None:
        return ()
    city = f"{practice.city}, {practice.state} {practice.postal_code}"
    return tuple(line for line in (practice.street, practice.street2, city) if line)


def _providers(session: Session) -> tuple[str, ...]:
    """Everybody who treats patients here: the policy covers each of them (FA-5)."""
    rows = session.scalars(
        select(Provider)
        .outerjoin(ProviderProfile, ProviderProfile.provider_id == Provider.id)
        .where(
            Provider.first_name != "",
            func.coalesce(ProviderProfile.active, True),
        )
        .order_by(Provider.last_name, Provider.first_name)
        .limit(500)
    )
    return tuple(row.display_name for row in rows)
