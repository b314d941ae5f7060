"""The card company's side of a demo: every payment, buttons to dispute one, and a clock to move on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.errors import ApiError
from sandbox.pages import render
from sandbox.store import Json
from sandbox.stripe_api.disputes import OPEN, close_dispute, open_dispute
from sandbox.world import DAY, World

SHOWN = 50
STEPS = {"hour": ("1 hour", 3600), "day": ("1 day", DAY), "days": ("5 days", 5 * DAY)}
DECISIONS = {"won": "Decide for the practice", "lost": "Decide for the card holder"}


@dataclass(frozen=True, slots=True)
class Row:
    """One charge, and what a visitor may do with it."""

    id: str
    amount: int
    method: str
    at: datetime
    state: str
    disputable: bool
    dispute: str  # the id of one that waits for a decision


def make_blueprint(world: World) -> Blueprint:
    """`/payments`: forms that post to themselves, without JavaScript."""
    blueprint = Blueprint("desk", __name__)

    @blueprint.get("/payments")
    def desk() -> Response:
        return render("desk.html", rows=_rows(world), now=_moment(world.store.now()), steps=STEPS)

    @blueprint.post("/payments/clock")
    def clock() -> AnyResponse:
        step = STEPS.get(request.form.get("step", ""))
        if step:
            world.store.advance(step[1])
            world.run_due()
        return redirect("/payments", 303)

    @blueprint.post("/payments/<charge_id>/dispute")
    def dispute(charge_id: str) -> AnyResponse:
        with world.store.transaction():
            charge = world.store.get("charge", charge_id)
            if charge["status"] == "succeeded" and not charge["disputed"]:
                open_dispute(world, charge)
        return redirect("/payments", 303)

    @blueprint.post("/payments/<dispute_id>/decide")
    def decide(dispute_id: str) -> AnyResponse:
        decision = request.form.get("status", "")
        with world.store.transaction():
            if world.store.get("dispute", dispute_id)["status"] in OPEN:
                if decision not in DECISIONS:
                    raise ApiError(400, "invalid_request_error", "no such decision")
                close_dispute(world, dispute_id, decision)
        return redirect("/payments", 303)

    return blueprint


def _rows(world: World) -> list[Row]:
    disputes = {dispute["charge"]: dispute for dispute in world.store.find("dispute")}
    charges = world.store.newest(["charge"], SHOWN)
    return [_row(charge, disputes.get(charge["id"])) for charge in charges]


def _row(charge: Json, dispute: Json | None) -> Row:
    kind = charge["payment_method_details"]["type"]
    details = charge["payment_method_details"][kind]
    name = details.get("brand") or details.get("bank_name") or "bank account"
    waiting = dispute is not None and dispute["status"] in OPEN
    return Row(
        id=charge["id"],
        amount=charge["amount"],
        method=f"{str(name).capitalize()} ending in {details.get('last4')}",
        at=_moment(charge["created"]),
        state=_state(charge, dispute),
        disputable=charge["status"] == "succeeded" and dispute is None,
        dispute=dispute["id"] if dispute and waiting else "",
    )


def _state(charge: Json, dispute: Json | None) -> str:
    if dispute:
        told = {
            "needs_response": "disputed",
            "under_review": "disputed, evidence received",
            "won": "dispute won",
            "lost": "dispute lost",
        }
        return told.get(dispute["status"], "disputed")
    if charge["status"] != "succeeded":
        return {"pending": "on its way", "failed": "declined"}.get(charge["status"], "")
    if charge["refunded"]:
        return "refunded"
    return "partly refunded" if charge["amount_refunded"] else "paid"


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
