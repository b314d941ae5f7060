"""What a patient fills in about being reached."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField

from billing.text_templates import Grade
from billing.text_wording import LABELS, WARNINGS, box_label
from portal.queries.notice_channel import OFFERED, About, Channel
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


WAYS = {
    About.VISITS: {Channel.TEXT: "By text", Channel.EMAIL: "By e-mail"},
    About.BILLS: {
        Channel.TEXT: "By text",
        Channel.EMAIL: "By e-mail",
        Channel.PAPER: "Only on paper, with my statement",
    },
    About.PAYMENTS: {
        Channel.TEXT: "By text",
        Channel.EMAIL: "By e-mail",
        Channel.PAPER: "Only on paper, with my next statement",
    },
}


def _ways(about: About) -> list[tuple[str, str]]:
    return [(channel.value, WAYS[about][channel]) for channel in OFFERED[about]]


class ChoicesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How to hear of what, and how much a text may say."""

    visit_notices = RadioField(
        "Your visits and insurance",
        [chosen("how we tell you about visits")],
        choices=_ways(About.VISITS),
    )
    bill_notices = RadioField(
        "Your bills", [chosen("how we tell you about bills")], choices=_ways(About.BILLS)
    )
    payment_notices = RadioField(
        "Your payments",
        [chosen("how we tell you about payments")],
        choices=_ways(About.PAYMENTS),
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

    @property
    def channels(self) -> dict[About, Channel]:
        return {about: Channel(self[about.value].data) for about in About}
