"""What staff fill in about a refund."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import UUID, InputRequired

from billing.money import ZERO
from billing.refunds import CHOOSABLE, REASON_WORDS, RefundReason
from portal.queries.refunds import RefundAsk
from portal.services.request_refund import RefundWish
from portal.web.fields import AmountField, at_most, chosen, required
from portal.web.note_field import NoteField

IN_ORDER = "order"


class RefundForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How much, why, and from where. The id made with the page lets the same form ask once only."""

    refund_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    amount = AmountField("Amount to send back", [InputRequired("Enter an amount.")])
    reason = RadioField(
        "Reason",
        [chosen("a reason")],
        choices=lambda: [(reason.value, REASON_WORDS[reason]) for reason in CHOOSABLE],
    )
    place = RadioField("Take it from", [chosen("what to take it from")], default=IN_ORDER)
    note = NoteField("Note", [required("a note"), at_most(500, "The note")])

    def offer(self, page: RefundAsk) -> None:
        """The lines that this payment pays, each of which may be named."""
        named = [
            (str(place.charge_id), f"{place.words}: up to {place.amount}, due again")
            for place in page.places
            if place.by_this_payment
        ]
        self.place.choices = [(IN_ORDER, "Credit first, then the newest service"), *named]

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.refund_id.data)

    @property
    def wish(self) -> RefundWish:
        return RefundWish(
            amount=self.amount.data or ZERO,
            reason=RefundReason(self.reason.data),
            note=self.note.data or "",
            charge_id=None if self.place.data == IN_ORDER else int(self.place.data),
        )

    @property
    def reason_words(self) -> str:
        return REASON_WORDS[RefundReason(self.reason.data)]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The same wish in hidden fields, for the page that asks once more."""
        wish = self.wish
        return [
            ("refund_id", str(self.refund_id.data)),
            ("amount", str(wish.amount).replace("$", "")),
            ("reason", wish.reason.value),
            ("place", str(self.place.data)),
            ("note", wish.note),
        ]


class DeclineForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a refund is not sent."""

    reason = NoteField("Why not", [required("a reason"), at_most(500, "The reason")])
