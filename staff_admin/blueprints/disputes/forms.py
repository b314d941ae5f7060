"""What staff decide about a lost dispute."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField

from billing.disputes import CHOOSABLE, DECISION_WORDS, Decision
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class DisputeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who bears it, and why. `sure` comes only from the page that shows once more what changes."""

    sure = HiddenField()
    decision = RadioField(
        "Decision",
        [chosen("a decision")],
        choices=[(one.value, DECISION_WORDS[one]) for one in CHOOSABLE],
    )
    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])

    @property
    def chosen(self) -> Decision:
        return Decision(self.decision.data)

    @property
    def words(self) -> str:
        return DECISION_WORDS[self.chosen]
