"""What is asked at the steps of a check-in: one idea on each page (SCH-12)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField

from billing.check_in import PayChoice
from billing.form_fields import YES, Field, ShownIf
from billing.form_words import Kind
from portal.queries.check_in_page import CheckInPage, FormToSign
from portal.services.sign_form import FormSignature
from portal.web.asked_form import AskedForm, asked_form
from portal.web.fields import LineField, at_most, chosen
from portal.web.note_field import NoteField

RIGHT = [("yes", "Yes, this is right"), ("no", "Something is wrong or has changed")]
PLANS = [
    ("same", "Yes, this is still right"),
    ("changed", "Something changed"),
    ("none", "I have no insurance now"),
]
PAY = [
    (PayChoice.LATER.value, "Pay later, or at the desk"),
    (PayChoice.HELP.value, "I need help paying"),
]
SIGNERS = [
    ("self", "For myself"),
    ("parent", "As the parent"),
    ("guardian", "As the guardian"),
    ("proxy", "For somebody else, with their leave"),
]


class RightForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whether what we have is right, and what is not."""

    right = RadioField("Is this right?", [chosen("if this is right")], choices=RIGHT)
    note = NoteField("What is wrong? (optional)", [at_most(500, "The note")])

    @property
    def detail(self) -> dict[str, Any]:
        return {"right": self.right.data, "note": self.note.data or ""}


class CoverageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whether the plans on file are still right."""

    plans = RadioField("Is your insurance still right?", [chosen("if it is right")], choices=PLANS)
    note = NoteField("What changed? (optional)", [at_most(500, "The note")])

    @property
    def detail(self) -> dict[str, Any]:
        return {"plans": self.plans.data, "note": self.note.data or ""}


class PayLaterForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What to do about money, where it is not paid now."""

    choice = RadioField("If you do not pay now", [chosen("what you want to do")], choices=PAY)

    @property
    def detail(self) -> dict[str, Any]:
        return {"choice": self.choice.data}


class SignatureForm(AskedForm):
    """The answers of a form, and below them a typed name where one is asked for."""

    seal = HiddenField()
    signed_as = RadioField("I sign", validate_choice=False)
    name = LineField("Your full name", [at_most(120, "The name")])
    agreed = BooleanField("I have read this. My typed name is my signature.")

    def show(self, form: FormToSign, signers: tuple[str, ...]) -> SignatureForm:
        """For exactly what the page is about to show."""
        self.must_sign = form.must_sign
        self.signed_as.choices = [(code, words) for code, words in SIGNERS if code in signers]
        if not self.is_submitted():
            self.seal.data = form.sha256
        if len(signers) == 1 or self.signed_as.data is None:
            self.signed_as.data = self.signed_as.data or signers[0]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """A signature needs a name and a tick."""
        fine = super().validate(extra_validators)
        if self.must_sign and len((self.name.data or "").strip()) < 2:  # noqa: PLR2004 - a name
            self.name.errors = ["Type your full name to sign."]
            fine = False
        if self.must_sign and not self.agreed.data:
            self.agreed.errors = ["Tick the box if you agree."]
            fine = False
        return fine

    def signature(self, version_id: int) -> FormSignature:
        """What is sent."""
        return FormSignature(
            version_id=version_id,
            sha256=self.seal.data or "",
            answers=self.answers,
            name=self.name.data or "",
            agreed=bool(self.agreed.data),
            signed_as=self.signed_as.data or "self",
        )


def signature_form(form: FormToSign, page: CheckInPage) -> SignatureForm:
    """The form that asks what this one asks."""
    made = asked_form(form.shown.fields, SignatureForm)
    if not isinstance(made, SignatureForm):
        raise TypeError("a signature form is what was asked for")
    return made.show(form, page.signers)


def accident_form(page: CheckInPage, *, told_before: bool) -> AskedForm:
    """Whether somebody else than the plan may have to pay; with what was said before, where only its author reads it."""
    form = asked_form(accident_fields())
    if told_before and not form.is_submitted():
        form.start(page.check_in.details.get("accident", {}))
    return form


def accident_fields() -> tuple[Field, ...]:
    """In the page's language."""
    return (
        Field(
            code="accident",
            kind=Kind.YES_NO,
            required=True,
            label=str(gettext("Is this visit because of an accident?")),
        ),
        Field(
            code="accident_on",
            kind=Kind.DATE,
            label=str(gettext("When was the accident?")),
            shown_if=ShownIf("accident", YES),
        ),
        Field(
            code="accident_what",
            kind=Kind.TEXT,
            label=str(gettext("What happened, and in which state?")),
            shown_if=ShownIf("accident", YES),
        ),
        Field(
            code="work",
            kind=Kind.YES_NO,
            required=True,
            label=str(gettext("Is it because of your work?")),
        ),
    )
