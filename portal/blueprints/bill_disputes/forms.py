"""What a patient says is wrong, one question a screen; what was answered before comes along hidden."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import UUID, Optional

from billing.bill_disputes import Channel, Kind
from billing.money import Money
from portal.queries.bill import BillPage
from portal.services.open_dispute import Filing
from portal.web.fields import AmountField, at_most, chosen, required
from portal.web.note_field import NoteField

KINDS = [
    (Kind.AMOUNT.value, "The amount is wrong"),
    (Kind.INSURANCE.value, "My insurance should pay this"),
    (Kind.ALREADY_PAID.value, "I paid this already"),
    (Kind.NOT_RECEIVED.value, "I did not get this service"),
    (Kind.DUPLICATE.value, "I was billed twice"),
    (Kind.NOT_MINE.value, "This is not my bill"),
    (Kind.IDENTITY_THEFT.value, "Somebody used my name or my card"),
    (Kind.ASSISTANCE.value, "Financial help should cover this"),
    (Kind.QUALITY.value, "Something went wrong with my care"),
]
STEPS = ("kind", "charges", "part", "words")
LARGEST = 10**9


class DisputeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Four screens at most. The id made with the first one lets the last be sent once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    step = HiddenField()
    kind = RadioField("What is wrong?", [chosen("what is wrong")], choices=KINDS)
    charges = SelectMultipleField("Which services?", [chosen("at least one service")], coerce=int)
    part = AmountField("How much of it is wrong?", [Optional()])
    words = NoteField(
        "Tell us in your own words", [required("a few words"), at_most(2000, "Your words")]
    )

    def offer(self, page: BillPage, charge_id: int | None) -> None:
        """The services of the bill, with the one it was begun from; one alone is not worth asking about."""
        lines = page.section.lines
        self.charges.choices = [(line.charge_id, line.service) for line in lines]
        if len(lines) == 1:
            self.charges.data = [lines[0].charge_id]
        elif not self.is_submitted() and charge_id is not None:
            self.charges.data = [line.charge_id for line in lines if line.charge_id == charge_id]

    def steps(self, page: BillPage) -> tuple[str, ...]:
        """The screens that this bill needs."""
        left_out = set()
        if len(page.section.lines) == 1:
            left_out.add("charges")
        chosen_ids = set(self.charges.data or ())
        chosen = [line for line in page.section.lines if line.charge_id in chosen_ids]
        if page.owe.cents <= 0 or not any(line.owe for line in chosen or page.section.lines):
            left_out.add(
                "part"
            )  # nothing of it is due: it may have been paid, or be no bill at all
        return tuple(step for step in STEPS if step not in left_out)

    def open_step(self, page: BillPage) -> str:
        """The screen to show: the first with something to answer or to mend; empty when all is said."""
        steps = self.steps(page)
        if not self.is_submitted() or self.step.data not in steps:
            return steps[0]
        answered = steps[: steps.index(self.step.data) + 1]
        self.validate()
        faulty = [step for step in answered if self[step].errors]
        for step in set(STEPS) - set(answered):
            self[step].errors = ()
        if faulty or self.form_id.errors:
            return faulty[0] if faulty else steps[0]
        return steps[len(answered)] if len(answered) < len(steps) else ""

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)

    def filing(self, page: BillPage) -> Filing:
        """What was said."""
        return Filing(
            visit_id=page.section.visit_id,
            kind=Kind(self.kind.data),
            channel=Channel.PORTAL,
            words=self.words.data or "",
            charge_ids=frozenset(self.charges.data or ()),
            amount=self.part.data,
        )


class EvidenceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One picture, from the camera or from a file."""

    photo = FileField("Take a photo", render_kw={"accept": "image/*", "capture": "environment"})
    file = FileField("Choose a picture or a PDF", render_kw={"accept": "image/*,application/pdf"})

    @property
    def content(self) -> bytes | None:
        """What was sent; None when neither field has a file. Its name and declared type are not looked at."""
        for field in (self.photo, self.file):
            if field.data:  # an empty choice of the browser counts as none
                return bytes(field.data.read())
        return None


class DifferForm(EvidenceForm):
    """An EOB that says another amount than the plan told us: both figures, a picture of it, and words if there are any."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    theirs = HiddenField()  # cents that their EOB says, from the page that compared it
    line = HiddenField()  # the service that was compared; empty for the whole visit
    picture = HiddenField()  # the EOB that was photographed before; empty for none
    step = HiddenField()
    words = NoteField("What else should we know?", [at_most(2000, "Your words")])

    @property
    def eob_told(self) -> Money | None:
        typed = _whole(self.theirs.data)
        return None if typed is None else Money(typed)

    @property
    def charge_id(self) -> int | None:
        return _whole(self.line.data)

    @property
    def photo_id(self) -> int | None:
        return _whole(self.picture.data)

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)

    def filing(self, page: BillPage, *, theirs: Money, told: Money) -> Filing:
        """Disputed is what stands between the two figures: the EOB says less."""
        charge_id = self.charge_id
        words = self.words.data or f"My EOB says {theirs}. You say that my plan told you {told}."
        return Filing(
            visit_id=page.section.visit_id,
            kind=Kind.AMOUNT,
            channel=Channel.EOB,
            words=words,
            charge_ids=frozenset() if charge_id is None else frozenset({charge_id}),
            amount=told - theirs,
            eob_told=theirs,
            plan_told=told,
        )


def _whole(typed: str | None) -> int | None:
    """A whole number that a hidden field carries; None for anything else."""
    said = (typed or "").strip()
    known = said.isascii() and said.isdecimal() and int(said) < LARGEST
    return int(said) if known else None


class ReplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why the patient does not agree."""

    text = NoteField("Why do you not agree?", [required("why"), at_most(2000, "Your words")])
