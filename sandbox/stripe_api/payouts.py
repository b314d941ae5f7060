"""Payouts to the practice's bank: by hand, or an automatic one of everything available."""

from __future__ import annotations

import stripe
from stripe import params

from sandbox.schema import shape
from sandbox.store import Json
from sandbox.stripe_api.charges import balance_transaction
from sandbox.stripe_api.routing import Route, create, reads
from sandbox.world import DAY, World


def create_payout(world: World, args: Json) -> Json:
    """POST a payout by hand."""
    return make_payout(world, args["amount"], lines=[], automatic=False)


def make_payout(world: World, amount: int, *, lines: list[Json], automatic: bool) -> Json:
    """Send money to the bank; an automatic payout names the balance lines it is made of."""
    shaped = shape(
        stripe.Payout,
        object="payout",
        amount=amount,
        arrival_date=world.store.now() + 2 * DAY,
        automatic=automatic,
        currency="usd",
        destination="ba_sandbox",
        method="standard",
        reconciliation_status="completed" if automatic else "not_applicable",
        source_type="card",
        status="in_transit" if automatic else "pending",
        type="bank_account",
    )
    payout = create(world, shaped, "po")
    own = balance_transaction(
        world, "payout", "payout", -amount, source=payout["id"], description="STRIPE PAYOUT"
    )
    for line in (own, *lines):
        world.store.put({**line, "_payout": payout["id"], "status": "available"})
    payout["balance_transaction"] = own["id"]
    world.store.put(payout)
    world.emit("payout.created", payout)
    if automatic:
        world.emit("payout.reconciliation_completed", payout)
    world.store.schedule(2 * DAY, "pay_out", payout["id"])
    return payout


def pay_out_available(world: World) -> Json:
    """An automatic payout of every line that is available and not paid out yet."""
    now = world.store.now()
    lines = [
        line
        for line in world.store.find("balance_transaction")
        if not line.get("_payout") and line["available_on"] <= now and line["type"] != "payout"
    ]
    amount = sum(line["net"] for line in lines)
    if amount <= 0:
        return {"amount": amount}
    payout = make_payout(world, amount, lines=lines, automatic=True)
    return {"payout": payout["id"], "amount": amount}


def pay_out(world: World, payout_id: str) -> None:
    """The money reaches the bank."""
    payout = world.store.get("payout", payout_id)
    payout["status"] = "paid"
    world.store.put(payout)
    world.emit("payout.paid", payout)


ROUTES = (
    Route("POST", "/v1/payouts", create_payout, params.PayoutCreateParams),
    *reads("payouts", "payout", params.PayoutListParams),
)
JOBS = {"pay_out": pay_out}
