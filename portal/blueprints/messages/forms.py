"""What a patient writes to the office."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask_babel import gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.validators import UUID

from portal.web.fields import at_most, required
from portal.web.note_field import NoteField


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A question. The id made with the page lets the same form be sent once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    account = SelectField("Which account is it about?", coerce=int)
    line = SelectField("Which service is it about?", coerce=int, validate_choice=False, default=0)
    text = NoteField("Your message", [required("your message"), at_most(2000, "Your message")])
    file = FileField("Photo or PDF", render_kw={"accept": "image/*,application/pdf"})

    def offer(self, accounts: Sequence[tuple[int, str]]) -> None:
        """The accounts one may write about; a field for one alone, or for none, is not worth asking."""
        if not accounts:
            del self.account
            return
        self.account.choices = list(accounts)
        if len(accounts) == 1 and self.account.data is None:
            self.account.data = accounts[0][0]

    def offer_lines(self, lines: Sequence[tuple[int, str]]) -> None:
        """The services of the bill; none, and the field is not asked."""
        self.line.choices = [(0, gettext("The whole bill")), *lines]

    @property
    def charge_id(self) -> int | None:
        """A line of the bill; another's is refused by the service."""
        return self.line.data or None

    @property
    def content(self) -> bytes | None:
        """The file, if any. Its name and declared type are not looked at."""
        if not self.file.data:
            return None
        return bytes(self.file.data.read())

    @property
    def account_id(self) -> int | None:
        """None of somebody without a record."""
        return self.account.data if "account" in self else None

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)
