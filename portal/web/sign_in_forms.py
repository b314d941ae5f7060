"""Flask-Security's forms with our words, and with every try counted before the secret is looked at."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, url_for
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    RadioField,
    StringField,
    SubmitField,
    TelField,
)
from wtforms.validators import InputRequired

from portal.services.record_attempt import (
    ACCOUNT,
    ADDRESS,
    PERSON,
    SENDING,
    Limit,
    Subject,
    Try,
    end_streak,
    record_attempt,
    record_success,
)
from portal.web.clock import now
from portal.web.half_way import begin_anew
from portal.web.known_browser import counted_name
from portal.web.sessions import audit_sign_in
from portal.web.sign_in_notices import notify_locked, notify_recovery_code_used

WAIT = "There were too many tries. For your safety, wait 15 minutes and try again."
TYPE_AGAIN = InputRequired("Enter the new password once more.")
NO_MATCH = "The e-mail or the password is not right. Check both and try again."


class CountedForm:
    """Mixed in before a library form: counts the try, refuses the sixth, remembers a success."""

    action = ""
    limit = ACCOUNT
    needs: tuple[str, ...] = ()  # fields without which there is nothing to try
    when_empty = ""

    def subject(self) -> str:
        """Whose account the try is counted against."""
        return str(self.user.id)  # type: ignore[attr-defined]  # the form that it is mixed into has it

    def validate(self, **kwargs: Any) -> bool:
        if not all(self[name].data for name in self.needs):  # type: ignore[index]  # the form that it is mixed into has it
            self.form_errors = [self.when_empty]
            return False
        tried = begin_try(self.action, account=self.subject(), limit=self.limit)
        if tried is None:
            self.form_errors = [WAIT]
            return False
        if super().validate(**kwargs):  # type: ignore[misc]  # the form that it is mixed into has it
            # A sent link is no success: a known address must run out of tries as an unknown one does.
            if self.limit is ACCOUNT:
                record_success(tried)
            return True
        self.failed(tried)
        return False

    def failed(self, tried: Try) -> None:
        user = getattr(self, "user", None)
        audit_sign_in(
            f"{self.action}_failed", login_id=getattr(user, "id", None), outcome="refused"
        )
        if tried.locks and user is not None:
            notify_locked(user.email)


class SignInForm(CountedForm, LoginForm):  # type: ignore[misc]  # the library ships no types
    """E-mail and password."""

    action = "sign_in"
    needs = ("email", "password")
    when_empty = "Enter your e-mail address and your password."
    email = EmailField(
        "E-mail",
        validators=[InputRequired("Enter your e-mail address.")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField("Trust this device for 30 days")
    submit = SubmitField("Sign in")

    def validate(self, **kwargs: Any) -> bool:
        # Without a place to go the library would come back to this page, by its full address.
        self.next.data = self.next.data or url_for("welcome")
        begin_anew()
        return super().validate(**kwargs)

    def subject(self) -> str:
        self.email.data = (self.email.data or "").strip().lower()
        return counted_name(str(self.email.data))


class ConfirmPasswordForm(CountedForm, VerifyForm):  # type: ignore[misc]  # the library ships no types
    """The password once more, before something that matters."""

    action = "confirm_password"
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField("Continue")


class AskForResetForm(CountedForm, ForgotPasswordForm):  # type: ignore[misc]  # the library ships no types
    """Where to send the link for a new password."""

    action = "reset"
    limit = SENDING
    needs = ("email",)
    when_empty = "Enter your e-mail address."
    email = EmailField(
        "E-mail",
        validators=ForgotPasswordForm.email.kwargs["validators"],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    submit = SubmitField("Send me a link")

    def subject(self) -> str:
        self.email.data = (self.email.data or "").strip().lower()
        return str(self.email.data)


class NewPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # the library ships no types
    """A new password by the link that was mailed."""

    password = PasswordField(
        "New password",
        description="At least 12 characters. Three or four words work well.",
        validators=[InputRequired("Choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )
    password_confirm = PasswordField(
        "New password again",
        validators=[TYPE_AGAIN, *ResetPasswordForm.password_confirm.kwargs["validators"]],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField("Save the password")


class ReplacePasswordForm(ChangePasswordForm):  # type: ignore[misc]  # the library ships no types
    """The old password and a new one."""

    password = PasswordField("Your password now", render_kw={"autocomplete": "current-password"})
    new_password = PasswordField(
        "New password",
        description="At least 12 characters. Three or four words work well.",
        validators=[InputRequired("Choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )
    new_password_confirm = PasswordField(
        "New password again",
        validators=[TYPE_AGAIN, *ChangePasswordForm.new_password_confirm.kwargs["validators"]],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField("Save the password")


class ChooseFactorForm(TwoFactorSetupForm):  # type: ignore[misc]  # the library ships no types
    """How the second step shall work."""

    setup = RadioField(
        "How do you want to get your codes?",
        choices=[
            ("authenticator", "An authenticator app on my phone"),
            ("sms", "A text message"),
        ],
        validate_choice=False,
    )
    phone = TelField(
        "Mobile number",
        description="Only for codes by text.",
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    submit = SubmitField("Continue")

    def validate(self, **kwargs: Any) -> bool:
        if not super().validate(**kwargs):
            return False
        if self.setup.data == "sms":
            self.phone.data = self._canonical(self.phone.data or "")
            mine = begin_try("send_code", account=str(self.user.id), limit=SENDING)
            # Whoever holds the number did not ask: all sign-ins together text it so often a day (ID-4).
            to = f"phone {self.phone.data}"
            if mine is None or begin_try("text_code_to", account=to, limit=PERSON) is None:
                self.form_errors = [WAIT]
                return False
        return True

    @staticmethod
    def _canonical(typed: str) -> str:
        found = current_app.extensions["security"].phone_util.get_canonical_form(typed)
        return str(found)


class SecondFactorForm(CountedForm, TwoFactorVerifyCodeForm):  # type: ignore[misc]  # the library ships no types
    """Six digits."""

    action = "second_factor"
    code = StringField(
        "Code",
        validators=[InputRequired("Enter the six digits.")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "8"},
    )
    submit = SubmitField("Continue")


class UseRecoveryCodeForm(CountedForm, MfRecoveryForm):  # type: ignore[misc]  # the library ships no types
    """A saved code, in place of the phone."""

    action = "second_factor"
    code = StringField(
        "Recovery code",
        validators=[InputRequired("Enter one of your saved codes.")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    submit = SubmitField("Continue")

    def validate(self, **kwargs: Any) -> bool:
        if not super().validate(**kwargs):
            return False
        notify_recovery_code_used(self.user)
        return True


def begin_try(action: str, *, account: str, limit: Limit = ACCOUNT) -> Try | None:
    """Count a try against the account and against the address it comes from."""
    subjects = [
        Subject(_account(account), limit),
        Subject(f"address {request.remote_addr}", ADDRESS),
    ]
    keys = current_app.extensions["kindbill"].hash_keys
    admitted = record_attempt(action=action, subjects=subjects, keys=keys, now=now())
    if admitted is None:
        g.pad_answer = False  # nothing was looked up: a flood must not hold our threads asleep
    return admitted


def forgive(user: Any) -> None:
    """A new password makes old guesses worthless: a hundred failures end here (ID-8)."""
    keys = current_app.extensions["kindbill"].hash_keys
    for action, account in (
        ("sign_in", user.email),
        ("sign_in", counted_name(user.email)),
        ("second_factor", str(user.id)),
    ):
        end_streak(action=action, name=_account(account), keys=keys, now=now())


def _account(account: str) -> str:
    return f"{current_app.config['FACE'].name} {account}"
