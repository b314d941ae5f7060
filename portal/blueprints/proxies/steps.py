"""What each screen does with a valid form; refusals go beside it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, request

from portal.blueprints.proxies.forms import ChildForm, InviteForm
from portal.queries.proxies_page import OwnPatient
from portal.services.ask_for_child import ask_for_child
from portal.services.invite_own_proxy import invite_own_proxy
from portal.services.invite_proxy import ProxyRefused
from portal.services.match_person import fold
from portal.services.record_attempt import PERSON, SENDING
from portal.web.access import current_patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.sign_in_forms import WAIT, begin_try


def ask_child(form: ChildForm) -> bool:
    """Keep the request; so many an hour by one sign-in, and ten a day about one child."""
    login_id, asked = current_patient().login_id, form.asked
    child = f"person {fold(asked.last_name)} {asked.birth_on}"
    mine = begin_try("ask_child", account=f"login {login_id}", limit=SENDING)
    if (mine and begin_try("ask_child_person", account=child, limit=PERSON)) is None:
        form.form_errors = [WAIT]
        return False
    ip = request.remote_addr or ""
    request_id = ask_for_child(login_id=login_id, asked=asked, ip=ip, now=now())
    saw(kind="parent_request", id=request_id, action="create")
    flash("Our office got your request. We answer by e-mail on workdays.", "done")
    return True


def invite(form: InviteForm, own: Sequence[OwnPatient]) -> bool:
    """Mail the invitation; so many an hour and no more."""
    viewer = current_patient()
    if begin_try("proxy_invite", account=f"login {viewer.login_id}", limit=SENDING) is None:
        form.form_errors = [WAIT]
        return False
    try:
        invite_own_proxy(
            viewer=viewer,
            patient_id=form.patient.data if "patient" in form else own[0].id,
            offer=form.offer(practice_day()),
            public_url=gateways().public_url,
            now=now(),
        )
    except ProxyRefused as refused:
        form.form_errors = [str(refused)]
        return False
    flash(
        "We sent the invitation. It works for 14 days. Nothing is shared until they say yes.",
        "done",
    )
    return True
