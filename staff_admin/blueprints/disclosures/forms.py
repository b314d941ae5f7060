"""What staff fill in about disclosures."""

from __future__ import annotations

import uuid
from datetime import date

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import UUID, InputRequired

from billing.disclosures import AUTHORITY_WORDS, Authority
from portal.services.record_disclosure import Told
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField


class DisclosureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One disclosure. The id made with the page keeps it once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    patient = SelectField("Patient", coerce=int)
    disclosed_on = DayField("Told on", [InputRequired("Enter the day.")])
    to_whom = NoteField(
        "To whom, with the address", [required("to whom"), at_most(300, "The name")]
    )
    what = NoteField("What was told", [required("what"), at_most(500, "The words")])
    purpose = NoteField("What for", [required("what for"), at_most(300, "The words")])
    authority = SelectField(
        "Under which rule", choices=lambda: [(one.value, AUTHORITY_WORDS[one]) for one in Authority]
    )

    @property
    def told(self) -> Told:
        return Told(
            form_id=uuid.UUID(self.form_id.data),
            patient_id=self.patient.data,
            disclosed_on=self.disclosed_on.data or date.min,
            to_whom=self.to_whom.data or "",
            what=self.what.data or "",
            purpose=self.purpose.data or "",
            authority=Authority(self.authority.data),
        )


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When the patient asked for the list."""

    asked_on = DayField("Asked on", [InputRequired("Enter the day.")])


class ExtendForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why thirty days more are needed."""

    why = NoteField(
        "Why, as the letter says it", [required("a reason"), at_most(300, "The reason")]
    )
