"""The morning's work on saved ways to pay: tell, remind, nudge, and set the workers to what is due today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.db import transaction
from portal.services.claim_draft import DraftDay
from portal.services.draft_payments import enqueue_drafts
from portal.services.plan_drafts import schedule_plans
from portal.services.refresh_method import nudge_expiring
from portal.services.schedule_drafts import remind, schedule_autopay


@dataclass(frozen=True, slots=True)
class DraftsTended:
    """What was set going; a second run of the same day does nothing more."""

    due: int
    told: int  # notices, reminders and nudges

    def lines(self) -> Iterator[str]:
        """What the day's report says of it."""
        if self.due:
            yield f"{self.due} payments to be drawn today"
        if self.told:
            yield f"{self.told} letters about payments that are drawn soon"


def tend_drafts(day: DraftDay) -> DraftsTended:
    """Before statements are cut: what is drawn today is no longer asked for once it has arrived."""
    schedule_plans(day)
    told = schedule_autopay(day) + remind(day)
    told += nudge_expiring(on=day.on, now=day.now, public_url=day.public_url)
    with transaction() as session:
        return DraftsTended(enqueue_drafts(session, on=day.on), told)
