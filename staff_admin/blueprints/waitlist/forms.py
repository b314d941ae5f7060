"""What the office says of somebody who waits."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField

from portal.queries.own_waitlist import WaitChoices
from portal.queries.staff_waitlist import URGENCY_WORDS, HandTime
from portal.services.join_waitlist import Waits, WaitsFor
from portal.services.offer_by_hand import HandOffer
from portal.web.fields import DayField, chosen, required

WEEKS = timedelta(days=60)


class UrgencyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How soon they need a time."""

    urgency = SelectField("How urgent", coerce=int, choices=list(URGENCY_WORDS.items()))


class OfferForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One of the free times that would do."""

    time = RadioField("Which time?", [chosen("a time")])

    def offer(self, times: tuple[HandTime, ...]) -> OfferForm:
        """Fill in the times; their words stand on the page."""
        self.time.choices = [(one.key, one.key) for one in times]
        return self

    def chosen_time(self, times: tuple[HandTime, ...], login_id: int) -> HandOffer:
        """The time as it was listed."""
        slot = next(one.slot for one in times if one.key == self.time.data)
        return HandOffer(
            provider_id=slot.provider_id,
            location_id=slot.location_id,
            starts_at=slot.starts_at,
            login_id=login_id,
        )


class AddForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Somebody asked on the phone or at the desk."""

    entry = HiddenField()
    kind = SelectField("Kind of visit", coerce=int)
    provider = SelectField("With whom", coerce=int)
    first_day = DayField("From which day", [required("the first day")])
    last_day = DayField("Until which day", [required("the last day")])
    urgency = SelectField("How urgent", coerce=int, choices=list(URGENCY_WORDS.items()))

    def offer(self, choices: WaitChoices, on: date) -> AddForm:
        """Fill in what can be chosen, and two months from today."""
        self.kind.choices = [(one, name) for one, name, _ in choices.types]
        self.provider.choices = [(0, "Anybody"), *choices.providers]
        if not self.is_submitted():
            self.entry.data = str(uuid4())
            self.first_day.data, self.last_day.data = on, on + WEEKS
        return self

    def entry_id(self) -> UUID:
        """Made by the page, so that one press adds one entry."""
        return UUID(self.entry.data)

    def waits(self) -> Waits:
        """Which times."""
        provider = self.provider.data
        return Waits(
            visit_type_id=self.kind.data,
            first_day=self.first_day.data or date.max,
            last_day=self.last_day.data or date.min,
            provider_ids=(provider,) if provider else (),
        )

    def who(self, patient_id: int, language: str) -> WaitsFor:
        """The patient whose page it is; the office asks how it is paid for when a time is booked."""
        return WaitsFor(patient_id=patient_id, language=language)
