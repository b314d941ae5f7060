"""What each screen does with a valid form. None of them waits for what is on file: the answers are alike (ID-4)."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, g, request

from portal.blueprints.contact.steps import WRONG
from portal.blueprints.linking.forms import FindForm, LinkCodeForm
from portal.services.ask_link import ask_link, ask_link_code, ask_office_to_link
from portal.services.match_person import fold
from portal.services.prove_link import Outcome, prove_link
from portal.services.record_attempt import PERSON, SENDING, Limit
from portal.web.access import current_patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sign_in_forms import WAIT, begin_try

# Wrong codes of one sign-in, whichever record it asked for: a new code or request starts no new count (ID-7).
GUESSES = Limit(5, timedelta(minutes=15), streak=False)
SAME_FOR_ALL = (
    "If we found your record, a new code is on its way to the contact that the office has for you."
)
OFFICE_LOOKS = "A person at our office will look at it on the next workday. You will get an e-mail."


def find(form: FindForm) -> bool:
    """Keep the request; so many a quarter of an hour by one sign-in, and ten a day about one person."""
    g.pad_answer = True
    login_id, asked = current_patient().login_id, form.asked
    person = f"person {fold(asked.last_name)} {asked.birth_on}"
    mine = begin_try("link", account=f"login {login_id}", limit=SENDING)
    theirs = mine and begin_try("link_person", account=person, limit=PERSON)
    if theirs is None:
        form.form_errors = [WAIT]
        return False
    request_id = ask_link(login_id=login_id, asked=asked, ip=request.remote_addr or "", now=now())
    saw(kind="link_request", id=request_id, action="create")
    return True


def prove(form: LinkCodeForm) -> Outcome:
    """Compare the typed digits, and say what came of it."""
    g.pad_answer = True
    login_id = current_patient().login_id
    if begin_try("link_code_typed", account=f"login {login_id}", limit=GUESSES) is None:
        form.form_errors = [WAIT]
        return Outcome.WRONG
    proven = prove_link(
        login_id=login_id,
        typed=form.code.data or "",
        ip=request.remote_addr or "",
        keys=gateways().hash_keys,
        now=now(),
    )
    if proven.outcome is Outcome.LINKED:
        saw(accounts=[proven.account_id or 0], kind="account_access", action="grant")
    elif proven.outcome is Outcome.OFFICE:
        flash(f"Your code was right. {OFFICE_LOOKS}", "success")
    else:
        form.code.errors = [WRONG]
    return proven.outcome


def another_code() -> None:
    """The same words whether one leaves or not, and so many of them."""
    g.pad_answer = True
    login_id = current_patient().login_id
    if begin_try("link", account=f"login {login_id}", limit=SENDING) is None:
        flash(WAIT, "error")
        return
    ask_link_code(login_id=login_id, way="email" if "email" in request.form else "text")
    flash(SAME_FOR_ALL, "info")


def ask_office() -> None:
    """Give it to a person."""
    g.pad_answer = True
    ask_office_to_link(login_id=current_patient().login_id)
    flash(OFFICE_LOOKS, "success")
