"""Webhooks. They prove themselves by signature, so they carry no form token."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal.ports import ForgedMessage
from portal.services.receive_event import receive_event
from portal.services.receive_text import receive_text
from portal.services.record_delivery import receive_delivery
from portal.web.access import public
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.csrf import csrf

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
csrf.exempt(blueprint)
# Anyone may call, and the signature needs the whole body in memory. An event about one payment has some
# kilobytes; one that were larger is refused here and found by the listing of undelivered events.
MAX_EVENT_BYTES = 1_000_000


@blueprint.post("/stripe")
@public
def stripe() -> ResponseReturnValue:
    """An event of the card company."""
    signature = request.headers.get("Stripe-Signature", "")
    request.max_content_length = MAX_EVENT_BYTES
    body = request.get_data()  # the signature is over the very bytes
    receive_event(gateway=gateways().payments, body=body, signature=signature, now=now())
    return "", 200


@blueprint.post("/twilio")
@public
def twilio() -> ResponseReturnValue:
    """What became of a text (MSG-12)."""
    signature = request.headers.get("X-Twilio-Signature", "")
    form = request.form.to_dict()
    receive_delivery(sms=gateways().sms, form=form, signature=signature, now=now())
    return "", 204


@blueprint.post("/twilio/inbound")
@public
def twilio_inbound() -> ResponseReturnValue:
    """A text to the practice; the empty answer tells Twilio to send nothing by itself."""
    signature = request.headers.get("X-Twilio-Signature", "")
    form = request.form.to_dict()
    receive_text(sms=gateways().sms, form=form, signature=signature, now=now())
    return Response("<Response></Response>", mimetype="text/xml")


@blueprint.errorhandler(ForgedMessage)
def forged(_error: ForgedMessage) -> ResponseReturnValue:
    """Whoever sent this is not who they say."""
    return "", 403
