"""What staff fill in about a hold."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import Optional

from billing.hold_words import HOLD_WORDS
from billing.holds import Condition
from portal.services.set_hold import BY_HAND, HoldAsked
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField, NoteLineField


class HoldForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A new hold on the whole account."""

    kind = SelectField(
        "What holds it",
        choices=[(kind.value, HOLD_WORDS[kind].staff) for kind in BY_HAND],
    )
    reason = NoteField("Why", [required("a reason"), at_most(500, "The reason")])
    evidence = NoteLineField("What shows it", [at_most(200, "The evidence")])
    until_on = DayField("Look again on", [Optional()])

    @property
    def asked(self) -> HoldAsked:
        return HoldAsked(
            kind=Condition(self.kind.data),
            reason=self.reason.data or "",
            evidence=self.evidence.data or "",
            until_on=self.until_on.data,
        )


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a hold ends."""

    reason = NoteField("Why it ends", [required("a reason"), at_most(500, "The reason")])


class ClearForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What is on record, so that one action is open in spite of a hold."""

    cell = SelectField("What is on record")
    reason = NoteField("Where it is, and who decided", [required("it"), at_most(500, "The words")])
    until_on = DayField("Counts until", [Optional()])
