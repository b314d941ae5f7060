"""Events and the endpoints they are posted to."""

from __future__ import annotations

import stripe
from stripe import params

from sandbox.schema import shape
from sandbox.store import Json, new_id
from sandbox.stripe_api.routing import Route, create, list_page, reads
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


def list_events(world: World, args: Json) -> Json:
    """Events, newest first; by `delivery_success` those that every endpoint took, or the others."""
    delivered = args.get("delivery_success")
    if delivered is None:
        return list_page(world.store, "event", args)
    missed = world.outbox.undelivered()
    return list_page(
        world.store, "event", args, keep=lambda event: (event["id"] not in missed) is delivered
    )


ROUTES = (
    Route("POST", "/v1/webhook_endpoints", create_endpoint, params.WebhookEndpointCreateParams),
    *reads("webhook_endpoints", "webhook_endpoint"),
    reads("events", "event")[0],
    Route("GET", "/v1/events", list_events, params.EventListParams),
)
