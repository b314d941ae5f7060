"""What each screen does with a valid form; refusals go beside the field."""

from __future__ import annotations

from flask import flash, request

from portal.blueprints.contact import journey
from portal.blueprints.contact.forms import MobileCodeForm, MobileForm
from portal.queries.contact_page import ContactPage
from portal.services.agree_to_texts import Browser
from portal.services.prove_mobile import prove_mobile
from portal.services.record_attempt import PERSON, SENDING, record_success
from portal.services.texted_codes import check_texted_code, send_texted_code
from portal.web.access import current_patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sign_in_forms import WAIT, begin_try

WRONG = "That code is not right, or it is too old. You can ask for a new one."


def browser() -> Browser:
    """Where the choice came from, for the ledger."""
    return Browser(request.remote_addr or "", request.user_agent.string[:200])


def text_code(form: MobileForm, page: ContactPage) -> bool:
    """Text the six digits; so many an hour and no more."""
    phone = form.mobile.data or ""
    mine = begin_try("text_code", account=f"contact {page.account_id}", limit=SENDING)
    # Whoever holds the number did not ask: all accounts together text it so often a day and no more (ID-4).
    theirs = mine and begin_try("text_code_to", account=f"phone {phone}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    proving = journey.begin(page.account_id, phone)
    send_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=proving.phone,
        language=page.language,
        whose=str(page.account_id),
        now=now(),
    )
    return True


def prove(form: MobileCodeForm, proving: journey.Proving) -> bool:
    """Compare the typed digits, and keep the number."""
    tried = begin_try("text_code_typed", account=f"contact {proving.account_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    right = check_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=proving.phone,
        whose=str(proving.account_id),
        sent_at=proving.sent_at,
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = [WRONG]
        return False
    record_success(tried)
    viewer, account_id = current_patient(), proving.account_id
    prove_mobile(viewer=viewer, account_id=account_id, phone=proving.phone, now=now())
    journey.end()
    flash("Thank you. Now we know that this number is yours.", "success")
    return True
