"""The patients' app."""

from __future__ import annotations

from flask import Flask

from portal import wiring
from portal.blueprints import (
    account,
    bill_disputes,
    check_in,
    confidential,
    contact,
    enrolment,
    help_paying,
    insurance,
    kiosk,
    letters,
    linking,
    messages,
    overview,
    own_email,
    pages,
    paperless,
    pay_statement,
    payments,
    plans,
    profile,
    proxies,
    registration,
    saved_ways,
    statements,
    text_link,
    visits,
    waitlist,
    webhooks,
)
from portal.config import Settings
from portal.web.base import create_base_app
from portal.web.faces import PATIENT
from portal.web.sign_in import add_sign_in


def create_app(settings: Settings) -> Flask:
    """Build it: shared base, sign-in, then one blueprint for each journey."""
    app = create_base_app(face=PATIENT, settings=settings, gateways=wiring.build(settings))
    add_sign_in(app, face=PATIENT, settings=settings)
    app.register_blueprint(confidential.blueprint)
    app.register_blueprint(contact.blueprint)
    app.register_blueprint(enrolment.blueprint)
    app.register_blueprint(account.blueprint)
    app.register_blueprint(own_email.blueprint)
    app.register_blueprint(check_in.blueprint)
    app.register_blueprint(check_in.here)
    app.register_blueprint(kiosk.blueprint)
    for journey in (
        pages,
        help_paying,
        overview,
        statements,
        letters,
        paperless,
        payments,
        saved_ways,
        pay_statement,
        plans,
        messages,
        bill_disputes,
        insurance,
        visits,
        registration,
        profile,
        linking,
        proxies,
        text_link,
        waitlist,
        webhooks,
    ):
        app.register_blueprint(journey.blueprint)
    return app
