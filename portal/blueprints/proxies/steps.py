"""What each screen does with a valid form; refusals go beside it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash

from portal.blueprints.proxies.forms import InviteForm
from portal.queries.proxies_page import OwnPatient
from portal.services.invite_own_proxy import invite_own_proxy
from portal.services.invite_proxy import ProxyRefused
from portal.services.record_attempt import SENDING
from portal.web.access import current_patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.sign_in_forms import WAIT, begin_try


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
