"""How far somebody has come towards statements without paper, kept in their signed cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, session

from portal.blueprints.paperless.forms import SampleCodeForm
from portal.queries.viewer import PatientViewer
from portal.services.consent_paperless import Browser
from portal.services.paperless_sample import LIFE, is_sample_code, send_sample
from portal.services.record_attempt import SENDING, record_success
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sign_in_forms import WAIT, begin_try

KEY = "paperless"
WRONG = "That code is not right, or it is too old. Open the sample again, or ask for a new one."


def mail_sample(viewer: PatientViewer, public_url: str) -> str:
    """Send the sample; what is wrong when it was asked for too often."""
    if begin_try("paperless_sample", account=str(viewer.login_id), limit=SENDING) is None:
        return WAIT
    key = gateways().hash_keys[0]
    session[KEY] = {"nonce": send_sample(viewer=viewer, key=key, public_url=public_url, now=now())}
    return ""


def opened(nonce: str) -> None:
    """The sample was opened, perhaps in another browser than the one that asked for it."""
    kept = session.get(KEY) or {}
    if kept.get("nonce") != nonce:
        session[KEY] = {"nonce": nonce}


def check_code(form: SampleCodeForm, viewer: PatientViewer) -> bool:
    """Compare the typed digits; so many tries and no more."""
    tried = begin_try("paperless_code", account=str(viewer.login_id))
    if tried is None:
        form.form_errors = [WAIT]
        return False
    nonce, typed = _kept().get("nonce", ""), form.code.data or ""
    key = gateways().hash_keys[0]
    if not is_sample_code(viewer=viewer, nonce=nonce, typed=typed, key=key, now=now()):
        form.code.errors = [WRONG]
        return False
    record_success(tried)
    session[KEY] = {"nonce": nonce, "shown_at": now().isoformat()}
    return True


def is_waiting() -> bool:
    """Whether a sample was asked for."""
    return bool(_kept())


def demonstrated_at() -> datetime | None:
    """When the code was typed, unless that was long ago."""
    shown = _kept().get("shown_at")
    moment = datetime.fromisoformat(shown) if shown else None
    return moment if moment and moment <= now() <= moment + LIFE else None


def end() -> None:
    """Forget the journey."""
    session.pop(KEY, None)


def browser() -> Browser:
    """Where the answer comes from."""
    agent = request.user_agent.string[:200]
    return Browser(ip=request.remote_addr or "", user_agent=agent)


def _kept() -> dict[str, Any]:
    return session.get(KEY) or {}
