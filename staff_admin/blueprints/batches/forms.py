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
from portal.web.note_field import NoteLineField

ROWS = 12
WRONG_DIGITS = "The check digit is wrong: read the line again."
NOT_A_LINE = "Scan the coupon's line, or type the account's number."
NOBODY = "No account has this number."
ONE_WAY = "A row is a check or a card, not both."


class RowForm(Form):
    """One check, one person's cash, or one card that the terminal took. No field here takes a card number."""

    line = LineField("Scan line or account number", [Length(max=40)])
    amount = AmountField("Amount")
    check_number = LineField(
        "Check number",
        [Regexp(r"^\d{0,10}$", message="A check's number has ten digits at most.")],
        description="Empty for cash",
    )
    approval = NoteLineField(
        "Card terminal’s approval",
        [
            Regexp(
                r"^[A-Za-z0-9-]{0,20}$", message="An approval has letters and figures, 20 at most."
            )
        ],
    )

    payer: Payer | None = None

    @property
    def used(self) -> bool:
        typed = (self.line, self.amount, self.check_number, self.approval)
        return any(field.data for field in typed)

    @property
    def method(self) -> str:
        """A card goes through the terminal alone; we keep its approval, never a card number (PCI-5)."""
        return "card" if self.approval.data else "check" if self.check_number.data else "cash"

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
            if row.check_number.data and row.approval.data:
                row.payer = None
                row.approval.errors = [ONE_WAY]
            elif row.payer is None:
                row.line.errors = [NOBODY]
            elif row.amount.data is None:
                row.amount.errors = ["Enter the amount of the check."]

    @property
    def wished(self) -> list[Counted]:
        return [
            Counted(
                account_id=row.payer.account_id,
                amount=row.amount.data,
                method=row.method,
                check_number=row.check_number.data or row.approval.data or "",
            )
            for row in self.used_rows
        ]
