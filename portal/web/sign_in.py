"""Sign-in by Flask-Security, fenced in: our table, our throttles, our sessions, our words.

Its views are the one exception to "views never touch a session": they work on a scoped session that
knows nothing but the `logins` table.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_security import (
    MailUtil,
    PasswordUtil,
    PhoneUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
)
from sqlalchemy import select
from sqlalchemy.orm import registry, relationship
from werkzeug.wrappers import Response as AnyResponse

from portal.config import Settings, derived_key
from portal.db import sign_in_session
from portal.models.identity import Login, Passkey
from portal.queries.devices import TRUST, is_trusted
from portal.queries.passkeys import PasskeyRow, passkeys_of
from portal.services import letters
from portal.services.record_attempt import SENDING
from portal.services.recovery_codes import needs_new_codes
from portal.services.refuse_weak_password import SHORTEST, refuse_weak_password
from portal.services.send_sign_in_message import send_sign_in_letter
from portal.web import access, passkeys, sign_in_forms
from portal.web.clock import now
from portal.web.faces import Face, cookie_name
from portal.web.half_way import begin_anew, limit_half_way
from portal.web.known_browser import browser_hash
from portal.web.languages import CATALOGUES
from portal.web.second_factor import (
    TEXT_CODE_LIFE,
    OneTimeCodes,
    RecoveryCodes,
    has_recovery_codes,
    send_text_code,
)
from portal.web.sign_in_signals import connect_signals
from portal.web.sign_in_words import WORDS
from portal.web.us_phone import us_number

# Exactly the library's pages that may answer. The access test accepts this list and nothing else.
ENDPOINTS = {
    "security.login",
    "security.logout",
    "security.verify",
    "security.forgot_password",
    "security.reset_password",
    "security.change_password",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.tf_select",
    "security.mf_recovery",
    "security.mf_recovery_codes",
} | passkeys.ENDPOINTS
# The answers of these must not tell by their time whether a person exists (ID-4).
PADDED = {"security.login", "security.forgot_password", "security.two_factor_token_validation"}
PAD_SECONDS = 0.8


class SignIn(UserMixin):  # type: ignore[misc]  # the library ships no types
    """A row of `logins` as Flask-Security wants to see it; the application's own model is `Login`."""

    id: int
    email: str
    totp_last_counter: int
    roles = ()

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Always, but on a device that the patient chose to trust; never without a factor set up."""
        fresh = tf_fresh and current_app.config["FACE"].remembers_devices and tf_setup_methods
        # The library's cookie alone outlives "sign out" in the list of devices: the row decides.
        trusted = fresh and is_trusted(
            login_id=self.id, browser=browser_hash(self.email), now=now()
        )
        return not trusted, tf_setup_methods

    def tf_send_security_token(self, method: str, **kwargs: Any) -> str | None:
        """Codes go by text or not at all; an authenticator needs none sent, e-mail is no factor."""
        if method == "sms":
            if sign_in_forms.begin_try("text_code", account=str(self.id), limit=SENDING) is None:
                return sign_in_forms.WAIT
            send_text_code(
                self, totp_secret=kwargs["totp_secret"], phone_number=kwargs["phone_number"]
            )
        return None


MAPPED = registry()
MAPPED.map_imperatively(
    passkeys.StoredPasskey,
    Passkey.__table__,
    properties={"lastuse_datetime": Passkey.__table__.c.last_used_at},
)
MAPPED.map_imperatively(
    SignIn,
    Login.__table__,
    properties={"webauthn": relationship(passkeys.StoredPasskey, passive_deletes="all")},
)


class FaceDatastore(SQLAlchemySessionUserDatastore):  # type: ignore[misc]  # the library ships no types
    """Finds people of one face only: a patient's e-mail opens nothing on the staff's side."""

    def __init__(self, scoped: Any, face: Face) -> None:
        super().__init__(scoped, SignIn, None, passkeys.StoredPasskey)
        self.face = face

    def find_user(self, **kwargs: Any) -> SignIn | None:
        kwargs.pop("case_insensitive", None)
        attribute, value = kwargs.popitem()
        table = Login.__table__.c
        if attribute == "email":
            value = str(value).strip().lower()
        found: SignIn | None = self.db.session.scalar(
            select(SignIn).where(table.face == self.face.name, table[attribute] == value)
        )
        return found

    def mf_get_recovery_codes(self, user: SignIn) -> list[str]:
        """Only whether there are any: the codes themselves are hashes."""
        return ["saved"] if has_recovery_codes(user.id) else []


class SignInPages(Security):  # type: ignore[misc]  # the library ships no types
    """The library, without the cleaner of HTML that it wants for passkeys' names: ours are cleaned by `Ceremonies`."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        return None if module == "nh3" else super()._check_modules(module, config_name)


class QueuedMail(MailUtil):  # type: ignore[misc]  # the library ships no types
    """The library's e-mails become rows that the worker sends."""

    def send_mail(
        self,
        template: str,
        _subject: str,
        recipient: Any,
        _sender: Any,
        body: str,
        *_rest: Any,
        **_kw: Any,
    ) -> None:
        letter = letters.from_library(template, body)
        send_sign_in_letter(to=str(recipient), letter=letter, now=now())


class Phones(PhoneUtil):  # type: ignore[misc]  # the library ships no types
    """US numbers only: codes to dear foreign numbers are a known way to run up our bill."""

    def get_canonical_form(self, input_data: str) -> str | None:
        return us_number(input_data)

    def validate_phone_number(self, input_data: str) -> str | None:
        return None if self.get_canonical_form(input_data) else WORDS["PHONE_INVALID"][0]


class Passwords(PasswordUtil):  # type: ignore[misc]  # the library ships no types
    """NIST's rules: long, not known, nothing else."""

    def validate(
        self, password: str, _is_register: bool, **kwargs: Any
    ) -> tuple[list[str] | None, str]:
        normal = self.normalize(password)
        user = kwargs.get("user")
        reason = refuse_weak_password(normal, about=(user.email,) if user else ())
        return ([reason] if reason else None), normal


def add_sign_in(app: Flask, *, face: Face, settings: Settings) -> None:
    """Give the app its sign-in pages."""
    app.config.update(_configuration(face, settings))
    app.config.update({f"SECURITY_MSG_{name}": words for name, words in WORDS.items()})
    # Its sentences are ours, so are their Spanish ones.
    app.config.update(SECURITY_I18N_DOMAIN="messages", SECURITY_I18N_DIRNAME=[str(CATALOGUES)])
    scoped = sign_in_session()
    security = SignInPages(
        app,
        FaceDatastore(scoped, face),
        login_form=sign_in_forms.SignInForm,
        verify_form=sign_in_forms.ConfirmPasswordForm,
        forgot_password_form=sign_in_forms.AskForResetForm,
        reset_password_form=sign_in_forms.NewPasswordForm,
        change_password_form=sign_in_forms.ReplacePasswordForm,
        two_factor_setup_form=sign_in_forms.ChooseFactorForm,
        two_factor_verify_code_form=sign_in_forms.SecondFactorForm,
        mf_recovery_form=sign_in_forms.UseRecoveryCodeForm,
        wan_register_form=passkeys.NamePasskeyForm,
        wan_register_response_form=passkeys.NewPasskeyForm,
        wan_signin_response_form=passkeys.UsePasskeyForm,
        wan_delete_form=passkeys.DeletePasskeyForm,
        webauthn_util_cls=passkeys.Ceremonies,
        mail_util_cls=QueuedMail,
        password_util_cls=Passwords,
        phone_util_cls=Phones,
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=RecoveryCodes,
    )
    # Pages only: no JSON answers beside the forms, no tokens in headers beside the session.
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # Flask-Login's, not Flask's
    # Our own session row says who is asking: the library reads its user on the pages that ask it for one.
    security.principal.identity_loaders.clear()
    app.template_context_processors[None] = [
        one
        for one in app.template_context_processors[None]
        if not one.__module__.startswith("flask_login")
    ]
    access.SIGN_IN_ENDPOINTS.update(ENDPOINTS)
    app.teardown_appcontext(lambda _error: scoped.remove())
    app.context_processor(
        lambda: {"second_factor_in_use": second_factor_in_use, "own_passkeys": own_passkeys}
    )
    _pad_answers(app)
    connect_signals(app)
    limit_half_way(app)
    app.add_url_rule("/welcome", "welcome", welcome)
    app.add_url_rule("/sign-in/new-code", "new_code", new_code, methods=["POST"])


@access.public
def welcome() -> AnyResponse:
    """Where a sign-in ends: new saved codes first, if there are none or one was used, then home."""
    if "login_id" in g and needs_new_codes(login_id=g.login_id, now=now()):
        return redirect(url_for("security.mf_recovery_codes"))
    return redirect(f"{request.script_root}/")


@access.public
def new_code() -> AnyResponse:
    """Text another code to somebody who has already given the right password."""
    store = current_app.extensions["security"].datastore
    user = store.find_user(fs_uniquifier=session.get("tf_user_id", ""))
    if user is None or session.get("tf_state") != "ready" or user.tf_primary_method != "sms":
        return redirect(url_for("security.login"))
    user.tf_send_security_token(
        method="sms", totp_secret=user.tf_totp_secret, phone_number=user.tf_phone_number
    )
    return redirect(url_for("security.two_factor_token_validation"))


def second_factor_in_use() -> str:
    """Which kind of code the person at the second step is to enter."""
    store = current_app.extensions["security"].datastore
    user = store.find_user(fs_uniquifier=session.get("tf_user_id", ""))
    return (user.tf_primary_method or "") if user else ""


def own_passkeys() -> tuple[PasskeyRow, ...]:
    """The signed-in person's, for the page that lists them."""
    return passkeys_of(access.current_login())


def begin_second_factor(login_id: int) -> AnyResponse:
    """Lead somebody whose password was just set to choosing the second factor; signed in comes after."""
    begin_anew()
    security = current_app.extensions["security"]
    user = security.datastore.find_user(id=login_id)
    answer: AnyResponse = security.two_factor_plugins.tf_enter(
        user, None, "register", next_loc=None
    )
    return answer


def hash_new_password(password: str) -> str:
    """The hash under which Flask-Security will know the password."""
    security = current_app.extensions["security"]
    hashed: str = security.pwd_context.hash(security.password_util.normalize(password))
    return hashed


def _configuration(face: Face, settings: Settings) -> dict[str, Any]:
    cheap = {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    options = passkeys.passkey_options(face.shown_as) | {
        "PASSWORD_SALT": derived_key(settings.secret_keys[0], f"{face.name} sign-in").hex(),
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},  # rotating secrets must not lock anybody out
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            **(cheap if settings.testing else {}),
            "argon2__type": "ID",
        },
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "PASSWORD_NORMALIZE_FORM": "NFC",
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "EMAIL_HTML": False,
        "EMAIL_SENDER": settings.mail_from,
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "STATIC_FOLDER": None,
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "LOGOUT_METHODS": ["POST"],
        "LOGOUT_CSRF": True,
        "VERIFY_URL": "/confirm-password",
        "RESET_URL": "/reset-password",
        "CHANGE_URL": "/change-password",
        "TWO_FACTOR_SETUP_URL": "/second-step/set-up",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/second-step",
        "TWO_FACTOR_RESCUE_URL": "/second-step/help",
        "TWO_FACTOR_SELECT_URL": "/second-step/choose",
        "MULTI_FACTOR_RECOVERY_URL": "/second-step/recovery-code",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
        "POST_LOGIN_VIEW": "welcome",
        "POST_LOGOUT_VIEW": "security.login",
        "POST_RESET_VIEW": "security.login",
        "POST_CHANGE_VIEW": "welcome",
        "WAN_POST_REGISTER_VIEW": "security.wan_register",
        "RECOVERABLE": True,
        "RESET_PASSWORD_WITHIN": timedelta(hours=1),
        "CHANGEABLE": True,
        "FRESHNESS": timedelta(minutes=10),
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "TWO_FACTOR": True,
        "TWO_FACTOR_REQUIRED": True,
        "TWO_FACTOR_ENABLED_METHODS": list(face.second_factors),
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_SMS_VALIDITY": int(TEXT_CODE_LIFE.total_seconds()),
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_RESCUE_MAIL": settings.mail_from,
        "TWO_FACTOR_POST_SETUP_VIEW": "welcome",
        "TWO_FACTOR_ALWAYS_VALIDATE": not face.remembers_devices,
        "TWO_FACTOR_LOGIN_VALIDITY": TRUST,
        "TWO_FACTOR_VALIDITY_COOKIE_NAME": cookie_name("device", face, settings),
        "TWO_FACTOR_VALIDITY_COOKIE": {
            "httponly": True,
            "secure": settings.secure_cookies,
            "samesite": "Strict",
        },
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "TOTP_SECRETS": dict(enumerate(_totp_keys(face, settings), start=1)),
        "TOTP_ISSUER": face.shown_as,
        "USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": lambda typed: typed.strip().lower(), "case_insensitive": False}}
        ],
    }
    return {f"SECURITY_{name}": value for name, value in options.items()}


def _totp_keys(face: Face, settings: Settings) -> list[str]:
    return [derived_key(key, f"{face.name} authenticator").hex() for key in settings.secret_keys]


def _pad_answers(app: Flask) -> None:
    app.config["PAD_SECONDS"] = 0.0 if app.config["TESTING"] else PAD_SECONDS

    @app.after_request
    def _pad(response: Response) -> Response:
        if request.method == "POST" and g.get("pad_answer", request.endpoint in PADDED):
            spent = time.perf_counter() - g.started
            time.sleep(max(0.0, app.config["PAD_SECONDS"] - spent))
        return response
