"""PaymentIntents: from a wish to pay through declines and 3-D Secure to a charge."""

from __future__ import annotations

import hashlib
from typing import Any

import stripe
from flask import request
from stripe import params

from sandbox.errors import ApiError, invalid
from sandbox.schema import shape
from sandbox.store import Json, public
from sandbox.stripe_api.cards import BANKS, card_of, message_for
from sandbox.stripe_api.charges import new_charge, settle
from sandbox.stripe_api.customers import find_method, keep_method, make_method
from sandbox.stripe_api.disputes import open_dispute
from sandbox.stripe_api.routing import Route, create, merge_metadata, reads
from sandbox.world import DAY, World

SMALLEST_CENTS = 50
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
METHOD_FIELDS = ("type", "card", "us_bank_account", "billing_details")
APPROVED = {
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def create_intent(world: World, args: Json) -> Json:
    """POST a new intent, confirmed at once when asked."""
    if args["amount"] < SMALLEST_CENTS:
        raise invalid("Amount must be at least $0.50 usd", "amount_too_small", "amount")
    if args.get("customer"):
        world.store.get("customer", args["customer"], "customer")
    if args.get("off_session") and not args.get("confirm"):
        raise invalid("off_session can only be set when confirm is true", param="off_session")
    methods = args.get("allowed_payment_method_types") or ["card", "us_bank_account", "link"]
    copied = (
        "allowed_payment_method_types automatic_payment_methods customer description payment_method"
        " receipt_email setup_future_usage statement_descriptor statement_descriptor_suffix"
    )
    shaped = shape(
        stripe.PaymentIntent,
        object="payment_intent",
        amount=args["amount"],
        capture_method=args.get("capture_method", "automatic_async"),
        confirmation_method="automatic",
        currency=args["currency"].lower(),
        metadata=args.get("metadata") or {},
        payment_method_options=args.get("payment_method_options") or {},
        payment_method_types=methods,
        status="requires_confirmation" if args.get("payment_method") else "requires_payment_method",
        **{name: args.get(name) for name in copied.split()},
    )
    intent = create(world, shaped, "pi")
    intent["client_secret"] = client_secret(intent["id"])
    world.store.put(intent)
    world.emit("payment_intent.created", intent)
    return confirm(world, intent, args) if args.get("confirm") else intent


def client_secret(intent_id: str) -> str:
    """The secret a browser would use; nobody here does."""
    return f"{intent_id}_secret_{hashlib.sha256(intent_id.encode()).hexdigest()[:24]}"


def confirm(world: World, intent: Json, args: Json, *, authenticated: bool = False) -> Json:
    """Try to pay: ask for authentication, decline, or charge, as the test number says."""
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, "confirmation")
    method = _method_for(world, intent, args)
    intent["payment_method"] = method["id"]
    card = card_of(method)
    asks = card.authentication and not (card.authentication == "once" and method["_set_up"])
    if asks and not authenticated:
        if args.get("off_session") or args.get("error_on_requires_action"):
            raise _declined(
                world, intent, method, "authentication_required", "authentication_required"
            )
        return _ask_to_authenticate(world, intent, args.get("return_url"))
    intent["next_action"] = None
    if card.code:
        raise _charge_declined(world, intent, method, card.code, card.decline_code)
    return _charge(world, intent, method)


def _method_for(world: World, intent: Json, args: Json) -> Json:
    if args.get("payment_method_data"):
        given = args["payment_method_data"]
        method = make_method(world, {k: v for k, v in given.items() if k in METHOD_FIELDS})
    elif args.get("payment_method") or intent["payment_method"]:
        method = find_method(world, args.get("payment_method") or intent["payment_method"])
    else:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            "payment_intent_unexpected_state",
            payment_intent=public(intent),
        )
    if method["customer"] and method["customer"] != intent["customer"]:
        message = f"The customer does not have a payment method with the ID {method['id']}."
        raise invalid(message, param="payment_method")
    if method.get("_detached"):
        raise invalid(
            "The provided PaymentMethod was detached from a Customer. It may not be used again.",
            param="payment_method",
        )
    if method["type"] not in intent["payment_method_types"]:
        message = f"A {method['type']} PaymentMethod is not allowed for this PaymentIntent."
        raise invalid(message, param="payment_method")
    return method


def _ask_to_authenticate(world: World, intent: Json, return_url: str | None) -> Json:
    intent.update(
        status="requires_action",
        _return=return_url,
        next_action=authentication_step(intent["id"], return_url),
    )
    world.store.put(intent)
    world.emit("payment_intent.requires_action", intent)
    return intent


def authentication_step(intent_id: str, return_url: str | None) -> Json:
    """Where the shopper proves to their bank that it is them."""
    url = f"{request.host_url}c/3ds/{intent_id}"
    if return_url:
        step = {"url": url, "return_url": return_url}
        return {"type": "redirect_to_url", "redirect_to_url": step}
    sdk = {"type": "three_d_secure_redirect", "stripe_js": url}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}


def _charge_declined(
    world: World, intent: Json, method: Json, code: str, decline_code: str | None
) -> ApiError:
    outcome = {
        "network_status": "declined_by_network",
        "reason": decline_code,
        "risk_level": "normal",
        "seller_message": decline_code or code,
        "type": "blocked" if decline_code == "fraudulent" else "issuer_declined",
    }
    charge = new_charge(
        world,
        intent,
        method,
        status="failed",
        failure_code=code,
        failure_message=message_for(code, decline_code),
        outcome=outcome,
    )
    world.store.put(charge)
    intent["latest_charge"] = charge["id"]
    world.emit("charge.failed", charge)
    return _declined(world, intent, method, code, decline_code, charge=charge["id"])


def _declined(
    world: World,
    intent: Json,
    method: Json,
    code: str,
    decline_code: str | None,
    **extra: str,
) -> ApiError:
    """Put the intent back to wait for another method; the 402 to raise."""
    if decline_code:
        extra["decline_code"] = decline_code
    message = message_for(code, decline_code)
    told = {**extra, "payment_method": public(method)}
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={"type": "card_error", "code": code, "message": message, **told},
    )
    world.store.put(intent)
    world.emit("payment_intent.payment_failed", intent)
    return ApiError(
        402, "card_error", message, code, keep=True, payment_intent=public(intent), **told
    )


def _charge(world: World, intent: Json, method: Json) -> Json:
    debit = method["type"] == "us_bank_account"
    charge = new_charge(
        world, intent, method, status="pending" if debit else "succeeded", outcome=APPROVED
    )
    charge["receipt_url"] = f"{request.host_url}c/receipt/{charge['id']}"
    intent.update(latest_charge=charge["id"], last_payment_error=None)
    if intent["setup_future_usage"] and intent["customer"]:
        method["_set_up"] = True
        keep_method(world, method, intent["customer"])
    if debit:
        world.store.put(charge)
        intent["status"] = "processing"
        world.store.put(intent)
        world.emit("charge.pending", charge)
        world.emit("payment_intent.processing", intent)
        world.store.schedule(4 * DAY, "settle_debit", intent["id"])
        return intent
    if intent["capture_method"] == "manual":
        charge["paid"] = True
        world.store.put(charge)
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        world.store.put(intent)
        world.emit("charge.succeeded", charge)
        world.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    _collect(world, intent, charge, intent["amount"])
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    if card_of(method).afterwards == "dispute":
        open_dispute(world, charge)
    return intent


def _collect(world: World, intent: Json, charge: Json, amount: int) -> None:
    """The charge takes the amount and the intent has succeeded."""
    charge["amount_captured"] = amount
    settle(world, charge)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    world.store.put(intent)


def settle_debit(world: World, intent_id: str) -> None:
    """Four days on, the bank says whether the debit went through."""
    intent = world.store.get("payment_intent", intent_id)
    charge = world.store.get("charge", intent["latest_charge"])
    method = world.store.get("payment_method", intent["payment_method"])
    sessions = world.store.find("checkout.session", {"payment_intent": intent_id})
    trouble = BANKS[method["_number"]]
    if trouble and trouble != "dispute":
        charge.update(status="failed", failure_code=trouble, failure_message=trouble)
        world.store.put(charge)
        error = {"type": "invalid_request_error", "code": trouble, "message": trouble}
        intent.update(
            status="requires_payment_method", last_payment_error=error, payment_method=None
        )
        world.store.put(intent)
        world.emit("charge.failed", charge)
        world.emit("payment_intent.payment_failed", intent)
        for session in sessions:
            world.emit("checkout.session.async_payment_failed", session)
        return
    _collect(world, intent, charge, intent["amount"])
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    for session in sessions:
        session["payment_status"] = "paid"
        world.store.put(session)
        world.emit("checkout.session.async_payment_succeeded", session)
    if trouble == "dispute":
        open_dispute(world, charge)


def update_intent(world: World, args: Json, object_id: str) -> Json:
    """POST a change."""
    intent = world.store.get("payment_intent", object_id)
    if intent["status"] not in CONFIRMABLE and set(args) - {"metadata", "description"}:
        raise _unexpected(intent, "updating those parameters")
    merge_metadata(intent, args)
    intent.update(args)
    return world.store.put(intent)


def confirm_intent(world: World, args: Json, object_id: str) -> Json:
    """POST a try to pay."""
    return confirm(world, world.store.get("payment_intent", object_id), args)


def capture_intent(world: World, args: Json, object_id: str) -> Json:
    """POST the capture of what was authorised."""
    intent = world.store.get("payment_intent", object_id)
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "capture")
    amount: int = args.get("amount_to_capture") or intent["amount"]
    if amount > intent["amount_capturable"]:
        message = "The amount to capture is greater than the remaining capturable amount."
        raise invalid(message, "amount_too_large", "amount_to_capture")
    charge = world.store.get("charge", intent["latest_charge"])
    charge["amount_refunded"] = charge["amount"] - amount
    _collect(world, intent, charge, amount)
    world.emit("charge.captured", charge)
    world.emit("payment_intent.succeeded", intent)
    return intent


def cancel_intent(world: World, args: Json, object_id: str) -> Json:
    """POST its end."""
    intent = world.store.get("payment_intent", object_id)
    if intent["status"] in {"succeeded", "canceled", "processing"}:
        raise _unexpected(intent, "cancellation")
    intent.update(
        status="canceled",
        canceled_at=world.store.now(),
        cancellation_reason=args.get("cancellation_reason"),
        amount_capturable=0,
        next_action=None,
    )
    world.store.put(intent)
    world.emit("payment_intent.canceled", intent)
    return intent


def _unexpected(intent: Json, verb: str) -> ApiError:
    details: dict[str, Any] = {"payment_intent": public(intent)}
    return invalid(
        f"This PaymentIntent's status is {intent['status']}, which does not allow {verb}.",
        "payment_intent_unexpected_state",
        **details,
    )


_ONE = "/v1/payment_intents/<object_id>"
ROUTES = (
    Route("POST", "/v1/payment_intents", create_intent, params.PaymentIntentCreateParams),
    *reads("payment_intents", "payment_intent", params.PaymentIntentListParams),
    Route("POST", _ONE, update_intent, params.PaymentIntentModifyParams),
    Route("POST", f"{_ONE}/confirm", confirm_intent, params.PaymentIntentConfirmParams),
    Route("POST", f"{_ONE}/capture", capture_intent, params.PaymentIntentCaptureParams),
    Route("POST", f"{_ONE}/cancel", cancel_intent, params.PaymentIntentCancelParams),
)
JOBS = {"settle_debit": settle_debit}
