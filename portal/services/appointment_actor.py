"""Who does something with an appointment, and how appointments say no."""

from __future__ import annotations

from dataclasses import dataclass

from billing.free_times import Slot
from portal.services.refusal import Refusal

STAFF = frozenset({"staff", "check_out"})  # the ways by which only the office comes


@dataclass(frozen=True, slots=True)
class Actor:
    """A sign-in, or none (a link in a text, the clock), and by which way: portal, text, kiosk, staff, waitlist, day."""

    login_id: int | None
    via: str
    proxy_grant_id: int | None = None
    public_url: str = ""  # where the links of letters lead

    @property
    def is_staff(self) -> bool:
        return self.via in STAFF


class SlotTaken(Refusal):
    """Somebody else has that time, or it is not open any more; `alternatives` are the nearest ones."""

    title = "That time was just taken"

    def __init__(self, message: str, alternatives: tuple[Slot, ...] = ()) -> None:
        super().__init__(message)
        self.alternatives = alternatives


class HoldEnded(SlotTaken):
    """The time was kept for a few minutes, and those are over."""

    title = "We could not keep that time any longer"


class PersonBusy(Refusal):
    """The person has another visit at that time."""

    title = "There is another visit at that time"


class TooLateToCancel(Refusal):
    """So near that the office has to do it (SCH-5)."""

    title = "Please call us"


class CannotBook(Refusal):
    """Something is missing, or this is not booked here by oneself."""

    title = "Nothing was booked"


class CannotChangeVisit(Refusal):
    """The visit is not in a state in which this could be done."""

    title = "The visit was not changed"


class VisitChanged(CannotChangeVisit):
    """Somebody was quicker: what the page showed is no longer so, and nothing is written over it."""

    title = "Something changed meanwhile"
