"""Events and the endpoints they are posted to."""

from __future__ import annotations

import stripe
from stripe import params

from sandbox.schema import shape
from sandbox.store import Json, new_id
from sandbox.stripe_api.routing import Route, create, reads
from sandbox.world import World


def create_endpoint(world: World, args: Json) -> Json:
    """POST a new webhook endpoint; its secret is made here."""
    secret = new_id("whsec")
    shaped = shape(
        stripe.WebhookEndpoint,
        object="webhook_endpoint",
        url=args["url"],
        enabled_events=args["enabled_events"],
        status="enabled",
        secret=secret,
        _secret=secret,
    )
    return create(world, shaped, "we")


def ensure_endpoint(world: World, url: str, secret: str) -> None:
    """The endpoint named when the sandbox was started; a second start keeps one."""
    shaped = shape(
        stripe.WebhookEndpoint,
        object="webhook_endpoint",
        id="we_sandbox",
        created=world.store.now(),
        url=url,
        enabled_events=["*"],
        status="enabled",
        _secret=secret,
    )
    world.store.put(shaped)


ROUTES = (
    Route("POST", "/v1/webhook_endpoints", create_endpoint, params.WebhookEndpointCreateParams),
    *reads("webhook_endpoints", "webhook_endpoint"),
    *reads("events", "event", params.EventListParams),
)
