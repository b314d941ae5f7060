"""Customers and their payment methods: cards and bank accounts, test numbers only."""

from __future__ import annotations

import hashlib
import time

import stripe
from stripe import params

from sandbox.errors import ApiError, invalid
from sandbox.schema import shape
from sandbox.store import Json, public
from sandbox.stripe_api.cards import (
    BANKS,
    CARDS,
    NOT_A_TEST_CARD,
    READY_MADE,
    card_of,
    message_for,
)
from sandbox.stripe_api.routing import Route, create, list_page, merge_metadata, reads
from sandbox.world import World

NO_DETAILS = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
MONTHS_IN_YEAR = 12


def create_customer(world: World, args: Json) -> Json:
    """POST a new customer."""
    args.pop("payment_method", None)
    args["metadata"] = args.get("metadata") or {}
    customer = create(world, shape(stripe.Customer, object="customer", **args), "cus")
    world.emit("customer.created", customer)
    return customer


def update_customer(world: World, args: Json, object_id: str) -> Json:
    """POST a change."""
    customer = world.store.get("customer", object_id)
    merge_metadata(customer, args)
    customer.update(args)
    world.store.put(customer)
    world.emit("customer.updated", customer)
    return customer


def customer_methods(world: World, args: Json, object_id: str) -> Json:
    """GET a customer's payment methods."""
    customer = world.store.get("customer", object_id)
    return list_page(world.store, "payment_method", {**args, "customer": customer["id"]})


def make_method(world: World, wanted: Json) -> Json:
    """A payment method of the kind wanted, or Stripe's refusal of its number."""
    kind = wanted["type"]
    if kind not in {"card", "us_bank_account"}:
        raise invalid(
            f"The sandbox does not support payment methods of type {kind}.",
            "payment_method_unsupported_type",
        )
    details = _card(wanted.get("card") or {}) if kind == "card" else _bank(wanted)
    method = shape(
        stripe.PaymentMethod,
        object="payment_method",
        type=kind,
        billing_details=wanted.get("billing_details") or NO_DETAILS,
        customer=None,
        allow_redisplay="unspecified",
        _set_up=False,
        **details,
    )
    return create(world, method, "pm")


def _card(given: Json) -> Json:
    number = str(given.get("number", "")).replace(" ", "")
    if number not in CARDS:
        raise ApiError(
            402,
            "card_error",
            NOT_A_TEST_CARD,
            "card_declined",
            decline_code="test_mode_live_card",
        )
    month, year = int(given["exp_month"]), int(given["exp_year"])
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits mean this century
    if not 1 <= month <= MONTHS_IN_YEAR:
        message = "Your card's expiration month is invalid."
        raise ApiError(402, "card_error", message, "invalid_expiry_month", "exp_month")
    if year < time.gmtime().tm_year:
        message = "Your card's expiration year is invalid."
        raise ApiError(402, "card_error", message, "invalid_expiry_year", "exp_year")
    brand = CARDS[number].brand
    checks = {
        "cvc_check": "pass",
        "address_line1_check": None,
        "address_postal_code_check": None,
    }
    card = shape(
        stripe.PaymentMethod.Card,
        brand=brand,
        display_brand=brand,
        last4=number[-4:],
        exp_month=month,
        exp_year=year,
        country="US",
        funding="credit",
        fingerprint=hashlib.sha256(number.encode()).hexdigest()[:16],
        checks=checks,
    )
    return {"card": card, "_number": number}


def _bank(wanted: Json) -> Json:
    given = wanted.get("us_bank_account") or {}
    number = given.get("account_number", "")
    if number not in BANKS:
        raise invalid(
            "You must use a test bank account number in the sandbox.", "account_number_invalid"
        )
    account = shape(
        stripe.PaymentMethod.UsBankAccount,
        last4=number[-4:],
        routing_number=given.get("routing_number"),
        bank_name="STRIPE TEST BANK",
        account_type="checking",
        account_holder_type=given.get("account_holder_type", "individual"),
    )
    return {"us_bank_account": account, "_number": number}


def find_method(world: World, method_id: str) -> Json:
    """The stored method, or a fresh one for a ready-made name such as pm_card_visa."""
    if method_id in READY_MADE:
        card = {"number": READY_MADE[method_id], "exp_month": 12, "exp_year": 2034}
        return make_method(world, {"type": "card", "card": card})
    return world.store.get("payment_method", method_id, "payment_method")


def create_method(world: World, args: Json) -> Json:
    """POST a new payment method."""
    return make_method(world, args)


def attach_method(world: World, args: Json, object_id: str) -> Json:
    """POST a method to its customer; some cards are declined here."""
    method = find_method(world, object_id)
    world.store.get("customer", args["customer"], "customer")
    card = card_of(method)
    if card.declines_on_attach and card.code:
        extra: Json = {"decline_code": card.decline_code} if card.decline_code else {}
        message = message_for(card.code, card.decline_code)
        raise ApiError(
            402, "card_error", message, card.code, payment_method=public(method), **extra
        )
    return keep_method(world, method, args["customer"])


def keep_method(world: World, method: Json, customer_id: str) -> Json:
    """Attach the method to the customer."""
    method["customer"] = customer_id
    world.store.put(method)
    world.emit("payment_method.attached", method)
    return method


def detach_method(world: World, _args: Json, object_id: str) -> Json:
    """POST a method away from its customer."""
    method = world.store.get("payment_method", object_id)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer."
        raise invalid(message, param="payment_method")
    method.update(customer=None, _detached=True)
    world.store.put(method)
    world.emit("payment_method.detached", method)
    return method


def renew_card(world: World, method_id: str, changed: Json) -> Json:
    """The bank sent a new card: Stripe learns of it and tells, without anybody's doing."""
    method = world.store.get("payment_method", method_id)
    method["card"].update(changed)
    world.store.put(method)
    world.emit("payment_method.automatically_updated", method)
    return method


def change_behaviour(world: World, method_id: str, number: str) -> Json:
    """From now on the saved method does what another test number does: money runs out, a card is lost."""
    method = world.store.get("payment_method", method_id)
    if number not in (CARDS if method["type"] == "card" else BANKS):
        raise invalid("That is no test number.")
    return world.store.put({**method, "_number": number})


ROUTES = (
    Route("POST", "/v1/customers", create_customer, params.CustomerCreateParams),
    Route("POST", "/v1/customers/<object_id>", update_customer, params.CustomerModifyParams),
    *reads("customers", "customer", params.CustomerListParams),
    Route("GET", "/v1/customers/<object_id>/payment_methods", customer_methods),
    Route("POST", "/v1/payment_methods", create_method, params.PaymentMethodCreateParams),
    *reads("payment_methods", "payment_method", params.PaymentMethodListParams),
    Route(
        "POST",
        "/v1/payment_methods/<object_id>/attach",
        attach_method,
        params.PaymentMethodAttachParams,
    ),
    Route("POST", "/v1/payment_methods/<object_id>/detach", detach_method),
)
