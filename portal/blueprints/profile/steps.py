"""What the pages of one's own details do with a valid form."""

from __future__ import annotations

from typing import Any

from flask import flash

from billing.text_wording import LABELS
from portal.blueprints.contact.steps import WRONG, browser
from portal.blueprints.profile.forms import PhoneCodeForm, PhoneForm
from portal.queries.profile import ProfilePage
from portal.queries.text_consents import TextCategory
from portal.services.agree_unlinked import agree_own_texts, stop_own_texts
from portal.services.edit_profile import edit_profile
from portal.services.match_person import ADULT_YEARS, age_on
from portal.services.record_attempt import PERSON, SENDING, record_success
from portal.services.texted_codes import check_texted_code, send_texted_code
from portal.web.access import current_patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.person_forms import NameForm
from portal.web.practice_day import practice_day
from portal.web.proving import OWN_PHONE, Proving
from portal.web.sign_in_forms import WAIT, begin_try


def keep(answers: dict[str, Any]) -> None:
    """Write them to one's own profile, and say so."""
    changed = edit_profile(viewer=current_patient(), answers=answers, now=now())
    saw(kind="profile", id=current_patient().login_id, action="update")
    flash("Your details are saved." if changed else "Nothing was changed.", "done")


def name_answers(form: NameForm) -> dict[str, Any] | None:
    """Name and birth date of an adult; a reason beside the field for anybody else."""
    born = form.birth_on.data
    if born is None or age_on(born, practice_day()) < ADULT_YEARS:
        form.birth_on.errors = ["You must be 18 or older. For a minor, call our office."]
        return None
    names = ("first_name", "middle_name", "last_name", "suffix")
    return {name: form[name].data or "" for name in names} | {"birth_on": born}


def turn_on(categories: list[TextCategory]) -> None:
    """Agree to what was ticked; nothing ticked is no error."""
    agree_own_texts(viewer=current_patient(), categories=categories, browser=browser(), now=now())
    saw(kind="text_consent", id=current_patient().login_id, action="update")
    flash("Texts are on." if categories else "You ticked no box. Nothing changed.", "done")


def turn_off(category: TextCategory) -> None:
    """One kind ends."""
    stop_own_texts(viewer=current_patient(), category=category, browser=browser(), now=now())
    flash(f"Texts about {LABELS[category.value].lower()} are off.", "done")


def text_code(form: PhoneForm, page: ProfilePage) -> bool:
    """Text the six digits; so many an hour and no more."""
    login_id, phone = current_patient().login_id, form.mobile.data or ""
    mine = begin_try("text_code", account=f"profile {login_id}", limit=SENDING)
    # Whoever holds the number did not ask: all together text it so often a day and no more (ID-4).
    theirs = mine and begin_try("text_code_to", account=f"phone {phone}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    proving = OWN_PHONE.begin(login_id, phone)
    send_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=phone,
        language=page.written_language,
        whose=f"profile {login_id}",
        now=now(),
    )
    return True


def prove_phone(form: PhoneCodeForm, proving: Proving) -> bool:
    """Keep the number whose code was typed."""
    if not is_proven(form, proving):
        return False
    keep({"mobile": proving.to, "mobile_proven_at": now()})
    OWN_PHONE.end()
    return True


def is_proven(form: PhoneCodeForm, proving: Proving) -> bool:
    """Compare the typed digits."""
    tried = begin_try("text_code_typed", account=f"profile {proving.login_id}")
    if tried is None:
        form.form_errors = [WAIT]
        return False
    right = check_texted_code(
        key=gateways().hash_keys[0],
        nonce=proving.nonce,
        phone=proving.to,
        whose=f"profile {proving.login_id}",
        sent_at=proving.sent_at,
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = [WRONG]
        return False
    record_success(tried)
    return True
