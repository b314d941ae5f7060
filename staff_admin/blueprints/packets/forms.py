"""What is sent to prepare a packet, to sign it and to place its bill."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import UUID, InputRequired


def _form_id() -> HiddenField:
    return HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )


class PrepareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The packet's id is the page's, so that a second click finds the first."""

    packet_id = _form_id()

    @property
    def id_of_packet(self) -> uuid.UUID:
        return uuid.UUID(self.packet_id.data)


class SignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The hash of the content that stood on the page."""

    shown_hash = HiddenField()


class PlaceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """To which agency the bill goes."""

    form_id = _form_id()
    agency = SelectField("Agency", [InputRequired("Choose the agency.")], coerce=int)

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)
