"""What somebody fills in who wants to be reached in another way; no field asks why (HIPAA-10)."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField

from portal.services.write_request import SWITCHES
from portal.web.fields import CodeField, EmailField, required


class SafeEmailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The mailbox to prove."""

    email = EmailField("E-mail address", [required("an e-mail address")])


class SafeEmailCodeForm(FlaskForm):  # type: ignore[misc]  # as above
    """The proof that the mailbox is theirs."""

    code = CodeField("Code from the e-mail", [required("the six digits")])


class NeverForm(FlaskForm):  # type: ignore[misc]  # as above
    """The ways that we never use, and a phone that others hold too."""

    no_paper = BooleanField("No mail to my usual address")
    no_email = BooleanField("No e-mail")
    no_texts = BooleanField("No texts")
    no_calls = BooleanField("No calls")
    shared_phone = BooleanField("I share my phone with others")

    @property
    def answers(self) -> dict[str, bool]:
        return {name: bool(self[name].data) for name in SWITCHES}


class EndForm(FlaskForm):  # type: ignore[misc]  # as above
    """The press of a button."""
