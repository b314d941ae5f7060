"""An estimate that was asked for without a visit becomes that of the bill whose services it names, where only one does (NSA-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from billing.estimates import for_the_same
from portal.models.claims import Visit
from portal.models.estimates import EstimateTie
from portal.queries.estimate_sums import estimates_of_days
from portal.queries.estimate_ties import (
    Day,
    told_by_bills,
    told_by_estimates,
    untied_estimates,
)
from portal.services.record_access import add_staff_act


def tie_asked(session: Session, days: Mapping[Day, Sequence[Visit]], *, now: datetime) -> None:
    """By itself, only for a day of which no estimate stands yet: what was given for the visit goes before."""
    asked = untied_estimates(session, days.keys())
    if not asked:
        return
    standing = estimates_of_days(session, asked.keys())
    open_days = {key: ids for key, ids in asked.items() if key not in standing}
    bills = told_by_bills(session, [visit.id for key in open_days for visit in days[key]])
    told = told_by_estimates(session, {one for ids in open_days.values() for one in ids})
    taken: set[int] = set()  # two days of one file: the earlier has it
    for key in sorted(open_days):
        left = {one: told[one] for one in open_days[key] if one not in taken}
        for visit in days[key]:
            sure = for_the_same(bills[visit.id], left)
            if sure is not None:
                session.add(EstimateTie(estimate_id=sure, visit_id=visit.id, tied_at=now))
                add_staff_act(
                    session,
                    None,
                    action="tie",
                    object_type="estimate",
                    object_id=sure,
                    account_ids=(visit.guarantor_account_id,),
                    patient_ids=(visit.patient_id,),
                    now=now,
                )
                taken.add(sure)
                del left[sure]
    session.flush()
