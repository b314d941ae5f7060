"""What staff fill in about write-offs as bad debt."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import UUID

from portal.queries.bad_debt_page import BadDebtPage
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteLineField


class PrepareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Bills for one batch; the id made with the page prepares it once."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    bills = SelectMultipleField("Bills", [chosen("bills")], coerce=int)

    def offer(self, page: BadDebtPage) -> None:
        """What may be asked for."""
        self.bills.choices = [(one.visit_id, one.account_number) for one in page.candidates]

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class WhyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why it is declined, or taken back."""

    reason = NoteLineField("Why", [required("why"), at_most(300, "It")])
