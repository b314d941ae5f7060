"""What staff fill in to search the trail and to judge what it shows."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import Optional

from billing.audit_rules import FINDING_WORDS, Finding
from portal.queries.audit_words import ACTIONS, OUTCOMES
from portal.queries.staff_audit import TrailFilter
from portal.web.fields import DayField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField

FACES = [("", "Both"), ("staff", "Staff"), ("patient", "Patients")]


class TrailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What to look for; each field narrows the others."""

    account = NoteLineField("Account number", [at_most(20, "The account number")])
    person = SelectField("Member of staff", validate_choice=False)
    email = NoteLineField("Sign-in’s e-mail", [at_most(120, "The e-mail")])
    face = SelectField("At which pages", choices=FACES, default="")
    action = SelectField(
        "Did", choices=lambda: [("", "Anything"), *sorted(ACTIONS.items(), key=lambda one: one[1])]
    )
    kind = NoteLineField("What, like account or plan", [at_most(40, "The kind")])
    outcome = SelectField("Outcome", choices=lambda: [("", "Any"), *OUTCOMES.items()])
    request_id = NoteLineField("Number of the request", [at_most(64, "The number")])
    since = DayField("From day", [Optional()])
    until = DayField("To day", [Optional()])
    before = HiddenField()

    @property
    def asked(self) -> TrailFilter:
        """Fields at fault are left out; the page says so beside them."""
        person = self.person.data or ""
        return TrailFilter(
            account=self._word("account"),
            login_id=int(person) if person.isdecimal() else None,
            email=self._word("email"),
            face=self._word("face"),
            action=self._word("action"),
            kind=self._word("kind"),
            outcome=self._word("outcome"),
            request_id=self._word("request_id"),
            since=self.since.data if not self.since.errors else None,
            until=self.until.data if not self.until.errors else None,
        )

    def _word(self, name: str) -> str:
        field = self[name]
        return (field.data or "").strip() if not field.errors else ""


class JudgeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How an alert was judged."""

    finding = RadioField(
        "What you found",
        [chosen("what you found")],
        choices=lambda: [(one.value, FINDING_WORDS[one]) for one in Finding],
    )
    note = NoteField("In your words", [required("a few words"), at_most(500, "The note")])


class SignOffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The signature under a month."""

    month = HiddenField()
    note = NoteField("Note (optional)", [at_most(500, "The note")])
