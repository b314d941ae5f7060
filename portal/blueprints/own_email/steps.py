"""What each screen does with a valid form; refusals go beside the field."""

from __future__ import annotations

from flask import flash, g

from portal.blueprints.own_email import journey
from portal.blueprints.own_email.forms import BothCodesForm, NewEmailForm
from portal.services.change_email import change_email, offer_email
from portal.services.mailed_codes import check_mailed_code
from portal.services.record_attempt import PERSON, SENDING, record_success
from portal.web.access import current_patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sign_in_forms import WAIT, begin_try

WRONG = "That code is not right, or it is too old. You can ask for new ones."


def mail_codes(form: NewEmailForm, old: str) -> bool:
    """Mail six digits to each address; so many an hour and no more."""
    login_id, new = current_patient().login_id, (form.email.data or "").lower()
    if new == old:
        form.email.errors = ["You sign in with this address already."]
        return False
    mine = begin_try("change_email", account=f"login {login_id}", limit=SENDING)
    # Whoever reads the new mailbox may not have asked: all together write to it so often a day (ID-4).
    theirs = mine and begin_try("mail_code_to", account=f"mailbox {new}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    moving = journey.begin(login_id, old=old, new=new)
    offer_email(
        old=old,
        new=new,
        nonces=(moving.nonce_of("old"), moving.nonce_of("new")),
        key=gateways().hash_keys[0],
        now=now(),
    )
    return True


def move(form: BothCodesForm, moving: journey.Moving) -> bool:
    """Compare both codes, and sign in by the new address from now on."""
    tried = begin_try("change_email_typed", account=f"login {moving.login_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    fields = ((form.old_code, "old", moving.old), (form.new_code, "new", moving.new))
    for field, which, address in fields:
        right = check_mailed_code(
            key=gateways().hash_keys[0],
            nonce=moving.nonce_of(which),
            email=address,
            sent_at=moving.sent_at,
            typed=field.data or "",
            now=now(),
        )
        if not right:
            field.errors = [WRONG]
    if form.errors:
        return False
    record_success(tried)
    change_email(
        viewer=current_patient(),
        old=moving.old,
        new=moving.new,
        session_id=g.session_id,
        now=now(),
    )
    journey.end()
    flash(f"You sign in with {moving.new} from now on.", "success")
    return True
