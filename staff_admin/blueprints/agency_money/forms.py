"""What staff fill in about what an agency sent."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import UUID, InputRequired, Optional

from portal.queries.agency_remittances import RemittancesPage
from portal.web.fields import AmountField, DayField, TraceField, at_most, required
from portal.web.note_field import NoteLineField


class ReturnsUploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A file of the agency; the id made with the page takes it in once."""

    file_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    file = FileField("File of the agency", [FileRequired("Choose a file.")])

    @property
    def id_of_file(self) -> uuid.UUID:
        return uuid.UUID(self.file_id.data)


class AgencyPaidForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A check or transfer of the agency; the id made with the page posts it once."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    received_on = DayField("Received on", [InputRequired("Enter the day.")])
    gross = AmountField("Gross amount", [InputRequired("Enter the gross amount.")])
    fee = AmountField("Fee that the agency keeps", [InputRequired("Enter the fee, 0 for none.")])
    trace = TraceField(
        "Check number or trace", [required("the check number or trace"), at_most(60, "It")]
    )
    through = DayField("Everything until", [Optional()])
    covers = SelectMultipleField("Payments that it brings", [Optional()], coerce=int)

    def offer(self, page: RemittancesPage) -> None:
        """What waits."""
        self.covers.choices = [(one.id, one.ref) for one in page.waiting]

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class TakeBackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a payment of the agency is taken back."""

    reason = NoteLineField("Why", [required("why"), at_most(300, "It")])
