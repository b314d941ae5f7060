"""What staff write down of somebody who asked what care will cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired

from portal.queries.estimate_people import AccountPerson
from portal.services.ask_estimate import LONGEST
from portal.services.note_asked_estimate import VIAS, Asked
from portal.web.fields import DayField, PhoneField, at_most, chosen, required
from portal.web.note_field import NoteLineField


class AskedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who, which care, when and how; of an account one of its people, else a name and a number."""

    who = SelectField("Who asked", coerce=int)
    asker = NoteLineField("Who asked", [required("who asked"), at_most(120, "The name")])
    phone = PhoneField("Phone", [required("a phone number")])
    about = NoteLineField(
        "Which care", [required("which care they asked about"), at_most(LONGEST, "This")]
    )
    asked_on = DayField("Asked on", [required("the day on which they asked")])
    via = RadioField("How", [chosen("how they asked")], choices=list(VIAS.items()))

    def of(self, people: Sequence[AccountPerson]) -> AskedForm:
        """One of these asked."""
        self.who.choices = [(one.patient_id, one.name) for one in people]
        del self.asker, self.phone
        return self

    def without_record(self) -> AskedForm:
        """Somebody whom we do not know yet."""
        del self.who
        return self

    def asked(self, *, on: date) -> Asked:
        """As it was filled in; `on` is today."""
        return Asked(
            about=self.about.data or "",
            asked_on=self.asked_on.data or on,
            via=self.via.data,
            patient_id=self.who.data if "who" in self else None,
            asker=(self.asker.data or "") if "asker" in self else "",
            phone=(self.phone.data or "") if "phone" in self else "",
        )


class RecordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The patient who asked."""

    patient = IntegerField("Patient", [InputRequired(message="Choose a patient.")])


class DropForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why it is not needed any more."""

    reason = NoteLineField(
        "Why, and how you tried to reach them", [required("why"), at_most(300, "It")]
    )
