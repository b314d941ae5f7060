"""A bill came to a plan that runs: what the payments would be with it, in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.plan_changes import take_in
from billing.plan_standing import PlanStanding
from billing.plans import Offer, Schedule, Terms, Verdict, judge, schedule
from portal.queries.plan_offer import PlanOffer, in_query


@dataclass(frozen=True, slots=True, kw_only=True)
class WayToAdd:
    """The whole balance as one plan."""

    terms: Terms
    schedule: Schedule
    verdict: Verdict

    @property
    def query(self) -> dict[str, str | int]:
        """As an address carries them."""
        return in_query(self.terms)

    @property
    def within(self) -> bool:
        return self.verdict.offer is Offer.WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The same number of payments, each higher; or the same payment, more often."""

    higher: WayToAdd
    longer: WayToAdd


def ways_to_add(offer: PlanOffer, standing: PlanStanding, *, on: date) -> Ways:
    """Over everything that is due now, from the next due day on."""
    anew = take_in(standing, offer.total)
    return Ways(higher=_way(offer, anew.same_end, on), longer=_way(offer, anew.same_amount, on))


def _way(offer: PlanOffer, terms: Terms, on: date) -> WayToAdd:
    verdict = judge(terms, offer.policy, on)
    return WayToAdd(terms=terms, schedule=schedule(terms), verdict=verdict)
