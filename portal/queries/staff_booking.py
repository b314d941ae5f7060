"""What the office chooses from when it books or moves: kinds of visits, people, places, and the free times of a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.who_may_book import WHY_WORDS
from portal.db import read_only
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.calendar import Location, ProviderProfile, VisitType
from portal.models.claims import Provider
from portal.queries.free_times import Slot, Wish, free_times, the_slot
from portal.queries.offered_providers import offered_providers, person_facts
from portal.queries.staff_calendar import Choice, clock_name, moment_words

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """For whom a time is looked for."""

    patient_id: int | None
    account_id: int | None
    name: str
    born_on: date | None
    coverages: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWish:
    """What the office looks for; a week from its first day."""

    first: date
    visit_type_id: int | None = None
    provider_id: int | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """One time, in words."""

    at: str  # as an address names it
    local: datetime
    provider_id: int
    provider: str
    location_id: int
    location: str
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The free times of a week, day by day, and what else to choose."""

    wish: TimeWish
    kinds: tuple[Choice, ...]
    providers: tuple[Choice, ...]
    locations: tuple[Choice, ...]
    days: tuple[
        tuple[date, tuple[tuple[FreeTime, ...], ...]], ...
    ]  # each provider's times of a day

    @property
    def earlier(self) -> date:
        return self.wish.first - WEEK

    @property
    def later(self) -> date:
        return self.wish.first + WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTime:
    """One time that was chosen: in words, and whether the schedule has it."""

    visit_type_id: int
    provider_id: int
    location_id: int
    starts_at: datetime
    kind: str
    minutes: int
    provider: str
    location: str
    local: datetime
    clock: str
    is_free: bool


def booked_for(patient_id: int) -> Booked | None:
    """The patient, with the plans they have now."""
    with read_only() as session:
        patient = session.get(Patient, patient_id)
        if patient is None or patient.merged_into_id is not None:
            return None
        rows = session.execute(
            select(Coverage.id, Payer.name, Coverage.plan_name)
            .join(Payer, Payer.id == Coverage.payer_id)
            .where(Coverage.patient_id == patient_id, Coverage.ended_on.is_(None))
            .order_by(Coverage.sequence, Coverage.id)
        )
        return Booked(
            patient_id=patient.id,
            account_id=patient.guarantor_account_id,
            name=patient.full_name,
            born_on=patient.birth_on,
            coverages=tuple(
                (coverage_id, f"{payer}, {plan}" if plan else payer)
                for coverage_id, payer, plan in rows
            ),
        )


def _only(chosen: int | None) -> frozenset[int]:
    return frozenset() if chosen is None else frozenset({chosen})


def times_for(wish: TimeWish, *, now: datetime, except_id: UUID | None = None) -> Times:
    """Free times as the office sees them, without lead time or horizon; none before a kind of visit is chosen."""
    with read_only() as session:
        kinds = session.execute(
            select(VisitType.id, VisitType.name, VisitType.minutes)
            .where(VisitType.active)
            .order_by(VisitType.position, VisitType.id)
        ).all()
        providers, locations = _people(session), _places(session)
        found: tuple[Slot, ...] = ()
        if wish.visit_type_id:
            asked = Wish(
                visit_type_id=wish.visit_type_id,
                first_day=wish.first,
                last_day=wish.first + WEEK - timedelta(days=1),
                provider_ids=_only(wish.provider_id),
                location_ids=_only(wish.location_id),
            )
            found = free_times(session, asked, now=now, for_staff=True, except_id=except_id)
    names, places = dict(providers), {one.id: one for one in locations}
    days: dict[date, dict[tuple[int, int], list[FreeTime]]] = {}
    for slot in found:
        if slot.starts_at > now:
            day = days.setdefault(slot.starts_on, {})
            times = day.setdefault((slot.provider_id, slot.location_id), [])
            times.append(_free_time(slot, names, places))
    return Times(
        wish=wish,
        kinds=tuple(Choice(id=i, name=f"{name}, {minutes} min") for i, name, minutes in kinds),
        providers=tuple(Choice(id=i, name=name) for i, name in providers),
        locations=tuple(Choice(id=one.id, name=one.name) for one in locations),
        days=tuple(
            (on, tuple(tuple(times) for times in day.values())) for on, day in sorted(days.items())
        ),
    )


def _free_time(slot: Slot, names: dict[int, str], places: dict[int, Location]) -> FreeTime:
    return FreeTime(
        at=moment_words(slot.starts_at),
        local=slot.starts_at.astimezone(ZoneInfo(slot.zone)),
        provider_id=slot.provider_id,
        provider=names[slot.provider_id],
        location_id=slot.location_id,
        location=places[slot.location_id].name,
        clock=clock_name(slot.zone, slot.starts_on),
    )


def _people(session: Session) -> list[tuple[int, str]]:
    rows = session.scalars(
        select(Provider)
        .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
        .where(ProviderProfile.active)
        .order_by(Provider.last_name, Provider.first_name)
    )
    return [(one.id, one.display_name) for one in rows]


def _places(session: Session) -> list[Location]:
    return list(session.scalars(select(Location).where(Location.active).order_by(Location.name)))


def chosen_time(
    *,
    visit_type_id: int | None,
    provider_id: int | None,
    location_id: int | None,
    starts_at: datetime | None,
    now: datetime,
    except_id: UUID | None = None,
) -> ChosenTime | None:
    """The time in words; None where the address does not name one."""
    if not (visit_type_id and provider_id and location_id and starts_at):
        return None
    with read_only() as session:
        found = session.execute(
            select(VisitType, Provider, Location)
            .select_from(Provider)
            .join(ProviderProfile, ProviderProfile.provider_id == Provider.id)
            .join(VisitType, VisitType.id == visit_type_id)
            .join(Location, Location.id == location_id)
            .where(Provider.id == provider_id)
        ).one_or_none()
        if found is None:
            return None
        kind, provider, place = found
        slot = the_slot(
            session,
            visit_type_id=kind.id,
            provider_id=provider.id,
            location_id=place.id,
            starts_at=starts_at,
            now=now,
            for_staff=True,
            except_id=except_id,
        )
    local = starts_at.astimezone(ZoneInfo(place.time_zone))
    return ChosenTime(
        visit_type_id=kind.id,
        provider_id=provider.id,
        location_id=place.id,
        starts_at=starts_at,
        kind=kind.name,
        minutes=kind.minutes,
        provider=provider.display_name,
        location=place.name,
        local=local,
        clock=local.tzname() or "",
        is_free=slot is not None,
    )


def zone_of_place(location_id: int) -> str | None:
    """The zone of a place's wall clock."""
    with read_only() as session:
        return session.scalar(select(Location.time_zone).where(Location.id == location_id))


def words_against(patient_id: int, chosen: ChosenTime) -> tuple[str, ...]:
    """What a patient would be told of why this provider is not offered to them; the office may know better (SCH-3)."""
    with read_only() as session:
        on = chosen.local.date()
        choices = offered_providers(
            session,
            visit_type_id=chosen.visit_type_id,
            person=person_facts(session, patient_id=patient_id, on=on),
            on=on,
            for_staff=True,
        )
    return tuple(
        WHY_WORDS[reason]
        for one in choices
        if one.provider_id == chosen.provider_id
        for reason in one.reasons
    )
