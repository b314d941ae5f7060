"""SetupIntents: save a card for later, with the authentication or decline of its test number."""

from __future__ import annotations

import stripe
from stripe import params

from sandbox.errors import ApiError, invalid
from sandbox.schema import shape
from sandbox.store import Json, public
from sandbox.stripe_api.cards import card_of, message_for
from sandbox.stripe_api.customers import find_method, make_method
from sandbox.stripe_api.payment_intents import METHOD_FIELDS, authentication_step, client_secret
from sandbox.stripe_api.routing import Route, create, reads
from sandbox.world import World


def create_setup(world: World, args: Json) -> Json:
    """POST a new intent, confirmed at once when asked."""
    copied = "automatic_payment_methods customer description payment_method"
    shaped = shape(
        stripe.SetupIntent,
        object="setup_intent",
        metadata=args.get("metadata") or {},
        payment_method_types=args.get("allowed_payment_method_types") or ["card"],
        status="requires_confirmation" if args.get("payment_method") else "requires_payment_method",
        usage=args.get("usage", "off_session"),
        **{name: args.get(name) for name in copied.split()},
    )
    setup = create(world, shaped, "seti")
    setup["client_secret"] = client_secret(setup["id"])
    world.store.put(setup)
    world.emit("setup_intent.created", setup)
    return confirm(world, setup, args) if args.get("confirm") else setup


def confirm(world: World, setup: Json, args: Json, *, authenticated: bool = False) -> Json:
    """Try to save the method: decline, ask for authentication, or keep it for its customer."""
    if setup["status"] in {"succeeded", "canceled"}:
        raise invalid(
            f"This SetupIntent's status is {setup['status']}, which does not allow confirmation.",
            "setup_intent_unexpected_state",
            setup_intent=public(setup),
        )
    if args.get("payment_method_data"):
        given = args["payment_method_data"]
        method = make_method(world, {k: v for k, v in given.items() if k in METHOD_FIELDS})
    else:
        method = find_method(world, args.get("payment_method") or setup["payment_method"] or "")
    setup["payment_method"] = method["id"]
    card = card_of(method)
    if card.declines_on_attach and card.code:
        raise _declined(world, setup, method, card.code, card.decline_code)
    if card.authentication and not authenticated:
        return_url = args.get("return_url")
        setup.update(
            status="requires_action",
            _return=return_url,
            next_action=authentication_step(setup["id"], return_url),
        )
        world.store.put(setup)
        world.emit("setup_intent.requires_action", setup)
        return setup
    method.update(_set_up=True, customer=setup["customer"] or method["customer"])
    world.store.put(method)
    setup.update(status="succeeded", next_action=None, last_setup_error=None)
    world.store.put(setup)
    world.emit("setup_intent.succeeded", setup)
    if setup["customer"]:
        world.emit("payment_method.attached", method)
    return setup


def _declined(
    world: World, setup: Json, method: Json, code: str, decline_code: str | None
) -> ApiError:
    message = message_for(code, decline_code)
    told: Json = {"payment_method": public(method)}
    if decline_code:
        told["decline_code"] = decline_code
    error = {"type": "card_error", "code": code, "message": message, **told}
    setup.update(status="requires_payment_method", payment_method=None, last_setup_error=error)
    world.store.put(setup)
    world.emit("setup_intent.setup_failed", setup)
    return ApiError(402, "card_error", message, code, keep=True, setup_intent=public(setup), **told)


def confirm_setup(world: World, args: Json, object_id: str) -> Json:
    """POST a try to save a method."""
    return confirm(world, world.store.get("setup_intent", object_id), args)


ROUTES = (
    Route("POST", "/v1/setup_intents", create_setup, params.SetupIntentCreateParams),
    *reads("setup_intents", "setup_intent", params.SetupIntentListParams),
    Route(
        "POST",
        "/v1/setup_intents/<object_id>/confirm",
        confirm_setup,
        params.SetupIntentConfirmParams,
    ),
)
