"""What an address or a form says of a wished time, and the pages on which one is chosen; for the signed-in and strangers alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.month_grid import PARTS_OF_DAY
from billing.who_may_book import WHY_WORDS
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.booking_times import (
    FreeTime,
    Search,
    bare_slot,
    other_times,
    times_offered,
    times_page,
)
from portal.queries.own_appointments import OwnPerson
from portal.services.appointment_actor import SlotTaken
from portal.services.hold_slot import Start
from portal.web.clock import now
from portal.web.filters import week_day
from portal.web.languages import language
from portal.web.practice_day import practice_day

PARTS = {"morning": "Morning", "afternoon": "Afternoon", "evening": "Evening, from 5 PM"}
LANGUAGES = {"en": "English", "es": "Spanish"}
MOST = 2**31 - 1
TAKEN = 409


@dataclass(frozen=True, slots=True)
class Where:
    """The addresses of one way to book: a patient's, a stranger's, or a visit that is moved."""

    here: str  # where the choice of times stands
    hold: str  # where a chosen time is sent
    back: tuple[str, str]  # the page before: address, words
    who: str = ""  # for whom, as addresses name them
    moving: UUID | None = None


def asked() -> Search:
    """What the address asks for; what does not read is not asked for."""
    args = request.args
    part, weekday = args.get("part", ""), _number("weekday")
    return Search(
        kind_id=_number("type"),
        provider_id=_number("provider"),
        place_id=_number("place"),
        part=part if part in PARTS_OF_DAY else "",
        weekday=weekday if weekday is not None and weekday in range(7) else None,
        language=args.get("language", "") if args.get("language") in LANGUAGES else "",
        day=_day("day"),
        month=_day("month"),
    )


def wanted(kind_id: int | None = None) -> Start:
    """The time that a button of ours sent. Anything else is refused: 400."""
    try:
        provider, place, at = request.form.get("time", "").split(".")
        start = Start(
            visit_type_id=kind_id or int(request.form.get("type", "")),
            provider_id=int(provider),
            location_id=int(place),
            starts_at=datetime.strptime(at, "%Y%m%dT%H%M").replace(tzinfo=UTC),
        )
    except ValueError:
        abort(400)
    numbers = (start.visit_type_id, start.provider_id, start.location_id)
    if not all(0 < one <= MOST for one in numbers):
        abort(400)
    return start


def hold_id() -> UUID:
    """One for each page and time: pressed twice it is one hold, another button is another."""
    page = request.form.get("page", type=UUID) or uuid4()
    return uuid5(NAMESPACE_URL, f"{page}/{request.form.get('time', '')}")


def show_times(search: Search, where: Where, person: OwnPerson | None) -> ResponseReturnValue:
    """The page of times; 404 where there is no such kind of visit."""
    found = times_page(
        search,
        person=person,
        language=language(),
        today=practice_day(),
        now=now(),
        moving=where.moving,
    )
    if found is None:
        abort(404)
    return render_template(
        "visits/times.html",
        page=found,
        where=where,
        person=person,
        words=WHY_WORDS,
        parts=PARTS,
        weekdays=_weekdays(),
        languages=LANGUAGES,
        form_page=uuid4(),
        asking=asking(search, where),
        today=practice_day(),
    )


def show_taken(
    start: Start, where: Where, person: OwnPerson | None, refused: SlotTaken
) -> ResponseReturnValue:
    """What somebody sees whose time went to another: three others, each one press away."""
    page = render_template(
        "visits/taken.html",
        refused=refused,
        others=_others(start, person),
        where=where,
        kind_id=start.visit_type_id,
        form_page=uuid4(),
        times_url=times_address(where, start.visit_type_id),
    )
    return page, TAKEN


def offered_instead(visit: AppointmentFacts) -> dict[str, Any]:
    """For the page of a visit: three times in place of one that we canceled (SCH-5), and where they are taken."""
    who = "" if visit.patient_id is None else str(visit.patient_id)
    found: dict[str, Any] = {"others": (), "where": book_where(who), "who": who}
    if visit.state == "canceled" and visit.canceled_side == "practice" and "login_id" in g:
        found["others"] = times_offered(visit, language=language(), today=practice_day(), now=now())
    return {**found, "form_page": uuid4()}


def _others(start: Start, person: OwnPerson | None) -> tuple[FreeTime, ...]:
    slot = bare_slot(start.visit_type_id, start.provider_id, start.location_id, start.starts_at)
    return other_times(slot, person=person, language=language(), today=practice_day(), now=now())


def times_address(where: Where, kind_id: int) -> str:
    """Back to all times of this kind of visit."""
    if where.moving:
        return where.here
    return f"{where.here}?type={kind_id}" + (f"&who={where.who}" if where.who else "")


def asking(search: Search, where: Where) -> Any:
    """For templates: the address of the same search with something changed."""
    said = asdict(search)
    names = {"kind_id": "type", "provider_id": "provider", "place_id": "place"}

    def address(**changed: object) -> str:
        values = {names.get(name, name): value for name, value in {**said, **changed}.items()}
        if where.moving:
            values["type"] = None
        values["who"] = where.who or None
        kept = {name: value for name, value in values.items() if value not in {None, ""}}
        query = "&".join(f"{name}={value}" for name, value in kept.items())
        return f"{where.here}?{query}" if query else where.here

    return address


def book_where(who: str) -> Where:
    """A patient who books."""
    return Where(
        here=url_for("visits.book"),
        hold=url_for("visits.hold"),
        back=(url_for("visits.book", who=who or None), "What kind of visit?"),
        who=who,
    )


def _weekdays() -> list[tuple[int, str]]:
    """Their names from Monday on, as the page says them; from Sunday on, as US calendars do, is the page of the month."""
    monday = date(2026, 3, 2)
    names = [week_day(monday + timedelta(days=n)).split(",")[0] for n in range(7)]
    return [(n, name.capitalize()) for n, name in enumerate(names)]


def _number(name: str) -> int | None:
    found = request.args.get(name, type=int)
    return found if found is not None and 0 <= found <= MOST else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
