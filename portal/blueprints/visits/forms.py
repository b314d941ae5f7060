"""The forms of booking and canceling: short lists, one note, and how the visit is to be paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField

from billing.booking_rules import CoverageIntent
from billing.visit_reasons import CANCEL_WORDS, PATIENT_REASONS, REASONS
from portal.queries.own_holds import OwnCoverage
from portal.services.ask_estimate import LONGEST
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField

NOTE_LENGTH = 500


class BookForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What is asked before a visit is booked (SCH-4, NSA-1)."""

    covered = RadioField("How will this visit be paid for?", [chosen("how it will be paid for")])
    reason = SelectField(
        "What is it about? (optional)",
        choices=[("", "I would rather not say"), *REASONS.items()],
        default="",
    )
    note = NoteField("A note to our office (optional)", [at_most(NOTE_LENGTH, "The note")])

    def offer(self, coverages: Sequence[OwnCoverage]) -> BookForm:
        """One choice for each plan on file, and the others."""
        plans = [
            (
                f"{CoverageIntent.INSURANCE}:{one.id}",
                gettext("%(plan)s, number ending in %(end)s", plan=one.payer, end=one.member_end),
            )
            for one in coverages
        ]
        self.covered.choices = [
            *plans,
            (
                CoverageIntent.INSURANCE.value,
                gettext("Another insurance plan") if plans else gettext("With insurance"),
            ),
            (CoverageIntent.SELF_PAY.value, "I have no insurance. I pay by myself."),
            (CoverageIntent.DO_NOT_FILE.value, "I have insurance, but do not send it the bill."),
        ]
        return self

    @property
    def intent(self) -> tuple[str, int | None]:
        """The answer, and which plan."""
        intent, _, coverage_id = (self.covered.data or "").partition(":")
        return intent, int(coverage_id) if coverage_id else None


class CancelForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why somebody cannot come."""

    reason = RadioField(
        "Why do you cancel?",
        [chosen("a reason")],
        choices=[(one.value, CANCEL_WORDS[one]) for one in PATIENT_REASONS],
    )


class EstimateForm(FlaskForm):  # type: ignore[misc]  # as above
    """Whose care, and which."""

    who = SelectField("For whom", coerce=int)
    about = NoteLineField(
        "Which care do you ask about?",
        [required("which care you ask about"), at_most(LONGEST, "This")],
    )

    def offer(self, people: Mapping[int, str]) -> EstimateForm:
        """Who can be asked for."""
        self.who.choices = list(people.items())
        return self
