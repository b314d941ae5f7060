"""Which times the practice offers instead of a visit that it gives up, and how a whole list of visits moves (SCH-5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from billing.free_times import Slot

OFFERED = 3
# One who wanted that provider waits so much longer for them, and so much longer to stay at that place.
_OTHER_PROVIDER, _OTHER_PLACE = timedelta(days=7), timedelta(days=14)
Spoken = tuple[int, datetime]  # a provider's time that is promised to somebody


def choose_offers(
    free: Sequence[Slot],
    *,
    provider_id: int,
    location_id: int,
    around: datetime,
    spoken_for: Collection[Spoken] = (),
    count: int = OFFERED,
) -> tuple[Slot, ...]:
    """The best of the free times, by start: near the old one, with the same provider and place, on different days.

    What is offered to somebody else already comes only where nothing else is left.
    """

    def far(slot: Slot) -> tuple[bool, timedelta, datetime, int]:
        apart = abs(slot.starts_at - around)
        apart += (slot.provider_id != provider_id) * _OTHER_PROVIDER
        apart += (slot.location_id != location_id) * _OTHER_PLACE
        promised = (slot.provider_id, slot.starts_at) in spoken_for
        return promised, apart, slot.starts_at, slot.provider_id

    ranked = sorted(free, key=far)
    chosen: list[Slot] = []
    for distinct_days in (True, False):
        for slot in ranked:
            if len(chosen) == count:
                break
            if slot in chosen or any(_overlap(slot, other) for other in chosen):
                continue
            if distinct_days and (
                far(slot)[0] or slot.starts_on in {other.starts_on for other in chosen}
            ):
                continue
            chosen.append(slot)
    return tuple(sorted(chosen, key=lambda slot: (slot.starts_at, slot.provider_id)))


def _overlap(one: Slot, other: Slot) -> bool:
    """Nobody is helped by two times that they could not both choose from."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMove:
    """A booked visit that must go elsewhere: who, which kind, and when it was."""

    appointment_id: UUID
    person: tuple[str, int]  # "patient" or "newcomer", and its id
    visit_type_id: int
    starts_at: datetime
    wanted: datetime  # by the wall clock the same time, on the other day


def propose_moves(
    visits: Sequence[ToMove],
    free: Mapping[int, Sequence[Slot]],
) -> dict[UUID, Slot]:
    """For each visit, by start, the free time of its kind nearest to the one it wants; each time given once.

    A visit for which nothing is left is missing.
    """
    moved: dict[UUID, Slot] = {}
    given: list[tuple[ToMove, Slot]] = []
    for visit in sorted(visits, key=lambda one: (one.starts_at, str(one.appointment_id))):
        nearest = _nearest(free.get(visit.visit_type_id, ()), visit.wanted)
        slot = next((one for one in nearest if _is_left(visit, one, given)), None)
        if slot is not None:
            moved[visit.appointment_id] = slot
            given.append((visit, slot))
    return moved


def _nearest(slots: Sequence[Slot], wanted: datetime) -> list[Slot]:
    return sorted(slots, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))


def _is_left(visit: ToMove, slot: Slot, given: Sequence[tuple[ToMove, Slot]]) -> bool:
    """Whether nobody before was given that place, one of its rooms, or this same person that time."""
    return not any(
        slot.busy_from < other.busy_to
        and other.busy_from < slot.busy_to
        and (
            (slot.provider_id, slot.lane) == (other.provider_id, other.lane)
            or bool(set(slot.resource_ids) & set(other.resource_ids))
            or visit.person == whose.person
        )
        for whose, other in given
    )
