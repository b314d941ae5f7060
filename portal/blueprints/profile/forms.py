"""The phone of a profile; the other questions are in `portal.web.person_forms`."""

from __future__ import annotations

from flask_wtf import FlaskForm

from portal.web.fields import CodeField, PhoneField, required


class PhoneForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The number to prove."""

    mobile = PhoneField("Phone number", [required("your phone number")])


class PhoneCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the text arrived."""

    code = CodeField("Code from the text", [required("the six digits")])
