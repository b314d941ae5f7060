"""What the pages of a confidential request do with a valid form."""

from __future__ import annotations

from typing import Any

from flask import flash

from portal.blueprints.confidential.forms import SafeEmailCodeForm, SafeEmailForm
from portal.blueprints.contact.steps import WRONG
from portal.blueprints.profile.forms import PhoneCodeForm
from portal.blueprints.profile.steps import is_proven
from portal.services.ask_confidential import ask_confidential, end_confidential
from portal.services.letters import change_code
from portal.services.mailed_codes import check_mailed_code, mailed_code
from portal.services.record_attempt import PERSON, SENDING, record_success
from portal.services.send_sign_in_message import send_sign_in_letter
from portal.web.access import current_patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.proving import OWN_PHONE, SAFE_EMAIL, Proving
from portal.web.sign_in_forms import WAIT, begin_try

# What of it can be ended alone, and what is used again then.
ENDS = {
    "all": "the address, e-mail and phone",
    "address": "the address",
    "email": "the e-mail",
    "phone": "the phone",
}
_EMPTY: dict[str, dict[str, Any]] = {
    "address": dict.fromkeys(("street", "street2", "city", "state", "postal_code"), ""),
    "email": {"email": ""},
    "phone": {"phone": "", "phone_proven_at": None},
}


def end(what: str) -> None:
    """Use what is on file again: of one way, or of all."""
    if what == "all":
        end_confidential(viewer=current_patient(), now=now())
    else:
        ask_confidential(viewer=current_patient(), answers=_EMPTY[what], now=now())
    flash(f"We use {ENDS[what]} that we have on file again.", "done")


def keep(answers: dict[str, Any]) -> None:
    """It holds from this moment on."""
    ask_confidential(viewer=current_patient(), answers=answers, now=now())
    flash("Saved. It holds from now on.", "done")


def mail_code(form: SafeEmailForm) -> bool:
    """Mail six digits to the new mailbox alone: the old one may be the unsafe one."""
    login_id, email = current_patient().login_id, (form.email.data or "").lower()
    mine = begin_try("mail_code", account=f"confidential {login_id}", limit=SENDING)
    # Whoever reads the mailbox may not have asked: all together write to it so often a day (ID-4).
    theirs = mine and begin_try("mail_code_to", account=f"mailbox {email}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    proving = SAFE_EMAIL.begin(login_id, email)
    code = mailed_code(key=gateways().hash_keys[0], nonce=proving.nonce, email=email)
    send_sign_in_letter(to=email, letter=change_code(code), now=now())
    return True


def prove_email(form: SafeEmailCodeForm, proving: Proving) -> bool:
    """Compare the typed digits, and use the mailbox from now on."""
    tried = begin_try("mail_code_typed", account=f"confidential {proving.login_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    right = check_mailed_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        email=proving.to,
        sent_at=proving.sent_at,
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = [WRONG]
        return False
    record_success(tried)
    SAFE_EMAIL.end()
    keep({"email": proving.to, "no_email": False})
    return True


def prove_phone(form: PhoneCodeForm, proving: Proving) -> bool:
    """The same for a number, by the proof that one's own phone has."""
    if not is_proven(form, proving):
        return False
    OWN_PHONE.end()
    keep({"phone": proving.to, "phone_proven_at": now()})
    return True
