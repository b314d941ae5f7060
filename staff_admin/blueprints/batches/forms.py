"""A batch as it is typed: the control total first, then a row for each check or person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, RadioField
from wtforms.validators import UUID, InputRequired, Length, Regexp

from billing.money import ZERO, Money, total_of
from billing.scan_line import ACCOUNT_DIGITS, Misread, account_digits, read_scan_line
from portal.queries.receipt_batches import Payer
from portal.services.post_batch import Counted
from portal.web.fields import AmountField, DayField, LineField

ROWS = 12
WRONG_DIGITS = "The check digit is wrong: read the line again."
NOT_A_LINE = "Scan the coupon's line, or type the account's number."
NOBODY = "No account has this number."


class RowForm(Form):
    """One check, or one person's cash. No field here takes a card number: digits are an account's or a check's."""

    line = LineField("Scan line or account number", [Length(max=40)])
    amount = AmountField("Amount")
    check_number = LineField(
        "Check number",
        [Regexp(r"^\d{0,10}$", message="A check's number has ten digits at most.")],
        description="Empty for cash",
    )

    payer: Payer | None = None

    @property
    def used(self) -> bool:
        return bool(self.line.data or self.amount.data or self.check_number.data)

    def digits(self) -> str | None:
        """The account's digits; None with the reason at the field."""
        typed = self.line.data or ""
        if len("".join(filter(str.isdigit, typed))) <= ACCOUNT_DIGITS:
            try:
                return account_digits(typed)
            except ValueError:
                self.line.errors = [NOT_A_LINE]
                return None
        read = read_scan_line(typed)
        if isinstance(read, Misread):
            wrong = read is Misread.CHECK_DIGIT
            self.line.errors = [WRONG_DIGITS if wrong else NOT_A_LINE]
            return None
        if self.amount.data is None and not any(self.amount.raw_data or ()):
            self.amount.data = read.amount
        return read.account


class BatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The id made with the page posts the batch once only."""

    batch = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    received_on = DayField("Received on", [InputRequired("Enter the day.")])
    control_total = AmountField(
        "Control total", [InputRequired("Enter the total that you counted.")]
    )
    rows = FieldList(FormField(RowForm), min_entries=ROWS, max_entries=ROWS)
    action = RadioField(choices=[("check", "Check"), ("post", "Post")], default="check")

    @property
    def batch_id(self) -> uuid.UUID:
        return uuid.UUID(self.batch.data)

    @property
    def used_rows(self) -> list[Any]:
        return [entry.form for entry in self.rows if entry.form.used]

    @property
    def counted(self) -> Money:
        return total_of(row.amount.data or ZERO for row in self.used_rows)

    @property
    def agrees(self) -> bool:
        """Whether each row names an account, and their sum is what was counted."""
        rows = self.used_rows
        return (
            bool(rows)
            and all(row.payer and row.amount.data for row in rows)
            and self.counted == self.control_total.data
        )

    def name(self, found: Mapping[str, Payer]) -> None:
        """Put the account to each row, or the reason why there is none."""
        for row in self.used_rows:
            digits = row.digits()
            if digits is None:
                continue
            row.payer = found.get(digits)
            if row.payer is None:
                row.line.errors = [NOBODY]
            elif row.amount.data is None:
                row.amount.errors = ["Enter the amount of the check."]

    @property
    def wished(self) -> list[Counted]:
        return [
            Counted(
                account_id=row.payer.account_id,
                amount=row.amount.data,
                method="check" if row.check_number.data else "cash",
                check_number=row.check_number.data or "",
            )
            for row in self.used_rows
        ]
