"""Passkeys for Flask-Security: they check their holder, so one is both factors at once (ID-6, ID-7, ID-9).

A passkey signs in by itself, or stands for the code after a password, or for the password before a
change. It is bound to our address by the browser, so nobody is tricked into handing it to another.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, session
from flask_login import current_user
from flask_security import (
    WebAuthnDeleteForm,
    WebAuthnMixin,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninResponseForm,
    WebauthnUtil,
)
from sqlalchemy import select
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms import SubmitField
from wtforms.validators import InputRequired

from portal.models.identity import Login
from portal.web.clock import now
from portal.web.fields import LineField
from portal.web.sign_in_forms import CountedForm
from portal.web.sign_in_words import PASSKEY_FAILED

ENDPOINTS = {
    "security.wan_register",
    "security.wan_register_response",
    "security.wan_signin",
    "security.wan_signin_response",
    "security.wan_verify",
    "security.wan_verify_response",
    "security.wan_delete",
}
CHALLENGE = "passkey_challenge"
LONGEST_NAME = 40
TIME_FOR_IT = timedelta(minutes=5)  # to find the stick, or to wake the other phone (WCAG 2.2.1)
MOST = 10  # a person has a phone, a computer, a key on the key ring; a thousand would be somebody's joke


class AnyStep(str):
    """What a passkey is good for: equal to "first" and to "secondary", whichever the library asks."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other in {"first", "secondary"}

    def __hash__(self) -> int:
        return hash(str(self))


class StoredPasskey(WebAuthnMixin):  # type: ignore[misc]  # the library ships no types
    """A row of `passkeys` as Flask-Security wants to see it; the application's own model is `Passkey`."""

    id: int
    login_id: int
    name: str
    usage = AnyStep()
    extensions = None

    def __init__(self, **columns: Any) -> None:
        """All but the library's words on its use and its extensions, which say nothing that we need."""
        for name, value in (columns | {"created_at": columns["lastuse_datetime"]}).items():
            if name not in {"usage", "extensions"}:
                setattr(self, name, value)

    def get_user_mapping(self) -> dict[str, Any]:
        return {"id": self.login_id}


class Ceremonies(WebauthnUtil):  # type: ignore[misc]  # the library ships no types
    """What we ask of a passkey: it lives on the device, checks who holds it, and knows our public address."""

    def __init__(self, app: Flask) -> None:
        address = urlsplit(app.config["SETTINGS"].public_url)
        self._origin = f"{address.scheme}://{address.netloc}"
        self._host = address.hostname
        self._staff = app.config["FACE"].name == "staff"

    def origin(self) -> str:
        return self._origin

    def generate_challenge(self, nbytes: int | None = None) -> str:
        """A new one, which only this browser can answer and only once."""
        challenge = str(super().generate_challenge(nbytes))
        session[CHALLENGE] = challenge
        return challenge

    def registration_options(self, user: Any, usage: str, existing_options: Any) -> Any:  # noqa: ARG002 (the library calls it so)
        shown = f"{user.email} (staff)" if self._staff else user.email
        return existing_options | {
            "rp_id": self._host,
            "user_name": shown,
            "user_display_name": shown,
            "authenticator_selection": AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        }

    def authentication_options(self, user: Any, usage: Any, existing_options: Any) -> Any:  # noqa: ARG002 (as above)
        return existing_options | {
            "rp_id": self._host,
            "user_verification": UserVerificationRequirement.REQUIRED,
        }

    def name_svn(self, value: str) -> tuple[str | None, str | None]:
        """The name as it is kept, or why not; pages and letters escape whatever it holds."""
        name = unicodedata.normalize("NFC", " ".join(value.split()))
        if not name.isprintable() or len(name) > LONGEST_NAME:
            return f"Choose a name of at most {LONGEST_NAME} letters.", None
        return None, name


class NamePasskeyForm(WebAuthnRegisterForm):  # type: ignore[misc]  # the library ships no types
    """What the list shall call it."""

    name = LineField(
        "Name of this passkey",
        validators=[InputRequired("Give it a name, such as My phone.")],
        render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)},
    )
    submit = SubmitField("Add a passkey")

    def validate(self, **kwargs: Any) -> bool:
        self.usage.data = "first"
        if not super().validate(**kwargs):
            return False
        if len(current_user.webauthn) >= MOST:
            self.name.errors = [f"You have {MOST} passkeys. Delete one first."]
            return False
        return True


class NewPasskeyForm(WebAuthnRegisterResponseForm):  # type: ignore[misc]  # the library ships no types
    """What the browser answers when it has made one."""

    def validate(self, **kwargs: Any) -> bool:
        """One answer of a person after the other: of two at once the second finds what the first kept."""
        _lock(current_user.id)
        if not _is_this_browsers(self.challenge) or not super().validate(**kwargs):
            self.credential.errors = [PASSKEY_FAILED]
            return False
        return True


class _OwnPasskeyForm(WebAuthnSigninResponseForm):  # type: ignore[misc]  # the library ships no types
    def validate(self, **kwargs: Any) -> bool:
        self.remember.data = ""  # it is both factors: there is no second one to skip
        right = _is_this_browsers(self.challenge) and super().validate(**kwargs)
        if right and self.user.is_active and self._is_asked_for():
            return True
        self.credential.errors = [PASSKEY_FAILED]
        return False

    def _is_asked_for(self) -> bool:
        """After a password it must be a passkey of that same person; the library takes anybody's."""
        return not self.is_secondary or self.user.fs_uniquifier == session["tf_user_id"]


class UsePasskeyForm(CountedForm, _OwnPasskeyForm):
    """What the browser answers when it has used one: to sign in, as the second step, or before a change."""

    action = "passkey"

    def subject(self) -> str:
        """The passkey that is tried, known or not: there is no name to count against yet."""
        try:
            return f"key {json.loads(self.credential.data)['id']}"
        except (ValueError, KeyError, TypeError):
            return "key unreadable"

    def validate(self, **kwargs: Any) -> bool:
        right = super().validate(**kwargs)
        if self.form_errors:  # the library's pages show those of the field alone
            self.credential.errors, self.form_errors = self.form_errors, []
        return right


class DeletePasskeyForm(WebAuthnDeleteForm):  # type: ignore[misc]  # the library ships no types
    """Which one to delete; never the last second factor (ID-9)."""

    def validate(self, **kwargs: Any) -> bool:
        if not super().validate(**kwargs):
            return False
        if not current_user.tf_primary_method and len(current_user.webauthn) == 1:
            self.name.errors.append(
                "This passkey is your only second step. Set up sign-in codes first."
            )
            return False
        return True


def passkey_options(shown_as: str) -> dict[str, Any]:
    """The library's settings; `shown_as` is what the device calls us."""
    return {
        "WEBAUTHN": True,
        "WAN_RP_NAME": shown_as,
        "DATETIME_FACTORY": now,
        "WAN_REGISTER_URL": "/passkeys",
        "WAN_SIGNIN_URL": "/sign-in/passkey",
        "WAN_VERIFY_URL": "/confirm-passkey",
        "WAN_DELETE_URL": "/passkeys/delete",
        "WAN_REGISTER_TIMEOUT": TIME_FOR_IT // timedelta(milliseconds=1),
        "WAN_SIGNIN_TIMEOUT": TIME_FOR_IT // timedelta(milliseconds=1),
        "WAN_REGISTER_WITHIN": TIME_FOR_IT,
        "WAN_SIGNIN_WITHIN": TIME_FOR_IT,
        "WAN_ALLOW_AS_FIRST_FACTOR": True,
        "WAN_ALLOW_AS_MULTI_FACTOR": True,
        # A name typed first would tell strangers who has a passkey (ID-4).
        "WAN_ALLOW_USER_HINTS": False,
    }


def _lock(login_id: int) -> None:
    """Hold the person's sign-in until this request ends, while rows that point to it may still be written."""
    store = current_app.extensions["security"].datastore.db.session
    store.execute(select(Login.id).where(Login.id == login_id).with_for_update(key_share=True))


def _is_this_browsers(challenge: str) -> bool:
    return bool(session.pop(CHALLENGE, None) == challenge)
