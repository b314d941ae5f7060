"""What each screen does with a valid form; the answer is where to go, or None and the reason in the form."""

from __future__ import annotations

from uuid import UUID

from flask import g, request, url_for

from portal.blueprints.text_link import journey as journeys
from portal.blueprints.text_link.forms import QuestionsForm, TextCodeForm
from portal.queries.viewer import GuestViewer
from portal.services.open_text_link import (
    Caller,
    LinkOver,
    Opened,
    TooManyTries,
    match_text_link,
    open_text_link,
    send_link_code,
    target_of_link,
)
from portal.web import guests
from portal.web.access import current_account_viewer
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sessions import device_name
from portal.web.sign_in_forms import WAIT

# One answer for every reason: a wrong date, a wrong ZIP, a link nobody sent, one that was used or is too old.
NO_MATCH = (
    "We could not match these. Check your birth date and your ZIP code. They are those of the person"
    " the statement is addressed to. Each link works once, for 3 days: open the one in our newest text."
)
WRONG_CODE = "That code is not right, or it is too old. You can ask for a new one."
OVER, ARRIVE = "text_link.over", "text_link.arrive"
CODE = "text_link.code"


def seen_already(token: str) -> str | None:
    """Where it leads for a browser that is signed in, or a guest, for the very thing that the link is for."""
    if "login_id" not in g and "guest" not in g:
        return None
    target, viewer = (
        target_of_link(token=token, keys=gateways().hash_keys),
        current_account_viewer(),
    )
    if target is None:
        return None
    if isinstance(viewer, GuestViewer):
        mine = (viewer.account_id, viewer.appointment_id)
        if mine != (target.account_id, target.appointment_id):
            return None
    elif target.account_id not in viewer.account_ids:
        return None
    return (
        url_for(ARRIVE) if target.appointment_id is None else visit_address(target.appointment_id)
    )


def visit_address(appointment_id: UUID) -> str:
    """The page of one booked visit."""
    return f"/visits/{appointment_id}"


def match(form: QuestionsForm, journey: journeys.Journey) -> str | None:
    """Birth date and ZIP, in the same words and time for everything that is not right (ID-4)."""
    g.pad_answer = True
    outcome = match_text_link(
        token=journey.token,
        birth_on=form.birth_on.data,
        postal_code=form.postal_code.data or "",
        caller=_caller(),
        now=now(),
    )
    if isinstance(outcome, LinkOver):
        return OVER
    if isinstance(outcome, TooManyTries):
        g.pad_answer = False  # its words tell already, and a flood must not hold our threads asleep
        form.form_errors = [WAIT]
        return None
    if outcome is None:
        form.form_errors = [NO_MATCH]
        return None
    return send_code(form, journey)


def send_code(form: QuestionsForm | TextCodeForm, journey: journeys.Journey) -> str | None:
    """Text six digits to the link's own number, so many in 15 minutes and no more."""
    fresh = journeys.with_new_code(journey)
    sent = send_link_code(token=fresh.token, nonce=fresh.nonce, caller=_caller(), now=now())
    if isinstance(sent, TooManyTries):
        form.form_errors = [WAIT]
        return None
    if isinstance(sent, LinkOver):
        return OVER
    journeys.keep(fresh)
    return CODE


def open_visit(form: TextCodeForm, journey: journeys.Journey) -> str | None:
    """Compare the digits; with the right ones the visit begins in this browser."""
    g.pad_answer = True
    outcome = open_text_link(
        token=journey.token,
        nonce=journey.nonce,
        sent_at=journey.sent_at,
        typed=form.code.data or "",
        caller=_caller(),
        now=now(),
    )
    if isinstance(outcome, Opened):
        guests.welcome_guest(outcome.token)
        return ARRIVE
    if isinstance(outcome, LinkOver):
        return OVER
    if outcome is None:
        form.code.errors = [WRONG_CODE]
    else:
        form.form_errors = [WAIT]
    return None


def _caller() -> Caller:
    return Caller(
        address=request.remote_addr or "",
        device=device_name(request.user_agent.string),
        keys=gateways().hash_keys,
    )
