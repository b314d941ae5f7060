"""What staff fill in about write-offs as bad debt."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.validators import UUID

from billing.bad_debt import BillState
from portal.queries.bad_debt_page import BadDebtPage, BatchPage
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteLineField

ALL = "all"


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
    """Why it is declined."""

    reason = NoteLineField("Why", [required("why"), at_most(300, "It")])


class TakeBackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which bills are owed again, and why."""

    which = SelectField("Which bills", [chosen("which bills")])
    reason = NoteLineField("Why", [required("why"), at_most(300, "It")])

    def offer(self, page: BatchPage) -> None:
        """What stands of the batch."""
        standing = [one for one in page.bills if one.state == BillState.POSTED]
        bills = [(str(one.id), f"{one.account_number}, {one.amount}") for one in standing]
        self.which.choices = [("", "Choose"), (ALL, f"All that stand, {len(bills)}"), *bills]

    @property
    def bill_id(self) -> int | None:
        """None for all of them."""
        return None if self.which.data == ALL else int(self.which.data)
