"""Jobs of times that came free."""

from __future__ import annotations

from portal.queue import JobContext, job
from portal.services.offer_slots import offer_slots


@job("offer_slots", cron="*/2 * * * *")
def offer(context: JobContext) -> None:
    """Offer what came free to those who wait; end what nobody answered."""
    offer_slots(now=context.now, public_url=context.gateways.public_url)
