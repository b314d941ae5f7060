"""What is asked of somebody whose e-mail address changes."""

from __future__ import annotations

from flask_wtf import FlaskForm

from portal.web.fields import CodeField, EmailField, required


class NewEmailForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Where to."""

    email = EmailField("New e-mail address", [required("your new e-mail address")])


class BothCodesForm(FlaskForm):  # type: ignore[misc]  # as above
    """The proof that both mailboxes are theirs (ID-12)."""

    old_code = CodeField("Code from your old e-mail", [required("the code from your old e-mail")])
    new_code = CodeField("Code from your new e-mail", [required("the code from your new e-mail")])
