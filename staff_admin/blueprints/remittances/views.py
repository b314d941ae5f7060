"""Remittances that came in, and the way for the next one."""

from __future__ import annotations

from flask import Blueprint, request

from portal.queries.staff_remittances import remittance_detail, remittance_list
from portal.web.access import saw, staff
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("remittances", __name__, url_prefix="/remittances")


@blueprint.get("/")
@staff("remittances.view")
def index() -> str:
    """The newest first."""
    status = request.args.get("status", "")
    page = remittance_list(number=page_number(), status=status)
    return show("remittances/index.html", page=page, status=status)


@blueprint.get("/<int:remittance_id>")
@staff("remittances.view")
def remittance(remittance_id: int) -> str:
    """One remittance with its claims."""
    page = found(remittance_detail(remittance_id, number=page_number()))
    saw(
        accounts=[claim.account_id for claim in page.claims.rows if claim.account_id],
        patients=[claim.patient_id for claim in page.claims.rows if claim.patient_id],
        kind="remittance",
        id=remittance_id,
    )
    return show("remittances/remittance.html", page=page)
