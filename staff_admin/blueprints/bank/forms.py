"""What staff fill in about the bank's lines and files."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.validators import UUID, Optional

from billing.reassociation import Kind
from portal.queries.staff_bank import LinePage
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField

_BATCH = f"{Kind.BATCH}:"
COLUMNS = ("date", "amount", "credit", "debit", "text", "more", "reference", "account")


class BankUploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A file that the bank exported; the id made with the page takes it in once."""

    file_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    file = FileField("File of the bank", [FileRequired("Choose a file.")])

    @property
    def id_of_file(self) -> uuid.UUID:
        return uuid.UUID(self.file_id.data)


class ImportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A button."""


class ColumnsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which heading of a CSV means what."""

    date = SelectField("Date", [chosen("the date")])
    amount = SelectField("Amount, with its sign", [Optional()])
    credit = SelectField("Money that came", [Optional()])
    debit = SelectField("Money that left", [Optional()])
    text = SelectField("Description", [Optional()])
    more = SelectField("Addenda or more text", [Optional()])
    reference = SelectField("The bank’s number of the line", [Optional()])
    account = SelectField("Account number", [Optional()])

    def offer(self, header: tuple[str, ...]) -> None:
        """The headings of this file."""
        for key in COLUMNS:
            self[key].choices = [
                ("", "Not in this file"),
                *((name, name) for name in header if name),
            ]

    @property
    def columns(self) -> dict[str, str]:
        return {key: self[key].data or "" for key in COLUMNS}


class MatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The paper that a line answers; several only for batches."""

    answer = SelectMultipleField("What it answers", [chosen("what it answers")])

    def offer(self, page: LinePage) -> None:
        """What could be, by score, then the rest."""
        found = [one.expected for one in page.proposals] + [*page.together, *page.others]
        self.answer.choices = [
            (f"{one.kind}:{one.id}", f"{one.name}, {one.amount}, {one.on}") for one in found
        ]

    @property
    def kind(self) -> Kind | None:
        """What the chosen are: one paper, batches, or batches with one agency's check; None for any other mixture."""
        papers = [one for one in self.answer.data or [] if not one.startswith(_BATCH)]
        kinds = [Kind(one.partition(":")[0]) for one in papers]
        if not kinds:
            return Kind.BATCH
        alone = len(self.answer.data or []) == 1 or kinds == [Kind.AGENCY]
        return kinds[0] if alone and len(kinds) == 1 else None

    @property
    def ids(self) -> list[str]:
        """Of the paper; of the batches where no other paper was chosen."""
        papers = [one for one in self.answer.data or [] if not one.startswith(_BATCH)]
        return [one.partition(":")[2] for one in papers] or self.batches

    @property
    def batches(self) -> list[str]:
        return [
            one.removeprefix(_BATCH) for one in self.answer.data or [] if one.startswith(_BATCH)
        ]


class UnmatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a match is taken back."""

    reason = NoteField("Why it is not this", [required("why it is not this"), at_most(300, "It")])
