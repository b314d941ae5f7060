"""What a manager fills in about the practice and about a row of state law."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import UUID, InputRequired, NumberRange, Optional, ValidationError

from billing.organisation import Organisation
from billing.state_rows import STATE_RULES
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField, NoteLineField

ANSWERS = {"": "Not answered: the strictest counts", "yes": "Yes", "no": "No"}
QUESTIONS = {
    "is_501r_hospital": "A charitable hospital (501(r))",
    "is_large_facility_va": "A large facility in Virginia",
    "hhs_ffa_recipient": "Takes federal money from HHS",
    "medicare_participating": "Takes part in Medicare",
    "medicaid_participating": "Takes part in Medicaid",
    "texas_facility_license": "A licensed facility in Texas",
    "offers_plans_over_4_installments": "Offers plans of more than four payments",
}
_STATES = {row.state for row in STATE_RULES}


def _form_id() -> HiddenField:
    return HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )


def _answer(name: str) -> SelectField:
    return SelectField(QUESTIONS[name], choices=list(ANSWERS.items()))


class OrganisationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A new version of the profile. An empty answer stays the strictest branch."""

    form_id = _form_id()
    is_501r_hospital = _answer("is_501r_hospital")
    is_large_facility_va = _answer("is_large_facility_va")
    hhs_ffa_recipient = _answer("hhs_ffa_recipient")
    medicare_participating = _answer("medicare_participating")
    medicaid_participating = _answer("medicaid_participating")
    texas_facility_license = _answer("texas_facility_license")
    offers_plans_over_4_installments = _answer("offers_plans_over_4_installments")
    employee_count = IntegerField(
        "People employed", [Optional(), NumberRange(0, 1_000_000, "Enter a number.")]
    )
    states_of_service = NoteLineField("States where you treat", [at_most(200, "The states")])
    starts_on = DayField("Counts from", [InputRequired("Enter a day.")])
    reason = NoteField("Why it changes", [required("a reason"), at_most(300, "The reason")])

    def validate_states_of_service(self, _field: NoteLineField) -> None:
        """Postal codes that we know."""
        unknown = [state for state in self.states if state not in _STATES]
        if unknown:
            raise ValidationError(f"These are no states: {', '.join(unknown)}.")

    @property
    def states(self) -> tuple[str, ...]:
        """As typed, in capitals, each once."""
        typed = re.split(r"[\s,;]+", (self.states_of_service.data or "").upper())
        return tuple(dict.fromkeys(state for state in typed if state))

    @property
    def organisation(self) -> Organisation:
        said = {"yes": True, "no": False}
        answers: dict[str, Any] = {name: said.get(self[name].data) for name in QUESTIONS}
        answers["employee_count"] = self.employee_count.data
        answers["states_of_service"] = self.states or None
        return Organisation(**answers)

    def filled(self, now: Organisation | None, *, today: date) -> OrganisationForm:
        """As it stands, for a change."""
        self.starts_on.data = today
        if now is not None:
            words = {True: "yes", False: "no", None: ""}
            for name in QUESTIONS:
                self[name].data = words[getattr(now, name)]
            self.employee_count.data = now.employee_count
            self.states_of_service.data = " ".join(now.states_of_service or ())
        return self


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Somebody read the row against the law. `fingerprint` is of the words on the page."""

    form_id = _form_id()
    fingerprint = HiddenField()
    confirmed = BooleanField("It is right as it stands here")
    note = NoteField(
        "Who read it, and against which text", [required("it"), at_most(500, "The words")]
    )
