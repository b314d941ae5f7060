"""One WSGI application with all stand-ins."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

from sandbox import control, desk, inbox, pages, twilio_api
from sandbox.stripe_api import (
    charges,
    checkout,
    customers,
    disputes,
    events,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
)
from sandbox.stripe_api.routing import register
from sandbox.twilio_api import Messages
from sandbox.world import World

RESOURCES = (
    charges,
    checkout,
    customers,
    disputes,
    events,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
)
TIMED = (checkout, disputes, payment_intents, payouts, refunds)


def create_app(world: World, messages: Messages, *, demo: Path | None = None) -> Flask:
    """The stand-ins over one world; `demo` names the demo.json whose people have codes to show."""
    app = Flask(__name__, static_url_path="/assets")
    app.extensions["world"] = world
    for module in TIMED:
        world.jobs.update(module.JOBS)
    stripe_api = Blueprint("stripe", __name__)
    for module in RESOURCES:
        register(stripe_api, world, module.ROUTES)
    app.register_blueprint(stripe_api)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(desk.make_blueprint(world))
    app.register_blueprint(twilio_api.make_blueprint(messages))
    app.register_blueprint(inbox.make_blueprint(messages, demo))
    app.register_blueprint(control.make_blueprint(world, messages, demo=demo is not None))
    return app
