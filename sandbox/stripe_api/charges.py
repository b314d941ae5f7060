"""Charges and the balance: what moves money at the provider."""

from __future__ import annotations

from typing import Any

import stripe
from stripe import params

from sandbox.schema import shape
from sandbox.store import Json, new_id, public
from sandbox.stripe_api.routing import create, reads
from sandbox.world import DAY, World


def balance_transaction(
    world: World,
    kind: str,
    category: str,
    amount: int,
    *,
    source: str,
    fee: int = 0,
    description: str | None = None,
    available_in: int = 0,
) -> Json:
    """One line of the provider's own ledger."""
    fee_details = [
        {
            "amount": fee,
            "application": None,
            "currency": "usd",
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    line = shape(
        stripe.BalanceTransaction,
        object="balance_transaction",
        amount=amount,
        available_on=world.store.now() + available_in,
        balance_type="payments",
        currency="usd",
        description=description,
        fee=fee,
        fee_details=fee_details if fee else [],
        net=amount - fee,
        reporting_category=category,
        source=source,
        status="pending" if available_in else "available",
        type=kind,
    )
    return create(world, line, "txn")


def fee_for(charge: Json) -> int:
    """2.9 % and 30 cents for a card, 0.8 % up to $5.00 for a bank debit, in whole cents."""
    amount = int(charge["amount_captured"])
    if charge["payment_method_details"]["type"] == "us_bank_account":
        return min(500, (amount * 8 + 500) // 1000)
    return (amount * 29 + 500) // 1000 + 30


def new_charge(world: World, intent: Json, method: Json, **values: Any) -> Json:
    """A charge for an intent, not stored yet; the caller says how it ended."""
    kind = method["type"]
    charge = shape(
        stripe.Charge,
        object="charge",
        amount=intent["amount"],
        billing_details=method["billing_details"],
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        fraud_details={},
        metadata=intent["metadata"],
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": kind, kind: public(method[kind])},
        receipt_email=intent["receipt_email"],
    )
    charge_id = new_id("ch" if kind == "card" else "py")
    return {**charge, **values, "id": charge_id, "created": world.store.now()}


def settle(world: World, charge: Json) -> Json:
    """The money of the captured amount arrives in the provider's balance."""
    charge.update(captured=True, paid=True, status="succeeded")
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    line = balance_transaction(
        world,
        kind,
        "charge",
        charge["amount_captured"],
        source=charge["id"],
        fee=fee_for(charge),
        description=charge["description"],
        available_in=2 * DAY,
    )
    charge["balance_transaction"] = line["id"]
    return world.store.put(charge)


ROUTES = (
    *reads("charges", "charge", params.ChargeListParams),
    *reads("balance_transactions", "balance_transaction", params.BalanceTransactionListParams),
)
