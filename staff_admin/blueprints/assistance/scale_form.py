"""The sliding scale as a form: a row to a line."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from billing.assistance_scale import Hardship, Scale, Tier
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField

PERCENT = [InputRequired("Enter a percentage."), NumberRange(0, 100, "From 0 to 100.")]
COLUMNS = 3
HOW = "Write each line like: 200, 100, 0. Up to, off, most of a year’s income; a dash for no cap."


class ScaleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Rows from the lowest income up, and the hardship route."""

    rows = NoteField("Rows", [required("the rows"), at_most(1000, "The rows")])
    hardship = BooleanField("Help above the last row in hardship")
    debt_over = IntegerField("Bills owed above (% of income)", PERCENT)
    paid_over = IntegerField("Or paid above (% of income)", PERCENT)
    discount = IntegerField("Then off (%)", PERCENT)
    cap = IntegerField("And at most (% of income)", PERCENT)
    effective_from = DayField("Counts from", [InputRequired("Enter the day.")])
    reason = NoteField("Why it changes", [required("a reason"), at_most(300, "The reason")])

    def fill(self, scale: Scale) -> None:
        """With what is in force."""
        hardship = scale.hardship or Hardship()
        self.rows.data = "\n".join(
            f"{tier.up_to}, {tier.discount}, {'-' if tier.cap is None else tier.cap}"
            for tier in scale.tiers
        )
        self.hardship.data = scale.hardship is not None
        self.debt_over.data, self.paid_over.data = hardship.debt_over, hardship.paid_over
        self.discount.data, self.cap.data = hardship.discount, hardship.cap

    def validate(self, extra_validators: object = None) -> bool:
        """The rows must read; whether they are fair, the rules say."""
        if not super().validate(extra_validators):
            return False
        try:
            self._tiers()
        except ValueError:
            self.rows.errors = [HOW]
            return False
        return True

    @property
    def scale(self) -> Scale:
        hardship = Hardship(
            self.debt_over.data or 0,
            self.paid_over.data or 0,
            self.discount.data or 0,
            self.cap.data or 0,
        )
        return Scale(self._tiers(), hardship if self.hardship.data else None)

    def _tiers(self) -> tuple[Tier, ...]:
        lines = [line for line in (self.rows.data or "").splitlines() if line.strip()]
        return tuple(_tier(line) for line in lines)


def _tier(line: str) -> Tier:
    parts = [part.strip().rstrip("%") for part in line.split(",")]
    if len(parts) != COLUMNS:
        raise ValueError(line)
    up_to, off, cap = parts
    return Tier(int(up_to), int(off), None if cap in {"-", "–", ""} else int(cap))
