"""Tell those who wait of the time that they are offered, in the transaction that offers it (SCH-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_texts import WAIT_LIST
from portal.models.waitlist import SlotOpening, WaitlistOffer
from portal.queries.waitlist import readers_of
from portal.services.letters import letterhead
from portal.services.queue_visit_messages import VisitMessage, queue_visit_messages
from portal.services.reminder_letters import When, wait_list, wait_list_gone

LATELY = timedelta(hours=1)


def tell_offers(
    session: Session,
    opening: SlotOpening,
    offers: Sequence[WaitlistOffer],
    *,
    zone: ZoneInfo,
    now: datetime,
    public_url: str,
) -> int:
    """By text, or by e-mail where no text may go; each offer once."""
    if not offers:
        return 0
    head = letterhead(session, public_url=public_url)
    when = When(opening.starts_at.astimezone(zone))
    readers = readers_of(session, [offer.entry_id for offer in offers])
    messages = []
    for offer in offers:
        if offer.entry_id not in readers:
            continue
        reader, language = readers[offer.entry_id]
        until = When((offer.expires_at or opening.starts_at).astimezone(zone))
        messages.append(
            VisitMessage(
                template=WAIT_LIST,
                key=f"offer:{offer.id}",
                reader=reader,
                letter=wait_list(head, when, until=until, language=reader.language or language),
                waitlist_offer_id=offer.id,
            )
        )
    return queue_visit_messages(session, messages, now=now)


def tell_losers(session: Session, *, now: datetime, public_url: str) -> int:
    """Tell those whose offer another has taken, once, by e-mail: a text of it would use up the day's one (MSG-7)."""
    lost = session.scalars(
        select(WaitlistOffer)
        .where(WaitlistOffer.state == "lost", WaitlistOffer.answered_at > now - LATELY)
        .order_by(WaitlistOffer.id)
    ).all()
    if not lost:
        return 0
    head = letterhead(session, public_url=public_url)
    readers = readers_of(session, [offer.entry_id for offer in lost])
    messages = [
        VisitMessage(
            template="wait_list_gone",
            key=f"offer_gone:{offer.id}",
            reader=replace(reader, phone=""),
            letter=wait_list_gone(head, language=reader.language or language),
        )
        for offer in lost
        if offer.entry_id in readers  # their sign-in may be closed by now
        for reader, language in [readers[offer.entry_id]]
    ]
    return queue_visit_messages(session, messages, now=now)
