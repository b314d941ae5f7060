"""One claim of a paper EOB: its lines come with what was billed; paid and adjustments are typed."""

from __future__ import annotations

import re
from typing import Any

from wtforms import FieldList, Form, FormField, SelectField
from wtforms.validators import Optional, Regexp

from billing.carc import explain, remark_known, remark_sentence
from billing.eob import (
    GROUPS,
    STATUSES,
    TypedAdjustment,
    TypedClaim,
    TypedLine,
    known_carc,
)
from billing.money import ZERO
from portal.web.fields import LineField, TraceField, at_most
from portal.web.note_field import NoteLineField
from staff_admin.blueprints.eobs.forms import CentsField, VersionForm

SPARE = 2  # empty adjustments below those that were typed
REMARKS = r"^([A-Za-z]{1,2}\d{1,4}[\s,]*){0,5}$"
STATUS_WORDS = {
    "1": "First plan",
    "2": "Second plan",
    "3": "Third plan",
    "4": "Denied",
    "19": "First plan, sent on to the next",
    "20": "Second plan, sent on to the next",
    "21": "Third plan, sent on to the next",
    "22": "Takes its decision back",
}
# What a payer's paper says most often; any other code is typed.
USUAL = ("1", "2", "3", "16", "18", "22", "23", "24", "29", "45", "50", "59", "94", "96", "97", "119", "197", "204", "253")  # fmt: skip


def codes(text: str) -> tuple[str, ...]:
    """The remark codes in a box."""
    return tuple(part.upper() for part in re.split(r"[\s,]+", text or "") if part)


class AdjustmentForm(Form):
    """Group and reason from the EOB, and the amount that was taken off."""

    group = SelectField("Group", choices=[("", ""), *((group, group) for group in GROUPS)])
    carc = LineField(
        "Reason", [Optional(), Regexp(r"^[A-Za-z]?\d{1,3}$", message="Like 45 or B13.")]
    )
    amount = CentsField("Amount", signed=True)

    @property
    def used(self) -> bool:
        return bool(self.group.data or self.carc.data or self.amount.data)

    @property
    def code(self) -> str:
        return (self.carc.data or "").upper()

    @property
    def words(self) -> str:
        """Our own sentence; says so when the code is none that we know."""
        if not self.code or not self.group.data:
            return ""
        if not known_carc(self.code):
            return "No reason of this code is known. It will wait for a person."
        return explain(self.group.data, self.code).sentence

    @property
    def typed(self) -> TypedAdjustment:
        return TypedAdjustment(self.group.data, self.code, self.amount.data or ZERO)


class LineForm(Form):
    """One billed line."""

    allowed = CentsField("Allowed")
    paid = CentsField("Plan paid", signed=True)
    adjustments = FieldList(FormField(AdjustmentForm), min_entries=SPARE, max_entries=20)
    remarks = LineField("Remark codes", [Optional(), Regexp(REMARKS, message="Like N130 MA18.")])

    @property
    def remark_words(self) -> list[tuple[str, str]]:
        return [
            (one, remark_sentence(one))
            for one in codes(self.remarks.data or "")
            if remark_known(one)
        ]

    def whole(self) -> bool:
        """Each adjustment has all of its three parts, or none."""
        halves = [
            one
            for one in (entry.form for entry in self.adjustments)
            if one.used and not (one.group.data and one.carc.data and one.amount.data)
        ]
        for one in halves:
            one.amount.errors = ["Group, reason and amount belong together."]
        return not halves

    def typed(self, line: TypedLine) -> TypedLine:
        """The line as it is typed now."""
        return TypedLine(
            charge_id=line.charge_id,
            billed=line.billed,
            paid=self.paid.data,
            allowed=self.allowed.data,
            adjustments=tuple(
                one.typed for one in (entry.form for entry in self.adjustments) if one.used
            ),
            remarks=codes(self.remarks.data or ""),
        )


class ClaimForm(VersionForm):
    """What the EOB says of one claim."""

    status = SelectField("Answered as", choices=[(code, STATUS_WORDS[code]) for code in STATUSES])
    payer_claim_number = TraceField("Payer’s claim number", [at_most(30, "The number")])
    remarks = LineField(
        "Remark codes of the claim", [Optional(), Regexp(REMARKS, message="Like MA18 N781.")]
    )
    crossover = NoteLineField("Sent on to", [at_most(60, "The name")])
    lines = FieldList(FormField(LineForm))

    @staticmethod
    def of(typed: TypedClaim, version: int) -> dict[str, Any]:
        """As it was typed, with empty adjustments below."""
        return {
            "version": version,
            "status": typed.status,
            "payer_claim_number": typed.payer_claim_number,
            "remarks": " ".join(typed.remarks),
            "crossover": typed.crossover,
            "lines": [
                {
                    "allowed": line.allowed,
                    "paid": line.paid,
                    "remarks": " ".join(line.remarks),
                    "adjustments": [
                        {"group": a.group, "carc": a.carc, "amount": a.amount}
                        for a in line.adjustments
                    ]
                    + [{}] * SPARE,
                }
                for line in typed.lines
            ],
        }

    def whole(self, typed: TypedClaim) -> bool:
        """Whether it speaks of exactly the lines that the claim has, each adjustment whole."""
        if len(self.lines) != len(typed.lines):
            self.form_errors.append("The claim has other lines now. Open it again.")
            return False
        fine = [entry.form.whole() for entry in self.lines]
        if not all(fine):
            self.form_errors.append("Group, reason and amount belong together.")
        return all(fine)

    def typed(self, before: TypedClaim) -> TypedClaim:
        """The claim as it is typed now."""
        return TypedClaim(
            claim_id=before.claim_id,
            status=self.status.data,
            payer_claim_number=self.payer_claim_number.data or "",
            remarks=codes(self.remarks.data or ""),
            crossover=self.crossover.data or "",
            lines=tuple(
                entry.form.typed(line) for entry, line in zip(self.lines, before.lines, strict=True)
            ),
        )
