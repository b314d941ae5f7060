"""The password that an invited person chooses."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo

from portal.web.fields import required


class InvitationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A password, twice."""

    password = PasswordField("Password", [required("a password")])
    again = PasswordField(
        "Password again", [EqualTo("password", "The two passwords are not the same.")]
    )
