"""Payments whose outcome is not known yet."""

from __future__ import annotations

from flask import Blueprint

from portal.queries.staff_unknown import unknown_payments
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("payments", __name__, url_prefix="/payments")


@blueprint.get("/unknown")
@staff("payments.view")
def unknown() -> str:
    """How long each has waited, what is known of it, and what happens next."""
    page = found(unknown_payments(current_staff(), now=now()))
    saw(accounts=page.account_ids, kind="unknown_payments")
    return show("payments/unknown.html", page=page)
