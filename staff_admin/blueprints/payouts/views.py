"""What the card company pays out, line by line, beside our own entries."""

from __future__ import annotations

from flask import Blueprint

from portal.queries.payouts import payout_page, payouts_page
from portal.web.access import saw, staff
from portal.web.clock import now
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("payouts", __name__, url_prefix="/payouts")


@blueprint.get("/")
@staff("day.view")
def index() -> str:
    """Every payout, what the balance holds now, and what nothing explains."""
    page = payouts_page(now=now())
    saw(accounts=page.account_ids, kind="payouts")
    return show("payouts/index.html", page=page)


@blueprint.get("/<int:payout_id>")
@staff("day.view")
def payout(payout_id: int) -> str:
    """One payout: each of its lines, and the entry that it answers."""
    page = found(payout_page(payout_id))
    saw(accounts=page.account_ids, kind="payouts", id=payout_id)
    return show("payouts/payout.html", page=page)
