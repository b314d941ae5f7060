"""Jobs of saved ways to pay and of money drawn with them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.queue import JobContext, job
from portal.services.change_method import detach_method
from portal.services.draft_payments import draft_due
from portal.services.keep_method import keep_method
from portal.services.run_day import practice_zone


@job("draft_due")
def draw(context: JobContext, *, on: str) -> None:
    """Draw what is due by that day; several of these share the work."""
    doors = context.gateways
    draft_due(
        on=date.fromisoformat(on),
        now=context.now,
        gateway=doors.payments,
        public_url=doors.public_url,
    )


@job("draft_left_over", cron="*/20 15-23 * * *")
def draw_again(context: JobContext) -> None:
    """In the practice's daytime: what a worker left behind, or what waited for another payment."""
    draw(context, on=context.now.astimezone(practice_zone()).date().isoformat())


@job("keep_method")
def keep(context: JobContext, *, consent_id: str) -> None:
    """Keep what somebody paid with and agreed to keep."""
    doors = context.gateways
    keep_method(
        consent_id=UUID(consent_id),
        gateway=doors.payments,
        public_url=doors.public_url,
        now=context.now,
    )


@job("detach_method")
def detach(context: JobContext, *, method_id: int) -> None:
    """Make a removed way to pay useless at the provider too."""
    detach_method(method_id=method_id, gateway=context.gateways.payments)
