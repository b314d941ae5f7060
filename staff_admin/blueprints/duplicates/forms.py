"""What staff say about two records."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.queries.staff_duplicates import PairPage
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which record stays, and how it is known that they are one person."""

    kept = RadioField("Which record stays?", [chosen("the record that stays")], choices=[])
    reason = NoteField(
        "How do you know that they are one person?",
        [required("how you know it"), at_most(500, "The reason")],
    )

    def offer(self, page: PairPage) -> None:
        """The two records, by the account they stand on."""
        self.kept.choices = [
            (str(one.patient_id), f"{one.name}, account {one.account_number}")
            for one in page.records
        ]

    def ids(self, page: PairPage) -> tuple[int, int]:
        """The record that stays and the one that goes into it."""
        one, other = page.patient_ids
        return (one, other) if int(self.kept.data) == one else (other, one)


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a merge is declined or undone."""

    note = NoteField("Why?", [required("why"), at_most(500, "The reason")])
