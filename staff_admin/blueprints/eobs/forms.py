"""A batch, the head of a check, and what the payer kept beside the claims, as they are typed."""

from __future__ import annotations

import uuid
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, IntegerField, SelectField
from wtforms.validators import UUID, InputRequired, NumberRange, Regexp

from billing.eob import PLB_REASONS, TypedPlb
from billing.money import ZERO, Money
from portal.queries.eobs import BatchSummary, EobPage
from portal.services.save_eob import NUMBER, EobHead
from portal.web.fields import (
    AmountField,
    DayField,
    LineField,
    NoCardNumber,
    TraceField,
    at_most,
    required,
)

METHOD_WORDS = (
    ("check", "Check"),
    ("eft", "Electronic payment (EFT) with paper"),
    ("virtual_card", "Virtual card, run on the terminal"),
    ("none", "No payment (denial, or all kept by the payer)"),
)
PLB_WORDS = {
    "WO": "takes an overpayment back",
    "FB": "carries a balance forward",
    "72": "our refund arrived",
    "L6": "interest",
    "CS": "adjustment, no reason told",
    "CT": "capitation",
    "CV": "capitation, other",
    "BN": "bonus",
    "IP": "incentive",
    "50": "late charge",
    "AP": "advance payment taken",
    "B2": "rebate",
    "B3": "recovery allowance",
    "IR": "tax withheld",
    "LE": "levy",
    "J1": "not reimbursed",
}


class CentsField(AmountField):
    """An amount that may be $0.00, and below zero where `signed`."""

    def __init__(
        self, label: str, validators: Any = (), *, signed: bool = False, **kw: Any
    ) -> None:
        self.signed = signed
        super().__init__(label, validators, **kw)

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return str(self.raw_data[0]) if self.raw_data else ""
        return str(self.data).replace("$", "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        minus = self.signed and text.startswith(("-", "−"))
        super().process_formdata([text[1:] if minus else text])
        if minus and self.data is not None:
            self.data = -self.data


class BatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Counted first. The id made with the page begins the batch once only."""

    batch = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    received_on = DayField("Received on", [InputRequired("Enter the day.")])
    checks = IntegerField(
        "How many payments",
        [InputRequired("Enter how many."), NumberRange(1, 999, "Enter a number from 1 to 999.")],
    )
    total = CentsField("Total of the batch", [InputRequired("Enter the total that you counted.")])

    @property
    def counted(self) -> int:
        return int(self.checks.data or 0)

    @property
    def batch_id(self) -> uuid.UUID:
        return uuid.UUID(self.batch.data)


class RecountForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The same count, done again."""

    version = HiddenField(validators=[InputRequired("Open this page again.")])
    checks = IntegerField(
        "How many payments",
        [InputRequired("Enter how many."), NumberRange(1, 999, "Enter a number from 1 to 999.")],
    )
    total = CentsField("Total of the batch", [InputRequired("Enter the total that you counted.")])

    @property
    def counted(self) -> int:
        return int(self.checks.data or 0)

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isdigit() else 0

    def fill(self, batch: BatchSummary) -> RecountForm:
        """As it stands."""
        self.process(data={"version": batch.version, "checks": batch.checks, "total": batch.total})
        return self


class HeadNumberField(TraceField):
    """A trace of any digits, but never the number of the card that a payer sent to be run (PCI-5)."""

    def pre_validate(self, form: Any) -> None:
        rule = NoCardNumber if form.method.data == "virtual_card" else TraceField
        rule.pre_validate(self, form)


class HeadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The check: its total is the control total of everything typed below it."""

    entry = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    version = HiddenField(default="1")
    payer = SelectField("Payer", [InputRequired("Choose the payer.")], coerce=int)
    total = CentsField("Total of the check", [InputRequired("Enter the total; 0 for none.")])
    method = SelectField("Paid by", choices=METHOD_WORDS, default="check")
    number = HeadNumberField(
        "Check or trace number",
        [
            required("the number"),
            at_most(30, "The number"),
            Regexp(NUMBER, message="Use letters and figures."),
        ],
    )
    issued_on = DayField("Date of the check", [InputRequired("Enter the date.")])

    @property
    def entry_id(self) -> uuid.UUID:
        return uuid.UUID(self.entry.data)

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isdigit() else 0

    @property
    def head(self) -> EobHead:
        if self.issued_on.data is None:
            raise AssertionError("a valid form has its date")
        return EobHead(
            payer_id=self.payer.data,
            method=self.method.data,
            number=self.number.data or "",
            issued_on=self.issued_on.data,
            total=self.total.data or ZERO,
        )

    @staticmethod
    def of(page: EobPage) -> dict[str, object]:
        """As it stands."""
        row = page.row
        return {
            "entry": str(row.id),
            "version": page.version,
            "payer": page.payer_id,
            "total": row.total,
            "method": row.method,
            "number": row.number,
            "issued_on": row.issued_on,
        }


class VersionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A button upon what the page showed."""

    version = HiddenField(validators=[InputRequired("Open this page again.")])

    @property
    def seen(self) -> int:
        text = self.version.data or ""
        return int(text) if text.isdigit() else 0


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which claim the EOB speaks of."""

    term = LineField(
        "Claim number, or the patient’s name and the day",
        [required("a number or a name"), at_most(100, "It")],
    )


class AddForm(VersionForm):
    """The claim that was found."""

    claim = HiddenField(validators=[Regexp(r"^\d{1,9}$", message="Find the claim again.")])
    reversal = BooleanField("The payer takes its decision back")

    @property
    def claim_id(self) -> int:
        return int(self.claim.data or 0)


class ScanForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A PDF, JPEG or PNG."""

    scan = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    file = FileField("Scan", [FileRequired("Choose a file.")])

    @property
    def content(self) -> bytes:
        return bytes(self.file.data.read())


class PlbRow(Form):
    """One pair of reason and amount."""

    reason = SelectField(
        "Reason",
        choices=[("", "")]
        + [
            (code, f"{code} {PLB_WORDS[code]}" if code in PLB_WORDS else code)
            for code in PLB_REASONS
        ],
    )
    reference = TraceField("Reference", [at_most(50, "The reference")])
    amount = CentsField("Amount", signed=True)


class PlbForm(VersionForm):
    """Above zero the payer kept it, below zero it gave it."""

    rows = FieldList(FormField(PlbRow), min_entries=4, max_entries=20)

    @property
    def plbs(self) -> tuple[TypedPlb, ...]:
        return tuple(
            TypedPlb(row.reason.data, row.reference.data or "", row.amount.data or ZERO)
            for row in (entry.form for entry in self.rows)
            if row.reason.data
        )

    def whole(self) -> bool:
        """Each row names reason and amount, or nothing."""
        fine = True
        for row in (entry.form for entry in self.rows):
            typed = bool(row.amount.data or row.reference.data)
            if typed != bool(row.reason.data) or (row.reason.data and not row.amount.data):
                row.amount.errors = ["A row has a reason and an amount."]
                fine = False
        if not fine:
            self.form_errors.append("A row has a reason and an amount.")
        return fine

    @staticmethod
    def of(page: EobPage) -> dict[str, object]:
        """As it stands, with empty rows after it."""
        said: list[dict[str, str | Money]] = [
            {"reason": one.reason, "reference": one.reference, "amount": one.amount}
            for one in page.eob.plbs
        ]
        return {"version": page.version, "rows": [*said, {}, {}]}
