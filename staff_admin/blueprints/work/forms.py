"""What staff write about an item."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from portal.services.keep_in_suspense import REASON_WORDS, SuspenseReason
from portal.services.resolve_work_item import OUTCOME_WORDS, Outcome
from portal.web.fields import DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A finding; the item stays open."""

    text = NoteField("What you found out", [required("a note"), at_most(2000, "The note")])


class CloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
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


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
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


class ReleaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Where a held decision belongs, and how one knows."""

    number = LineField("Claim number", [at_most(50, "The claim number")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])


class OwnerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who looks after the item, and by when. `seen` tells whether somebody else was quicker."""

    seen = HiddenField()
    owner = SelectField("Who looks after it")
    due_on = DayField("By when", [Optional()])

    def offer(self, owners: tuple[tuple[int, str], ...]) -> None:
        """Nobody, or one of those who may decide."""
        self.owner.choices = [("", "Nobody yet"), *((str(one), name) for one, name in owners)]

    @property
    def chosen_owner(self) -> int | None:
        return int(self.owner.data) if self.owner.data else None

    @property
    def seen_owner(self) -> int | None:
        seen = self.seen.data or ""
        return int(seen) if seen.isdecimal() else None


class SuspenseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why the money stays apart for now, and when somebody looks again."""

    reason = RadioField(
        "Why it stays",
        [chosen("why it stays")],
        choices=lambda: [(value.value, words) for value, words in REASON_WORDS.items()],
    )
    follow_up_on = DayField("Look again on", [InputRequired("Enter the day to look again.")])
    note = NoteField("What was done (optional)", [at_most(500, "The note")])

    @property
    def chosen_reason(self) -> SuspenseReason:
        return SuspenseReason(self.reason.data)


class MatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which claim of ours it is, and how one knows."""

    claim = RadioField("Which claim is it", [chosen("which claim it is")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])
