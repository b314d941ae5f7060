"""Which times would do, in as few questions as can be."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from portal.queries.own_appointments import OwnPerson
from portal.queries.own_waitlist import WaitChoices, WaitedFor
from portal.services.join_waitlist import Waits, WaitsFor
from portal.web.fields import DayField, chosen, required
from portal.web.languages import translated

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIMES: dict[str, tuple[str, time | None, time | None]] = {
    "any": ("At any time", None, None),
    "morning": ("In the morning, before noon", None, time(11, 59)),
    "afternoon": ("In the afternoon, from noon", time(12), None),
}
NOTICES = {
    60: "One hour before",
    240: "Four hours before",
    1440: "One day before",
    2880: "Two days before",
}
INTENTS = {
    "insurance": "With insurance",
    "self_pay": "I pay myself, without insurance",
    "do_not_file": "I have insurance, but do not send it the bill",
}
ANY, ANYBODY = 0, "Anybody"
ANYWHERE = {ANY: "At any place"}
WEEKS = timedelta(days=60)


class WaitForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One wish."""

    entry = HiddenField()
    gives_up = HiddenField()
    person = SelectField("Who is the visit for?")
    kind = SelectField("What kind of visit?", coerce=int)
    provider = SelectField("With whom?", coerce=int)
    place = SelectField("At which place?", coerce=int, default=0)
    first_day = DayField("From which day?", [required("the first day")])
    last_day = DayField("Until which day?", [required("the last day")])
    monday = BooleanField(DAYS[0])
    tuesday = BooleanField(DAYS[1])
    wednesday = BooleanField(DAYS[2])
    thursday = BooleanField(DAYS[3])
    friday = BooleanField(DAYS[4])
    saturday = BooleanField(DAYS[5])
    sunday = BooleanField(DAYS[6])
    clock = RadioField("What time of day?", [chosen("a time of day")])
    notice = SelectField("How long before must you know?", coerce=int)
    intent = RadioField("How is the visit to be paid for?", [chosen("how it is to be paid for")])

    def offer(self, choices: WaitChoices, language: str) -> WaitForm:
        """Fill in what can be chosen."""
        self.person.choices = [(one.key, one.name) for one in choices.people]
        self.kind.choices = [
            (one, (es if language == "es" else "") or name) for one, name, es in choices.types
        ]
        self.provider.choices = [(ANY, translated(ANYBODY)), *choices.providers]
        self.place.choices = [(ANY, translated(ANYWHERE[ANY])), *choices.places]
        self.clock.choices = [(key, words) for key, (words, _, _) in TIMES.items()]
        self.notice.choices = [(minutes, translated(words)) for minutes, words in NOTICES.items()]
        self.intent.choices = list(INTENTS.items())
        return self

    def start(self, entry_id: UUID, on: date, *, kind: int | None, gives_up: str) -> None:
        """A new wish: the next two months, any day."""
        self.entry.data, self.gives_up.data = str(entry_id), gives_up
        self.first_day.data, self.last_day.data = on + timedelta(days=1), on + WEEKS
        self.clock.data, self.notice.data, self.intent.data = "any", 240, "insurance"
        if kind is not None:
            self.kind.data = kind

    def show(self, found: WaitedFor) -> None:
        """What was asked for before."""
        self.entry.data = str(found.id)
        self.gives_up.data = str(found.gives_up_id or "")
        self.person.data = str(found.patient_id or "me")
        self.kind.data, self.notice.data = found.visit_type_id, found.notice_minutes
        self.provider.data = found.provider_ids[0] if found.provider_ids else ANY
        self.place.data = found.location_ids[0] if found.location_ids else ANY
        self.first_day.data, self.last_day.data = found.first_day, found.last_day
        self.intent.data = found.coverage_intent
        bounds = (found.not_before, found.not_after)
        self.clock.data = next(
            (key for key, (_, *one) in TIMES.items() if tuple(one) == bounds), "any"
        )
        for day, field in enumerate(self.weekday_fields):
            field.data = day in found.weekdays

    @property
    def weekday_fields(self) -> tuple[BooleanField, ...]:
        """Monday to Sunday."""
        working = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*working, self.saturday, self.sunday)

    def waits(self) -> Waits:
        """Which times; no day ticked means every day."""
        _, not_before, not_after = TIMES[self.clock.data]
        provider = self.provider.data
        return Waits(
            visit_type_id=self.kind.data,
            first_day=self.first_day.data or date.max,
            last_day=self.last_day.data or date.min,
            provider_ids=(provider,) if provider != ANY else (),
            location_ids=(self.place.data,) if self.place.data != ANY else (),
            weekdays=tuple(day for day, one in enumerate(self.weekday_fields) if one.data),
            not_before=not_before,
            not_after=not_after,
            notice_minutes=self.notice.data,
        )

    def who(self, people: tuple[OwnPerson, ...], login_id: int, language: str) -> WaitsFor:
        """For whom: one of those that the page offered."""
        person = next(one for one in people if one.key == self.person.data)
        return WaitsFor(
            patient_id=person.patient_id,
            newcomer_id=None if person.patient_id is not None else login_id,
            login_id=login_id,
            gives_up_id=_uuid(self.gives_up.data),
            coverage_intent=self.intent.data,
            language=language,
        )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
