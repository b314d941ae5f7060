"""What only somebody new is asked; the rest is in `portal.web.person_forms`."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo

from portal.web.fields import CodeField, EmailField, PhoneField, at_most, required


class EmailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Where messages and sign-in go."""

    email = EmailField("E-mail", [required("your e-mail address"), at_most(200, "It")])


class EmailCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the mail arrived."""

    code = CodeField("Code from the e-mail", [required("the six digits")])


class PhoneForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How to call."""

    mobile = PhoneField("Phone number", [required("your phone number")])


class PhoneCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the text arrived."""

    code = CodeField("Code from the text", [required("the six digits")])


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A password, twice."""

    password = PasswordField("Password", [required("a password")])
    again = PasswordField(
        "Password again", [EqualTo("password", "The two passwords are not the same.")]
    )
