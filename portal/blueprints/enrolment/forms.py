"""The questions of enrolment, one form a screen."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo

from portal.web.fields import CodeField, DayField, EmailField, LineField, at_most, required


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the statement and the person know."""

    code = CodeField("Code on your statement", [required("the code on your statement")])
    birth_on = DayField("Your birth date", [required("your birth date")])
    postal_code = LineField(
        "Your ZIP code", [required("your ZIP code"), at_most(10, "The ZIP code")]
    )


class EmailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Where messages and sign-in go."""

    email = EmailField("Your e-mail address", [required("your e-mail address"), at_most(200, "It")])


class EmailCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the mail arrived."""

    code = CodeField("Code from the e-mail", [required("the six digits")])


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A password, twice."""

    password = PasswordField("Password", [required("a password")])
    again = PasswordField(
        "Password again", [EqualTo("password", "The two passwords are not the same.")]
    )
