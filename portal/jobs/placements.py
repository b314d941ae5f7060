"""Jobs of bills at agencies: what may not be there any more is called home within the hour (COLL-8)."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.practice_date import practice_today
from portal.services.tend_placements import tend_placements


@job("tend_placements", cron="20 * * * *")
def tend(context: JobContext) -> None:
    """Give every order that what holds now asks for."""
    tend_placements(on=practice_today(context.now), now=context.now)
