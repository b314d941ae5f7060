"""Offer each time that came free to those who wait for it, in order, until somebody takes it or nobody is left (SCH-8).

Each step is a transaction of its own, and what it finds done it does not do again: killed anywhere, the next run
goes on. The hold keeps the time from everybody else; its id is made of the opening, so that it is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.booking_rules import Policy
from billing.waitlist import Chosen, Opening, next_asked
from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.calendar import Location
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.queries.booking_policy import booking_policy
from portal.queries.offered_providers import offered_providers, person_facts
from portal.queries.waitlist import LIVE_OFFERS, Candidate, candidates
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import Start, expire
from portal.services.hold_slot import Holder, hold_slot
from portal.services.practice_date import practice_date
from portal.services.refusal import Refusal
from portal.services.tell_offers import tell_losers, tell_offers

SLACK = timedelta(minutes=5)  # the hold outlives the last answer that could still come in time


@dataclass(frozen=True, slots=True)
class _Need:
    """The time has to be kept for this kind of visit before anybody is asked."""

    hold_id: UUID
    start: Start
    until: datetime


def offer_slots(*, now: datetime, public_url: str) -> int:
    """One round over every opening; how many offers were told."""
    with transaction() as session:
        session.execute(
            update(WaitlistEntry)
            .where(
                WaitlistEntry.state == "waiting",
                WaitlistEntry.last_day < practice_date(session, now),
            )
            .values(state="lapsed", state_at=now)
        )
        tell_losers(session, now=now, public_url=public_url)
    with read_only() as session:
        openings = session.scalars(
            select(SlotOpening.id)
            .where(SlotOpening.state == "open")
            .order_by(SlotOpening.starts_at, SlotOpening.id)
        ).all()
    return sum(_tend(opening_id, now=now, public_url=public_url) for opening_id in openings)


def _tend(opening_id: int, *, now: datetime, public_url: str) -> int:
    """End what is over, tell what waited for the morning, and ask the next; kinds that have no room are left out."""
    left_out: frozenset[int] = frozenset()
    while True:
        with transaction() as session:
            found = _step(session, opening_id, left_out, now=now, public_url=public_url)
        if isinstance(found, int):
            return found
        try:
            hold_slot(
                appointment_id=found.hold_id,
                start=found.start,
                holder=Holder(),
                now=now,
                for_staff=True,
                until=found.until,
            )
        except Refusal:
            left_out |= {found.start.visit_type_id}
        else:
            with transaction() as session:
                session.execute(
                    update(SlotOpening)
                    .where(SlotOpening.id == opening_id, SlotOpening.state == "open")
                    .values(hold_id=found.hold_id)
                )


def _step(
    session: Session,
    opening_id: int,
    left_out: frozenset[int],
    *,
    now: datetime,
    public_url: str,
) -> int | _Need:
    locked = _lock(session, opening_id)
    if locked is None:
        return 0
    opening, hold, zone = locked
    told = _end_and_tell(session, opening, zone, now=now, public_url=public_url)
    if told is not None:
        return told
    place = Opening(
        provider_id=opening.provider_id,
        location_id=opening.location_id,
        starts_at=opening.starts_at,
        ends_at=opening.ends_at,
        zone=zone.key,
    )
    day = opening.starts_at.astimezone(zone).date()
    policy = booking_policy(session)
    # Where patients do not book by themselves a text books nothing either: the office offers by hand.
    asks = policy.self_booking == "book"
    who = [
        one
        for one in candidates(session, opening_id=opening.id, day=day)
        if asks and one.can_be_told and one.waiting.visit_type_id not in left_out
    ]
    chosen = _next(session, who, place, policy, now)
    if not chosen:
        _release(session, opening, hold, now)
        return 0
    until = max(one.ask.until for one in chosen) + SLACK
    kind = chosen[0].one.visit_type_id
    if hold is None or hold.state != "held" or hold.visit_type_id != kind:
        if hold is not None and hold.state == "held":
            expire(session, [hold], actor=Actor(None, "day"), now=now)
        return _need(session, opening, kind, until)
    hold.held_until = until
    return _ask(session, opening, chosen, zone, now=now, public_url=public_url)


def _lock(
    session: Session, opening_id: int
) -> tuple[SlotOpening, Appointment | None, ZoneInfo] | None:
    """The hold before the opening, as those who book do; None when it is over."""
    hold_id = session.scalar(select(SlotOpening.hold_id).where(SlotOpening.id == opening_id))
    hold = (
        session.get(Appointment, hold_id, with_for_update=True, populate_existing=True)
        if hold_id is not None
        else None
    )
    opening = session.get_one(SlotOpening, opening_id, with_for_update=True, populate_existing=True)
    if opening.state != "open" or opening.hold_id != hold_id:
        return None  # another looks after it
    zone = session.scalars(
        select(Location.time_zone).where(Location.id == opening.location_id)
    ).one()
    return opening, hold, ZoneInfo(zone)


def _end_and_tell(
    session: Session, opening: SlotOpening, zone: ZoneInfo, *, now: datetime, public_url: str
) -> int | None:
    """How many were told whose morning has come, while somebody may still answer; None when nobody may."""
    offers = session.scalars(
        select(WaitlistOffer)
        .where(WaitlistOffer.opening_id == opening.id, WaitlistOffer.state.in_(LIVE_OFFERS))
        .order_by(WaitlistOffer.id)
        .with_for_update()
    ).all()
    for offer in offers:
        if (offer.expires_at is not None and offer.expires_at <= now) or opening.starts_at <= now:
            offer.state, offer.answered_at = "expired", now
    ripe = [one for one in offers if one.state == "queued" and one.offered_at <= now]
    for offer in ripe:
        offer.state = "open"
    session.flush()
    if ripe:
        tell_offers(session, opening, ripe, zone=zone, now=now, public_url=public_url)
    return len(ripe) if any(one.state in LIVE_OFFERS for one in offers) else None


def _next(
    session: Session,
    who: Sequence[Candidate],
    place: Opening,
    policy: Policy,
    now: datetime,
) -> tuple[Chosen, ...]:
    """Who is asked next of those whom the provider sees: a yes that booking would refuse is never asked for (SCH-3)."""
    people = {one.waiting.id: one for one in who}
    while True:
        chosen = next_asked(
            [one.waiting for one in people.values()],
            place,
            now=now,
            batch=policy.offer_batch,
            near=timedelta(minutes=policy.offer_minutes),
            far=timedelta(minutes=policy.offer_minutes_far),
        )
        refused = [
            found.one.id for found in chosen if not _sees(session, people[found.one.id], place)
        ]
        if not refused:
            return chosen
        for entry_id in refused:
            del people[entry_id]


def _sees(session: Session, one: Candidate, place: Opening) -> bool:
    on = place.starts_at.astimezone(ZoneInfo(place.zone)).date()
    person = person_facts(session, patient_id=one.patient_id, newcomer_id=one.newcomer_id, on=on)
    choices = offered_providers(
        session, visit_type_id=one.waiting.visit_type_id, person=person, on=on
    )
    return any(choice.is_bookable for choice in choices if choice.provider_id == place.provider_id)


def _need(session: Session, opening: SlotOpening, kind: int, until: datetime) -> _Need:
    """Which hold: another one after each round, the same one after a crash."""
    asked = session.scalar(
        select(func.count())
        .where(WaitlistOffer.opening_id == opening.id)
        .select_from(WaitlistOffer)
    )
    return _Need(
        uuid5(NAMESPACE_OID, f"opening:{opening.id}:{kind}:{asked}"),
        Start(
            visit_type_id=kind,
            provider_id=opening.provider_id,
            location_id=opening.location_id,
            starts_at=opening.starts_at,
        ),
        until,
    )


def _ask(
    session: Session,
    opening: SlotOpening,
    chosen: tuple[Chosen, ...],
    zone: ZoneInfo,
    *,
    now: datetime,
    public_url: str,
) -> int:
    offers = [
        WaitlistOffer(
            opening_id=opening.id,
            entry_id=one.one.id,
            state="open" if one.ask.at <= now else "queued",
            offered_at=one.ask.at,
            expires_at=one.ask.until,
        )
        for one in chosen
    ]
    session.add_all(offers)
    session.flush()
    told = [offer for offer in offers if offer.state == "open"]
    tell_offers(session, opening, told, zone=zone, now=now, public_url=public_url)
    return len(told)


def _release(
    session: Session, opening: SlotOpening, hold: Appointment | None, now: datetime
) -> None:
    """Nobody is left who wants it: the time is everybody's again."""
    opening.state, opening.ended_at = "released", now
    if hold is not None and hold.state == "held":
        expire(session, [hold], actor=Actor(None, "day"), now=now)
