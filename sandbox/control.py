"""The control plane: faults, bad deliveries, the clock, disputes, payouts, and the totals to check against."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from sandbox.errors import ApiError
from sandbox.faults import Fault
from sandbox.store import Json
from sandbox.stripe_api.customers import change_behaviour, renew_card
from sandbox.stripe_api.disputes import (
    close_dispute,
    escalate_dispute,
    file_told,
    open_dispute,
)
from sandbox.stripe_api.payouts import pay_out_available
from sandbox.twilio_api import NUMBER, Messages
from sandbox.webhooks import Delivery
from sandbox.world import World

IN_A_DEMO = frozenset({"clock", "dispute", "close_dispute", "payout", "totals"})
Control = Callable[[Json], Json]


def totals(world: World) -> Json:
    """The provider's own sums: the oracle that a ledger is checked against."""
    charges = world.store.find("charge", {"status": "succeeded"})
    refunds = world.store.find("refund", {"status": "succeeded"})
    lines = world.store.find("balance_transaction")
    return {
        "charges": len(charges),
        "charged": sum(charge["amount_captured"] for charge in charges),
        "refunded": sum(refund["amount"] for refund in refunds),
        "balance": sum(line["net"] for line in lines),
        "webhooks": world.outbox.counts(),
    }


def controls(world: World, messages: Messages) -> dict[str, Control]:
    """Every control by name; each takes the JSON posted to it."""

    def faults(wanted: Json) -> Json:
        if wanted:
            world.faults.add(Fault(**wanted))
        else:
            world.faults.clear()
        return {}

    def webhooks(wanted: Json) -> Json:
        world.outbox.delivery.mode = wanted.get("mode", world.outbox.delivery.mode)
        world.outbox.delivery.retry = wanted.get("retry", world.outbox.delivery.retry)
        return {}

    def clock(wanted: Json) -> Json:
        world.store.advance(int(wanted["advance"]))
        world.run_due()
        return {}

    def redeliver(wanted: Json) -> Json:
        world.outbox.redeliver(wanted.get("event"))
        return {}

    def purge(_wanted: Json) -> Json:
        world.outbox.purge()
        return {}

    def reset(_wanted: Json) -> Json:
        world.faults.clear()
        world.outbox.delivery = Delivery()
        world.store.clear()
        return {}

    def text(wanted: Json) -> Json:
        to = wanted.get("to", NUMBER)
        status = messages.receive(
            wanted["from"], to, wanted["body"], wanted.get("url") or messages.inbound_url
        )
        return {"status": status}

    return {
        "behave": lambda wanted: {
            "method": change_behaviour(world, wanted["method"], wanted["number"])["id"]
        },
        "clock": clock,
        "close_dispute": lambda wanted: close_dispute(world, wanted["id"], wanted["status"]),
        "dispute": lambda wanted: {
            "dispute": open_dispute(
                world,
                world.store.get("charge", wanted["charge"]),
                inquiry=bool(wanted.get("inquiry")),
            )["id"]
        },
        "escalate_dispute": lambda wanted: escalate_dispute(world, wanted["id"]),
        "faults": faults,
        "file": lambda wanted: file_told(world, wanted["id"]),
        "payout": lambda _wanted: pay_out_available(world),
        "purge": purge,
        "redeliver": redeliver,
        "renew_card": lambda wanted: {
            "method": renew_card(world, wanted["method"], wanted["card"])["id"]
        },
        "reset": reset,
        "sms": text,
        "totals": lambda _wanted: totals(world),
        "webhooks": webhooks,
    }


def make_blueprint(world: World, messages: Messages, *, demo: bool) -> Blueprint:
    """`/_sim/NAME`; a newcomer's demo mounts only what does no harm."""
    blueprint = Blueprint("control", __name__, url_prefix="/_sim")
    known = controls(world, messages)
    mounted = {name: known[name] for name in known if not demo or name in IN_A_DEMO}

    @blueprint.route("/<name>", methods=["GET", "POST"])
    def control(name: str) -> tuple[Response, int]:
        if name not in mounted or (request.method == "GET" and name != "totals"):
            return jsonify(error="no such control"), 404
        wanted = request.get_json(silent=True) or {}
        try:
            if name in {"clock", "redeliver", "webhooks", "faults", "sms"}:
                result = mounted[name](wanted)
            else:
                with world.store.transaction():
                    result = mounted[name](wanted)
        except (ApiError, KeyError, TypeError, ValueError) as error:
            return jsonify(error=str(error)), 400
        return jsonify({"ok": True, "now": world.store.now(), **result}), 200

    return blueprint
