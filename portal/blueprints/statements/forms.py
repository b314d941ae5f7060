"""The one question that a bill asks back."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from portal.queries.bill import BillPage
from portal.queries.eob_photos import OwnEob
from portal.web.fields import AmountField

WHOLE = "0"  # no charge has this id


class CompareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the patient's own EOB says of the whole visit, or of one service of it."""

    what = RadioField("Which amount of your EOB?", default=WHOLE)
    photo = HiddenField()  # the EOB that was photographed for it; empty for none
    amount = AmountField(
        "What does your EOB say you may owe?", [InputRequired("Enter the amount on your EOB.")]
    )

    def offer(self, page: BillPage, charge_id: int | None) -> None:
        """The visit as a whole and each of its services; `charge_id` is chosen at first."""
        self.what.choices = [
            (WHOLE, "The whole visit"),
            *((str(line.charge_id), line.service) for line in page.lines_told),
        ]
        if not self.is_submitted() and charge_id in page.told_of_lines:
            self.what.data = str(charge_id)
        elif not self.what.raw_data:
            self.what.data = self.what.data or WHOLE

    def suggest(self, eob: OwnEob | None) -> None:
        """What the machine read, to be confirmed or corrected; what was typed stays."""
        if eob is not None and not self.is_submitted():
            self.photo.data, self.amount.data = str(eob.id), eob.told

    @property
    def charge_id(self) -> int | None:
        """The service that is compared; None for the whole visit."""
        return int(self.what.data) if self.what.data and self.what.data != WHOLE else None
