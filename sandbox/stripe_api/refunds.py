"""Refunds: never more than is left, and some fail a day later."""

from __future__ import annotations

import stripe
from stripe import params

from sandbox.errors import invalid
from sandbox.schema import shape
from sandbox.store import Json
from sandbox.stripe_api.cards import card_of
from sandbox.stripe_api.charges import balance_transaction
from sandbox.stripe_api.routing import Route, create, reads
from sandbox.world import DAY, World


def create_refund(world: World, args: Json) -> Json:
    """POST a refund: of an amount, or of all that is left."""
    charge = _charge_to_refund(world, args)
    left = charge["amount_captured"] - _refunded(world, charge)
    if charge["disputed"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            "charge_disputed",
        )
    if left <= 0:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.", "charge_already_refunded"
        )
    amount = args.get("amount", left)
    if amount > left:
        raise invalid(
            f"Refund amount ({_dollars(amount)}) is greater than unrefunded amount on charge"
            f" ({_dollars(left)})",
            param="amount",
        )
    if amount <= 0:
        raise invalid("Invalid positive integer", "parameter_invalid_integer", "amount")
    return _refund(world, charge, amount, args)


def _charge_to_refund(world: World, args: Json) -> Json:
    if not args.get("payment_intent"):
        return world.store.get("charge", args.get("charge", ""), "charge")
    intent = world.store.get("payment_intent", args["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded" or not intent["latest_charge"]:
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent_unexpected_state",
        )
    return world.store.get("charge", intent["latest_charge"])


def _refunded(world: World, charge: Json) -> int:
    refunds = world.store.find("refund", {"charge": charge["id"]})
    return sum(r["amount"] for r in refunds if r["status"] not in {"failed", "canceled"})


def _refund(world: World, charge: Json, amount: int, args: Json) -> Json:
    card = charge["payment_method_details"]["type"] == "card"
    shaped = shape(
        stripe.Refund,
        object="refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"type": "card", "card": {"type": "refund"}},
        metadata=args.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=args.get("reason"),
        status="succeeded",
    )
    refund = create(world, shaped, "re")
    line = balance_transaction(
        world,
        "refund" if card else "payment_refund",
        "refund",
        -amount,
        source=refund["id"],
        description="REFUND FOR CHARGE",
    )
    refund["balance_transaction"] = line["id"]
    world.store.put(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    world.store.put(charge)
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    method = world.store.get("payment_method", charge["payment_method"])
    if card_of(method).afterwards == "refund_fails":
        world.store.schedule(DAY, "fail_refund", refund["id"])
    return refund


def fail_refund(world: World, refund_id: str) -> None:
    """The card's bank sends the refund back."""
    refund = world.store.get("refund", refund_id)
    charge = world.store.get("charge", refund["charge"])
    line = balance_transaction(
        world,
        "refund_failure",
        "refund_failure",
        refund["amount"],
        source=refund["id"],
        description="REFUND FAILURE",
    )
    refund.update(
        status="failed",
        failure_reason="lost_or_stolen_card",
        failure_balance_transaction=line["id"],
    )
    world.store.put(refund)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    world.store.put(charge)
    world.emit("refund.failed", refund)
    world.emit("charge.refund.updated", refund)


def _dollars(cents: int) -> str:
    return f"${cents // 100}.{cents % 100:02d}"


ROUTES = (
    Route("POST", "/v1/refunds", create_refund, params.RefundCreateParams),
    *reads("refunds", "refund", params.RefundListParams),
)
JOBS = {"fail_refund": fail_refund}
