"""What each enrolment screen does with a valid form: one service call, its refusal put beside the field."""

from __future__ import annotations

from flask import flash, g, request

from portal.blueprints.enrolment import journey as journeys
from portal.blueprints.enrolment.forms import CodeForm, EmailCodeForm, EmailForm, PasswordForm
from portal.services.enrol_patient import enrol_patient
from portal.services.mailed_codes import check_mailed_code, send_mailed_code
from portal.services.match_enrolment import Matched, TooManyTries, match_enrolment
from portal.services.record_attempt import SENDING, record_success
from portal.services.refuse_weak_password import refuse_weak_password
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sign_in import hash_new_password
from portal.web.sign_in_forms import WAIT, begin_try

# One answer for every reason: wrong code, wrong date, used, too old, or an account a person must look at.
NO_MATCH = (
    "We could not match these. Check the code, your birth date and your ZIP code."
    " They are those of the person the statement is addressed to. If it still fails, call us."
)


def match(form: CodeForm) -> int | None:
    """The matched code's id; the same words and time for everything else (ID-4)."""
    g.pad_answer = True
    outcome = match_enrolment(
        code=form.code.data or "",
        birth_on=form.birth_on.data,
        postal_code=form.postal_code.data or "",
        address=request.remote_addr or "",
        keys=gateways().hash_keys,
        now=now(),
    )
    if isinstance(outcome, Matched):
        return outcome.code_id
    g.pad_answer = outcome is None  # a refused try tells by its words already
    form.form_errors = [WAIT if isinstance(outcome, TooManyTries) else NO_MATCH]
    return None


def mail_code(form: EmailForm, journey: journeys.Journey) -> bool:
    """Send the six digits; so many an hour and no more."""
    if begin_try("mail_code", account=f"enrolment {journey.code_id}", limit=SENDING) is None:
        form.form_errors = [WAIT]
        return False
    fresh = journeys.mailed(journey, form.email.data or "")
    send_mailed_code(key=gateways().hash_keys[0], nonce=fresh.nonce, email=fresh.email, now=now())
    return True


def prove_email(form: EmailCodeForm, journey: journeys.Journey) -> bool:
    """Compare the typed digits."""
    tried = begin_try("email_code", account=f"enrolment {journey.code_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    right = check_mailed_code(
        key=gateways().hash_keys[0],
        nonce=journey.nonce,
        email=journey.email,
        sent_at=journey.sent_at,
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = ["That code is not right, or it is too old. You can ask for a new one."]
        return False
    record_success(tried)
    journeys.proven(journey)
    return True


def enrol(form: PasswordForm, journey: journeys.Journey) -> int | None:
    """Open the sign-in, unless the password would be guessed."""
    typed = form.password.data or ""
    reason = refuse_weak_password(typed, about=(journey.email,))
    if reason:
        form.password.errors = [reason]
        return None
    enrolled = enrol_patient(
        code_id=journey.code_id,
        email=journey.email,
        password_hash=hash_new_password(typed),
        now=now(),
    )
    journeys.end()
    flash("Your password is saved. One more step protects your bills.", "success")
    return enrolled.login_id
