"""What staff write about an item."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.services.resolve_work_item import OUTCOME_WORDS, Outcome
from portal.web.fields import LineField, at_most, chosen, required
from portal.web.note_field import NoteField


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A finding; the item stays open."""

    text = NoteField("What you found out", [required("a note"), at_most(2000, "The note")])


class CloseForm(FlaskForm):  # type: ignore[misc]
    """How it ended."""

    outcome = RadioField(
        "How it ended",
        [chosen("how it ended")],
        choices=lambda: [(value.value, words) for value, words in OUTCOME_WORDS.items()],
    )
    note = NoteField("What was done", [required("what was done"), at_most(2000, "The note")])

    @property
    def chosen_outcome(self) -> Outcome:
        return Outcome(self.outcome.data)


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """Whether the patient owes what the payer put on them, and why."""

    owed = RadioField(
        "Who owes it",
        [chosen("who owes it")],
        choices=[
            ("patient", "The patient: we have what the rules ask for. Bill it"),
            ("us", "Nobody: it is ours. Take it off"),
        ],
    )
    note = NoteField("Why", [required("why"), at_most(500, "The reason")])


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """Where a held decision belongs, and how one knows."""

    number = LineField("Claim number", [at_most(50, "The claim number")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])
