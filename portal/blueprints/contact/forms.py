"""What a patient fills in about being reached."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField

from billing.text_templates import Grade
from billing.text_wording import LABELS, WARNINGS, box_label
from portal.queries.text_consents import TextCategory
from portal.web.fields import CodeField, PhoneField, chosen, required
from portal.web.languages import language


class MobileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The number to prove."""

    mobile = PhoneField("Your mobile number", [required("your mobile number")])


class MobileCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the text arrived; of another number also that the change is theirs (ID-12)."""

    code = CodeField("Code from the text", [required("the six digits")])
    second_code = CodeField("Second code", [required("the second code")])


class AgreeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One optional box for each category; none is ever ticked beforehand (MSG-2)."""

    billing = BooleanField(LABELS["billing"])
    payments = BooleanField(LABELS["payments"])
    visits = BooleanField(LABELS["visits"])

    def offer(self, categories: Sequence[str], *, org: str) -> None:
        """Only what is not agreed to yet, each beside its full sentence."""
        for name in LABELS:
            if name in categories:
                self[name].label.text = box_label(name, org=org, language=language())
            else:
                del self[name]

    @property
    def ticked(self) -> list[TextCategory]:
        return [TextCategory(name) for name in LABELS if name in self and self[name].data]


class ChoicesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How to hear of bills, and how much a text may say."""

    bill_notices = RadioField(
        "How should we tell you about bills?",
        [chosen("how we tell you")],
        choices=[
            ("text", "By text, if you turned texts on"),
            ("email", "By e-mail"),
            ("paper", "On paper only"),
        ],
    )
    text_grade = RadioField(
        "What may a text say?",
        [chosen("what a text may say")],
        choices=[
            (Grade.LINK.value, f"Just a link. {WARNINGS['link']}"),
            (Grade.AMOUNT.value, f"The amount too. {WARNINGS['amount']}"),
            (Grade.FULL.value, f"Amount and due date. {WARNINGS['full']}"),
        ],
    )
