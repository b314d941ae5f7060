"""Remittances that came in, the way for the next one, and the ones that wait for a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.incoming_files import incoming_page
from portal.queries.staff_remittances import remittance_detail, remittance_list
from portal.services.post_waiting import post_waiting
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.remittances.forms import PostForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("remittances", __name__, url_prefix="/remittances")


@blueprint.get("/")
@staff("remittances.view")
def index() -> str:
    """What waits and what came in by itself, then all of them, the newest first."""
    status = request.args.get("status", "")
    page = remittance_list(number=page_number(), status=status)
    incoming = incoming_page(on=practice_day())
    return show("remittances/index.html", page=page, status=status, incoming=incoming)


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
    return show("remittances/remittance.html", page=page, form=PostForm())


@blueprint.post("/<int:remittance_id>/post")
@staff("remittances.post")
def post_one(remittance_id: int) -> ResponseReturnValue:
    """Post a remittance that waited for somebody to look at it."""
    report = post_waiting(
        remittance_id=remittance_id,
        choice=PostForm().chosen,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
    )
    saw(kind="remittance", id=remittance_id, action="create")
    flash(f"Posted. {report.held} of it waits in the queue for a person.", "done")
    return redirect(url_for(".remittance", remittance_id=remittance_id))
