"""Checkout sessions: made by the portal, paid on the hosted page, expired in time."""

from __future__ import annotations

from urllib.parse import urlsplit

import stripe
import stripe.params.checkout as params
from flask import request

from sandbox.errors import ApiError, invalid
from sandbox.schema import shape
from sandbox.store import Json, new_id
from sandbox.stripe_api import payment_intents, setup_intents
from sandbox.stripe_api.routing import Route, create, reads
from sandbox.world import DAY, World

SHORTEST_SECONDS = 30 * 60
CARRIED = [
    "capture_method",
    "description",
    "metadata",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor_suffix",
]
DONE = ("succeeded", "processing", "requires_capture")


def create_session(world: World, args: Json) -> Json:
    """POST a new session."""
    items = [_line_item(item) for item in args.get("line_items", [])]
    total = sum(item["amount_total"] for item in items)
    mode = args.get("mode", "payment")
    if mode == "payment" and total < payment_intents.SMALLEST_CENTS:
        message = "The Checkout Session's total amount must convert to at least 50 cents."
        raise invalid(message, "amount_too_small")
    if args.get("customer"):
        world.store.get("customer", args["customer"], "customer")
    now = world.store.now()
    expires_at = args.get("expires_at") or now + DAY
    if not now + SHORTEST_SECONDS - 60 <= expires_at <= now + DAY + 60:
        message = "The `expires_at` timestamp must be 30 minutes to 24 hours from creation."
        raise invalid(message, param="expires_at")
    copied = "cancel_url client_reference_id customer customer_email success_url"
    shaped = shape(
        stripe.checkout.Session,
        object="checkout.session",
        id=new_id("cs_test"),
        amount_subtotal=total or None,
        amount_total=total or None,
        currency="usd",
        expires_at=expires_at,
        metadata=args.get("metadata") or {},
        mode=mode,
        payment_method_types=args.get("allowed_payment_method_types")
        or ["card", "us_bank_account", "link"],
        payment_status="unpaid" if mode == "payment" else "no_payment_required",
        status="open",
        ui_mode="hosted_page",
        _items=items,
        _payment=args.get("payment_intent_data") or {},
        _setup=args.get("setup_intent_data") or {},
        **{name: args.get(name) for name in copied.split()},
    )
    session = create(world, shaped, "cs_test")
    session["url"] = f"{request.host_url}c/pay/{session['id']}"
    world.store.put(session)
    world.store.schedule(expires_at - now, "expire_session", session["id"])
    return session


def _line_item(wanted: Json) -> Json:
    price = wanted.get("price_data") or {}
    quantity = int(wanted.get("quantity", 1))
    amount = int(price.get("unit_amount", 0)) * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_subtotal": amount,
        "amount_total": amount,
        "currency": "usd",
        "description": price.get("product_data", {}).get("name"),
        "quantity": quantity,
    }


def line_items(world: World, _args: Json, object_id: str) -> Json:
    """GET what a session is for."""
    items = world.store.get("checkout.session", object_id)["_items"]
    return {"object": "list", "url": request.path, "has_more": False, "data": items}


def expire_session(world: World, _args: Json, object_id: str) -> Json:
    """POST its end."""
    if world.store.get("checkout.session", object_id)["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    return expire(world, object_id)


def expire(world: World, session_id: str) -> Json:
    """Close a session that is still open; a closed one stays as it is."""
    session = world.store.get("checkout.session", session_id)
    if session["status"] == "open":
        session.update(status="expired", url=None)
        world.store.put(session)
        if session["mode"] == "payment" and session.get("_intent"):
            payment_intents.cancel_intent(world, {}, session["_intent"])
        world.emit("checkout.session.expired", session)
    return session


def pay(world: World, session_id: str, method: Json) -> Json:
    """The shopper pressed the button: confirm the session's own intent with this method.

    `method` holds `payment_method` (a saved card) or `payment_method_data`.
    """
    session = world.store.get("checkout.session", session_id)
    if session["status"] != "open":
        raise invalid("This session is no longer open.")
    args = {**method, "return_url": f"/c/return/{session_id}"}
    setup = session["mode"] == "setup"
    intent = _intent_of(world, session)
    session["_intent"] = intent["id"]
    if not setup:
        session["payment_intent"] = intent["id"]  # known from the first press on
    world.store.put(session)
    module = setup_intents if setup else payment_intents
    return complete(world, session_id, module.confirm(world, intent, args))


def _intent_of(world: World, session: Json) -> Json:
    """The intent of an earlier try on this page, or a new one."""
    setup = session["mode"] == "setup"
    if session.get("_intent"):
        return world.store.get("setup_intent" if setup else "payment_intent", session["_intent"])
    if setup:
        wanted = {"customer": session["customer"], **session["_setup"]}
        return setup_intents.create_setup(world, wanted)
    carried = {name: session["_payment"][name] for name in CARRIED if name in session["_payment"]}
    wanted = {
        "amount": session["amount_total"],
        "currency": "usd",
        "customer": session["customer"],
        "allowed_payment_method_types": session["payment_method_types"],
        **carried,
    }
    return payment_intents.create_intent(world, wanted)


def authenticate(world: World, intent_id: str, *, passed: bool) -> Json:
    """The shopper's bank has answered; a failure puts the intent back to wait for a method."""
    setup = intent_id.startswith("seti_")
    kind = "setup_intent" if setup else "payment_intent"
    intent = world.store.get(kind, intent_id)
    if intent["status"] != "requires_action":
        return intent
    if passed:
        module = setup_intents if setup else payment_intents
        intent = module.confirm(world, intent, {}, authenticated=True)
        return complete(world, session_of(intent), intent)
    message = (
        "We are unable to authenticate your payment method."
        " Please choose a different payment method and try again."
    )
    error = {
        "type": "card_error" if setup else "invalid_request_error",
        "code": f"{kind}_authentication_failure",
        "message": message,
    }
    field = "last_setup_error" if setup else "last_payment_error"
    intent.update(status="requires_payment_method", next_action=None, payment_method=None)
    intent[field] = error
    world.store.put(intent)
    world.emit(f"{kind}.setup_failed" if setup else f"{kind}.payment_failed", intent)
    raise ApiError(402, "card_error", message, error["code"], keep=True)


def session_of(intent: Json) -> str | None:
    """The Checkout session that an intent was confirmed from, if any."""
    path = urlsplit(intent.get("_return") or "").path
    return path.removeprefix("/c/return/") if path.startswith("/c/return/") else None


def complete(world: World, session_id: str | None, intent: Json) -> Json:
    """Close the intent's session once its money is on the way."""
    if not session_id or intent["status"] not in DONE:
        return intent
    session = world.store.get("checkout.session", session_id)
    if session["status"] == "open":
        session.update(status="complete", url=None)
        if session["mode"] == "setup":
            session["setup_intent"] = intent["id"]
        else:
            paid = "paid" if intent["status"] == "succeeded" else "unpaid"
            session.update(payment_intent=intent["id"], payment_status=paid)
        world.store.put(session)
        world.emit("checkout.session.completed", session)
    return intent


_ONE = "/v1/checkout/sessions/<object_id>"
ROUTES = (
    Route("POST", "/v1/checkout/sessions", create_session, params.SessionCreateParams),
    *reads("checkout/sessions", "checkout.session", params.SessionListParams),
    Route("GET", f"{_ONE}/line_items", line_items),
    Route("POST", f"{_ONE}/expire", expire_session),
)
JOBS = {"expire_session": expire}
