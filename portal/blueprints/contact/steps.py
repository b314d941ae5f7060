"""What each screen does with a valid form; refusals go beside the field."""

from __future__ import annotations

from flask import flash, request

from portal.blueprints.contact import journey
from portal.blueprints.contact.call_forms import CallsForm
from portal.blueprints.contact.forms import MobileCodeForm, MobileForm
from portal.queries.contact_page import ContactPage
from portal.services.agree_to_texts import Browser
from portal.services.letters import change_code
from portal.services.mailed_codes import check_mailed_code, mailed_code
from portal.services.note_call import CannotNote
from portal.services.note_call_wish import ask_about_calls
from portal.services.prove_mobile import prove_mobile
from portal.services.record_attempt import PERSON, SENDING, record_success
from portal.services.send_sign_in_message import send_sign_in_letter
from portal.services.texted_codes import check_texted_code, send_texted_code
from portal.web.access import current_patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language
from portal.web.sign_in_forms import WAIT, begin_try

WRONG = "That code is not right, or it is too old. You can ask for a new one."


def browser() -> Browser:
    """Where the choice came from, for the ledger."""
    return Browser(request.remote_addr or "", request.user_agent.string[:200], language())


def text_code(form: MobileForm, page: ContactPage) -> bool:
    """Text six digits to the number, and ask for the change where the old number or the e-mail is (ID-12)."""
    phone = form.mobile.data or ""
    mine = begin_try("text_code", account=f"contact {page.account_id}", limit=SENDING)
    # Whoever holds the number did not ask: all accounts together text it so often a day and no more (ID-4).
    theirs = mine and begin_try("text_code_to", account=f"phone {phone}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    second = second_proof(page, phone)
    proving = journey.begin(page.account_id, phone, old=page.mobile, second=second)
    _text(proving, phone, page.language)
    if second == "old":
        _text(proving, page.mobile, page.language)
    elif second == "email":
        mail_second_code(proving, page)
    return True


def second_proof(page: ContactPage, phone: str) -> str:
    """What else somebody must hold to send texts to this number: nothing when none or this one was on file."""
    if page.mobile in {"", phone}:
        return ""
    return "email" if page.unreachable else "old"


def mail_second_code(proving: journey.Proving, page: ContactPage) -> bool:
    """In place of the old number, which is lost; so many an hour."""
    account = f"contact {page.account_id}"
    if begin_try("mail_second_code", account=account, limit=SENDING) is None:
        flash(WAIT, "error")
        return False
    code = mailed_code(
        key=gateways().hash_keys[0], nonce=_of_email(proving), email=page.sign_in_email
    )
    send_sign_in_letter(to=page.sign_in_email, letter=change_code(code), now=now())
    return True


def code_form(proving: journey.Proving) -> MobileCodeForm:
    """One code, or two where another number is replaced."""
    form = MobileCodeForm()
    if not proving.second:
        del form.second_code
    return form


def prove(form: MobileCodeForm, proving: journey.Proving, page: ContactPage) -> bool:
    """Compare the typed digits, and keep the number."""
    tried = begin_try("text_code_typed", account=f"contact {proving.account_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    if not _is_texted(proving, proving.phone, form.code.data):
        form.code.errors = [WRONG]
    if proving.second and not _is_second(proving, page, form.second_code.data):
        form.second_code.errors = [WRONG]
    if form.errors:
        return False
    record_success(tried)
    prove_mobile(
        viewer=current_patient(),
        account_id=proving.account_id,
        phone=proving.phone,
        held=proving.second == "email",
        now=now(),
    )
    journey.end()
    flash("Thank you. Now we know that this number is yours.", "success")
    return True


def _text(proving: journey.Proving, phone: str, language: str) -> None:
    send_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=phone,
        language=language,
        whose=str(proving.account_id),
        now=now(),
    )


def _is_texted(proving: journey.Proving, phone: str, typed: str | None) -> bool:
    return check_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=phone,
        whose=str(proving.account_id),
        sent_at=proving.sent_at,
        typed=typed or "",
        now=now(),
    )


def _is_second(proving: journey.Proving, page: ContactPage, typed: str | None) -> bool:
    if proving.second == "old":
        return _is_texted(proving, proving.old, typed)
    return check_mailed_code(
        key=gateways().hash_keys[0],
        nonce=_of_email(proving),
        email=page.sign_in_email,
        sent_at=proving.sent_at,
        typed=typed or "",
        now=now(),
    )


def _of_email(proving: journey.Proving) -> str:
    return f"in place of {proving.old}, {proving.nonce}"


def keep_calls(form: CallsForm, account_id: int) -> bool:
    """When and where not to call, from now on."""
    try:
        changed = ask_about_calls(
            viewer=current_patient(), account_id=account_id, asked=form.asked, now=now()
        )
    except CannotNote:
        form.calls_until.errors = ["Choose a later hour here than in the list before."]
        return False
    flash("Your wishes are saved." if changed else "Nothing was changed.", "success")
    return True
