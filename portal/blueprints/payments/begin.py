"""From a checked form to the card company's page, for everybody who may pay."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.payments.forms import BANK, CARD, PayForm
from portal.queries.viewer import PayingViewer
from portal.services.card_notice import SENTENCES, NeedsCardNotice
from portal.services.take_payment import take_payment
from portal.web.access import saw
from portal.web.base import gateways
from portal.web.clock import now


def begin_payment(form: PayForm, viewer: PayingViewer, *, journey: str) -> ResponseReturnValue:
    """Start the payment, or show what New York wants read first (PLAN-18); a refused one is audited.

    `journey` names the blueprint whose pages the payer goes on in.
    """
    saw(accounts=[form.account_id], kind="payments", id=form.payment_id, action="create")
    try:
        started = take_payment(
            viewer=viewer,
            account_id=form.account_id,
            payment_id=form.payment_id,
            choice=form.wish,
            way=form.way,
            gateway=gateways().payments,
            public_url=gateways().public_url,
            now=now(),
        )
    except NeedsCardNotice:
        told = {"bank": form.choosing(BANK), "form": form.choosing(CARD), "sentences": SENTENCES}
        page = render_template("payments/card_notice.html", journey=journey, **told)
        return page, NeedsCardNotice.status
    ours = url_for(f"{journey}.result", payment_id=started.payment_id)
    return redirect(started.checkout_url or ours, 303)
