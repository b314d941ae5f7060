"""What each screen of the journey does with a valid form; a refusal is put beside the field."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import flash, g, request

from portal.blueprints.contact.forms import AgreeForm
from portal.blueprints.contact.steps import WRONG, browser
from portal.blueprints.registration import journey as journeys
from portal.blueprints.registration.forms import (
    EmailCodeForm,
    EmailForm,
    PasswordForm,
    PhoneCodeForm,
    PhoneForm,
)
from portal.blueprints.registration.journey import Journey
from portal.services.mail_registration_code import mail_registration_code
from portal.services.mailed_codes import check_mailed_code
from portal.services.match_person import ADULT_YEARS, age_on
from portal.services.record_attempt import PERSON, SENDING, Limit
from portal.services.refuse_weak_password import refuse_weak_password
from portal.services.register_person import register_person
from portal.services.texted_codes import check_texted_code, send_texted_code
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.person_forms import NameForm
from portal.web.practice_day import practice_day
from portal.web.sign_in import hash_new_password
from portal.web.sign_in_forms import WAIT, begin_try

# Wrong codes count against the address or number, whoever types them: a new code or browser starts no new count.
GUESSES = Limit(5, timedelta(minutes=15), streak=False)
WHOSE = "somebody new"


def begin(form: NameForm) -> Journey | None:
    """Keep name and birth date; None for a minor, whose parent or guardian asks the office."""
    born = form.birth_on.data
    if born is None or age_on(born, practice_day()) < ADULT_YEARS:
        return None
    names = ("first_name", "middle_name", "last_name", "suffix")
    said = {name: form[name].data or "" for name in names}
    journey = journeys.current() or Journey()
    return journeys.answered(journey, "start", birth_on=born.isoformat(), **said)


def mail_code(form: EmailForm, journey: Journey) -> Journey | None:
    """Mail six digits, or to an address that is known: the way to its sign-in. The page says the same (ID-4)."""
    g.pad_answer = True
    email = (form.email.data or "").strip().lower()
    mine = begin_try("mail_code", account=f"register {email}", limit=SENDING)
    theirs = mine and begin_try("mail_code_to", account=f"register {email}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return None
    made = journeys.new_nonce()
    mail_registration_code(
        key=gateways().hash_keys[0],
        nonce=made["nonce"],
        email=email,
        public_url=gateways().public_url,
        now=now(),
    )
    return journeys.answered(
        journey, "email", email=email, email_nonce=made["nonce"], email_sent_at=made["sent_at"]
    )


def prove_email(form: EmailCodeForm, journey: Journey) -> Journey | None:
    """Compare the typed digits."""
    g.pad_answer = True
    if begin_try("email_code", account=f"register {journey.email}", limit=GUESSES) is None:
        form.form_errors = [WAIT]
        return None
    right = check_mailed_code(
        key=gateways().hash_keys[0],
        nonce=journey.email_nonce,
        email=journey.email,
        sent_at=datetime.fromisoformat(journey.email_sent_at),
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = [WRONG]
        return None
    # A nonce is good once: the same digits typed in an older tab prove nothing more (ID-7).
    return journeys.answered(journey, "email_code", email_nonce=journeys.new_nonce()["nonce"])


def text_code(form: PhoneForm, journey: Journey) -> Journey | None:
    """Text the six digits in the language they read."""
    phone = form.mobile.data or ""
    mine = begin_try("text_code", account=f"register {phone}", limit=SENDING)
    # Whoever holds the number did not ask: all together text it so often a day and no more (ID-4).
    theirs = mine and begin_try("text_code_to", account=f"phone {phone}", limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return None
    made = journeys.new_nonce()
    send_texted_code(
        key=gateways().hash_keys[0],
        nonce=made["nonce"],
        phone=phone,
        language=journey.written_language,
        whose=WHOSE,
        now=now(),
    )
    return journeys.answered(
        journey,
        "phone",
        mobile=phone,
        mobile_nonce=made["nonce"],
        mobile_sent_at=made["sent_at"],
        mobile_proven_at="",
        texts=(),
    )


def prove_phone(form: PhoneCodeForm, journey: Journey) -> Journey | None:
    """Compare the typed digits. A phone that gets no texts is kept, and gets none from us."""
    if "skip" in request.form:
        return journeys.answered(journey, "phone_code", mobile_proven_at="")
    if not form.validate_on_submit():
        return None
    if begin_try("text_code_typed", account=f"register {journey.mobile}", limit=GUESSES) is None:
        form.form_errors = [WAIT]
        return None
    right = check_texted_code(
        key=gateways().hash_keys[0],
        nonce=journey.mobile_nonce,
        phone=journey.mobile,
        whose=WHOSE,
        sent_at=datetime.fromisoformat(journey.mobile_sent_at),
        typed=form.code.data or "",
        now=now(),
    )
    if not right:
        form.code.errors = [WRONG]
        return None
    return journeys.answered(
        journey,
        "phone_code",
        mobile_proven_at=now().isoformat(),
        mobile_nonce=journeys.new_nonce()["nonce"],
    )


def agree(form: AgreeForm, journey: Journey) -> Journey:
    """Keep what was ticked; nothing ticked is an answer too."""
    ticked = tuple(category.value for category in form.ticked)
    return journeys.answered(journey, "texts", texts=ticked)


def register(form: PasswordForm, journey: Journey) -> int | None:
    """Make the sign-in, unless the password would be guessed."""
    typed = form.password.data or ""
    reason = refuse_weak_password(
        typed, about=(journey.email, journey.first_name, journey.last_name)
    )
    if reason:
        form.password.errors = [reason]
        return None
    login_id = register_person(
        person=journey.person,
        password_hash=hash_new_password(typed),
        texts=journey.categories,
        browser=browser(),
        now=now(),
    )
    journeys.end()
    flash("Your password is saved. One more step protects what is yours.", "success")
    return login_id
