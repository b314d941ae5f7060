"""The practice's own rules of billing as anybody may read them, from what is in force on the day: settings, plans, help, state rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from billing.assistance_clock import MONTHS_VALID
from billing.bill_disputes import EXTENDED_TO, REJOINS_AFTER, RESOLVE_WITHIN
from billing.gate import BEFORE_ACTING, NOTICE_FROM, OPENS_AFTER
from billing.money import Money
from billing.plans import Tier
from billing.settings import Key
from billing.state_pack import state_row
from billing.state_rows import STATE_RULES
from billing.state_rules import rules_for, strictest
from billing.statement_calendar import STATEMENTS_FIRST
from billing.text_hours import CLOSES, OPENS
from portal.db import read_only
from portal.models.placements import AgencyRow
from portal.models.practice import Practice
from portal.queries.assistance_scale import scale_on
from portal.queries.organisation import law_on
from portal.queries.plan_policy import plan_rules
from portal.queries.settings import settings_on


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRules:
    """What the sheet says; days are counts."""

    on: date
    floor: Money  # no statement below
    cycle_days: int
    least_apart_days: int
    pay_days: int
    statements: int
    letter_day: int  # after the first statement
    letter_gives: int
    agency: bool  # one of ours is approved: only then may a bill ever go to one
    agency_day: int  # after the first statement, by the law of the practice's own state
    tells_bureaus: bool
    texts_a_week: int
    texts_from: time
    texts_until: time
    free_up_to: int  # percent of the poverty line with nothing to pay
    helped_up_to: int
    decide_days: int
    back_days: int
    valid_months: int
    tiers: tuple[Tier, ...]
    grace_days: int
    pause_days: int
    answer_days: int  # of a dispute
    extended_days: int
    rejoin_days: int


def our_rules(on: date) -> OurRules:
    """As of a day, for where the practice is."""
    with read_only() as session:
        practice = session.get(Practice, 1)
        state = practice.state if practice else ""
        settings = settings_on(session, on)
        plans = plan_rules(session).for_state(state_row(state))
        scale = scale_on(session, on).scale
        law = law_on(session, on)
        agency = _has_agency(session, on)
    terms = strictest(
        row.terms
        for row in rules_for(
            STATE_RULES,
            patient_state=state,
            facility_states=law.facilities,
            on=on,
            who=law.organisation,
        )
    )
    return OurRules(
        on=on,
        floor=settings.money(Key.STATEMENT_FLOOR),
        cycle_days=settings.count(Key.STATEMENT_CYCLE_DAYS),
        least_apart_days=settings.count(Key.STATEMENT_LEAST_APART_DAYS),
        pay_days=settings.count(Key.STATEMENT_DAYS_TO_PAY),
        statements=STATEMENTS_FIRST,
        letter_day=NOTICE_FROM.days,
        letter_gives=max(BEFORE_ACTING.days, terms.notice_days),
        agency=agency,
        agency_day=max(OPENS_AFTER.days, terms.wait_days),
        tells_bureaus=law.organisation.furnishes_to_credit_bureaus,
        texts_a_week=settings.count(Key.TEXTS_PER_WEEK),
        texts_from=OPENS,
        texts_until=CLOSES,
        free_up_to=max((t.up_to for t in scale.tiers if t.discount == 100), default=0),  # noqa: PLR2004 - percent
        helped_up_to=scale.tiers[-1].up_to,
        decide_days=settings.count(Key.ASSISTANCE_DECIDE_DAYS),
        back_days=settings.count(Key.ASSISTANCE_BACK_DAYS),
        valid_months=MONTHS_VALID,
        tiers=plans.tiers,
        grace_days=plans.grace_days,
        pause_days=plans.longest_pause.days,
        answer_days=RESOLVE_WITHIN.days,
        extended_days=EXTENDED_TO.days,
        rejoin_days=REJOINS_AFTER.days,
    )


def _has_agency(session: Session, on: date) -> bool:
    """Whether a contract that two people approved runs on this day: nobody is told of an agency otherwise."""
    runs = select(
        exists().where(
            AgencyRow.approved_at.is_not(None),
            AgencyRow.begins_on <= on,
            or_(AgencyRow.ends_on.is_(None), AgencyRow.ends_on >= on),
        )
    )
    return bool(session.scalar(runs))
