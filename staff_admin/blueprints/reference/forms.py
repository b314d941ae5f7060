"""What staff fill in about reference data: a file, or one row of a table."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, HiddenField, SelectField
from wtforms.validators import UUID, DataRequired

from billing.reference_data import LONGEST_CELL, LONGEST_LETTER, Column, Table
from portal.web.fields import at_most
from portal.web.note_field import NoteField, NoteLineField


class FileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A file to look at; the id made with the page takes it in once."""

    upload_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    file = FileField("CSV file", [FileRequired("Choose a file.")])

    @property
    def id_of_upload(self) -> uuid.UUID:
        return uuid.UUID(self.upload_id.data)


class ApplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Apply exactly what was shown."""

    digest = HiddenField(validators=[DataRequired("Open this page again.")])


class RowForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One row; what is wrong with a cell is said by the table itself."""

    def cells(self, table: Table) -> dict[str, str]:
        """What was typed, by column."""
        return {column.name: self[column.name].data or "" for column in table.columns}

    def mark(self, problems: Mapping[str, str]) -> None:
        """Say beside each field what is wrong with it."""
        for name, words in problems.items():
            field = self[name]
            field.errors = [*field.errors, f"{field.label.text} {words}."]


def row_form(table: Table, cells: Mapping[str, str] | None = None) -> RowForm:
    """The form of a table's row, filled from a kept one."""
    fields = {column.name: _field(column) for column in table.columns}
    made: type[RowForm] = type("TableRowForm", (RowForm,), fields)
    return made(data=dict(cells or {}))


def _field(column: Column) -> Field:
    if column.choices:
        return SelectField(column.label, choices=list(column.choices))
    longest = LONGEST_LETTER if column.lines > 1 else LONGEST_CELL
    kind = NoteField if column.lines > 1 else NoteLineField
    return kind(column.label, [at_most(longest, column.label)])
