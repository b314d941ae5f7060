"""From the answers to the visit, in the same words and time for everything that is not right (ID-4)."""

from __future__ import annotations

from flask import g, request

from portal.blueprints.pay_statement.forms import LinkForm
from portal.services.open_pay_link import OpenedToPay, open_pay_link
from portal.services.open_text_link import Caller, TooManyTries
from portal.web import payers
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.sessions import device_name
from portal.web.sign_in_forms import WAIT

# One answer for every reason: a wrong code, date or ZIP; a link that was used, revoked or is too old.
NO_MATCH = (
    "We could not match these. Check the code, the birth date and the ZIP code. They are those of the"
    " person the statement is addressed to. A link in a message works once, for 3 days."
)


def open_visit(form: LinkForm, code: str) -> bool:
    """Begin the visit in this browser if code, birth date and ZIP belong together."""
    g.pad_answer = True
    outcome = open_pay_link(
        code=code,
        birth_on=form.birth_on.data,
        postal_code=form.postal_code.data or "",
        caller=Caller(
            address=request.remote_addr or "",
            device=device_name(request.user_agent.string),
            keys=gateways().hash_keys,
        ),
        now=now(),
    )
    if isinstance(outcome, OpenedToPay):
        payers.welcome_payer(outcome.token)
        return True
    if isinstance(outcome, TooManyTries):
        g.pad_answer = False  # its words tell already, and a flood must not hold our threads asleep
        form.form_errors = [WAIT]
    else:
        form.form_errors = [NO_MATCH]
    return False
