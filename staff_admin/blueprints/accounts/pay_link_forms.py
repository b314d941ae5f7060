"""Which way a link to pay goes, and the press that revokes one."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.services.issue_pay_link import Kind
from portal.web.fields import chosen


class SendForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Text or e-mail; the address on file is used, whatever somebody says on the phone."""

    kind = RadioField(
        "Send it by",
        [chosen("text or e-mail")],
        choices=[(Kind.TEXT.value, "Text"), (Kind.EMAIL.value, "E-mail")],
    )


class RevokeForm(FlaskForm):  # type: ignore[misc]  # as above
    """The press of a button."""
