"""Tell of a visit where no text arrives or may leave: by e-mail, else on paper in time for the post, else a call (SCH-9)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_reminders import by_letter
from billing.visit_texts import CHANGES, REMINDERS, VISIT_MISSED, WAIT_LIST
from portal.models.accounts import GuarantorAccount
from portal.models.calendar import Location
from portal.models.messages import OutboundMessage
from portal.models.waitlist import SlotOpening, WaitlistOffer
from portal.queries.reach import paper_lines
from portal.queries.visit_facts import VisitFacts, visit_facts
from portal.queries.visit_readers import account_readers_of_visits
from portal.services.letters import Letter, letterhead
from portal.services.open_work import open_work
from portal.services.queue_letter import queue_letter
from portal.services.queue_visit_messages import VISITS, post_reminder, visit_key
from portal.services.reminder_letters import When, visit_missed, visit_reminder, wait_list


def tell_visit_otherwise(
    session: Session, message: OutboundMessage, *, public_url: str, now: datetime
) -> bool:
    """Once for a text that could not leave or did not arrive; false when the text was of something else.

    A change by the practice has a letter of its own beside the text; who reads none is called.
    """
    account_id = message.guarantor_account_id
    if account_id is None:
        return False
    letter = _letter(session, message, account_id, public_url)
    addresses = account_readers_of_visits(session, [account_id])[account_id].emails
    if letter is None:
        if message.template in CHANGES and message.appointment_id is not None and not addresses:
            ask_for_call(session, visit_facts(session, message.appointment_id), now=now)
        return message.category == VISITS
    for address in addresses:
        queue_letter(
            session,
            to=address,
            letter=letter,
            now=now,
            category=VISITS,
            guarantor_account_id=account_id,
            appointment_id=message.appointment_id,
            waitlist_offer_id=message.waitlist_offer_id,
            dedupe_key=f"text:{message.id}:{address}",
        )
    if not addresses and message.template in REMINDERS and message.appointment_id is not None:
        facts = visit_facts(session, message.appointment_id)
        account = session.get_one(GuarantorAccount, account_id)
        on = now.astimezone(facts.zone).date()
        if by_letter(facts.visit, on=on) and paper_lines(session, [account])[account_id]:
            post_reminder(session, facts, account, now=now)
        else:
            ask_for_call(session, facts, now=now)
    return True


def _letter(
    session: Session, message: OutboundMessage, account_id: int, public_url: str
) -> Letter | None:
    head = letterhead(session, public_url=public_url)
    language = session.get_one(GuarantorAccount, account_id).language
    if message.template == VISIT_MISSED:
        return visit_missed(head, language=language)
    if message.template in REMINDERS and message.appointment_id is not None:
        local = visit_facts(session, message.appointment_id).local
        page = f"/visits/{message.appointment_id}"
        return visit_reminder(head, When(local), page=page, language=language)
    if message.template == WAIT_LIST and message.waitlist_offer_id is not None:
        starts_at, ends, zone = session.execute(
            select(SlotOpening.starts_at, WaitlistOffer.expires_at, Location.time_zone)
            .join(SlotOpening, SlotOpening.id == WaitlistOffer.opening_id)
            .join(Location, Location.id == SlotOpening.location_id)
            .where(WaitlistOffer.id == message.waitlist_offer_id)
        ).one()
        clock = ZoneInfo(zone)
        until = When((ends or starts_at).astimezone(clock))
        return wait_list(head, When(starts_at.astimezone(clock)), until=until, language=language)
    return None


def ask_for_call(session: Session, facts: VisitFacts, *, now: datetime) -> None:
    """Nothing that we write would arrive in time: a person calls, once for this time of the visit."""
    open_work(
        session,
        key=f"visit_call:{visit_key(facts)}",
        kind="visit_call",
        reasons=["no text, e-mail or letter can tell them of their visit in time"],
        next_step="Call and say how the visit stands. Ask how they want to hear of visits.",
        account_id=facts.account_id,
        due_on=now.astimezone(facts.zone).date(),
        now=now,
    )
