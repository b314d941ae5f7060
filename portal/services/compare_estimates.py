"""A bill without a plan beside its good-faith estimate, provider by provider; $400 or more above holds the bill (NSA-6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, ProviderSum, compared
from billing.money import ZERO, Money
from portal.models.claims import Visit
from portal.models.estimates import EstimateCheck
from portal.models.work import WorkItem
from portal.queries.estimate_sums import estimates_of_days, same_day_sums
from portal.queries.estimate_ties import Day, told_by_bills
from portal.services.hold_unestimated import hold_unestimated
from portal.services.practice_date import practice_date
from portal.services.tie_asked import tie_asked

WORK = "estimate_over"
REASON = "A provider billed $400.00 or more above the good-faith estimate (NSA-6)."
NEXT = "Open Estimates: correct the charges, or have two people find that the bill is right."


def compare_estimates(session: Session, visits: Sequence[Visit], *, now: datetime) -> None:
    """Hold what is too far above. Bills of one day are taken together, whoever wrote them apart.

    What was asked for before the visit is tied to its bill first; what nobody can tell, and a bill whose estimate
    was owed and never given, wait for a person.
    """
    days: dict[Day, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.coverage_intent in SELF_PAY:
            days[visit.patient_id, visit.service_on].append(visit)
    if not days:
        return
    tie_asked(session, days, now=now)
    estimates = estimates_of_days(session, days.keys())
    for key, ids in estimates.items():  # few of a file's visits have one
        sums = compared(*same_day_sums(session, *key))
        for visit in _too_far(session, days[key], sums):
            _hold(session, visit, max(ids), sums, now=now)
    hold_unestimated(session, {key: days[key] for key in days if key not in estimates}, now=now)


def _too_far(session: Session, visits: Sequence[Visit], sums: Sequence[ProviderSum]) -> list[Visit]:
    """The bills in which somebody who is too far above billed."""
    far = {one.provider_id for one in sums if one.too_far}
    if not far:
        return []
    told = told_by_bills(session, [visit.id for visit in visits])
    return [visit for visit in visits if told[visit.id].providers & far]


def over_of(sums: Sequence[ProviderSum]) -> Money:
    """By how much the bill is above, of the providers who are too far."""
    return sum((one.over for one in sums if one.too_far), ZERO)


def _hold(
    session: Session,
    visit: Visit,
    estimate_id: int,
    sums: Sequence[ProviderSum],
    *,
    now: datetime,
) -> None:
    added = session.scalar(
        insert(EstimateCheck)
        .values(
            visit_id=visit.id,
            estimate_id=estimate_id,
            sums=[
                {
                    "provider": one.provider_id,
                    "billed": one.billed.cents,
                    "expected": one.expected.cents,
                }
                for one in sums
            ],
            over=over_of(sums),
            opened_at=now,
            finding="",
            outcome="",
        )
        .on_conflict_do_nothing()
        .returning(EstimateCheck.id)
    )
    if added is None:
        return
    session.add(
        WorkItem(
            dedupe_key=work_key(visit.id),
            kind=WORK,
            reasons=[REASON],
            next_step=NEXT,
            amount=over_of(sums),
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            holds_bill=True,
            opened_at=now,
            due_on=practice_date(session, now),
        )
    )
    session.flush()


def work_key(visit_id: int) -> str:
    """By which the work that holds a bill is known."""
    return f"{WORK}:{visit_id}"
