"""A check-in done at the desk, for the person who stands there; and the papers that were signed."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort
from flask.typing import ResponseReturnValue

from billing.check_in import Step
from portal.queries.check_in_page import CheckInPage, signed_paper
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.check_in_steps import CheckInAt, show_form, show_overview, show_step
from staff_admin.blueprints.front_desk.views import blueprint


@blueprint.get("/<uuid:appointment_id>/check-in")
@staff("desk.view")
def check_in(appointment_id: UUID) -> str:
    """What is done and what is left."""
    at = _at(appointment_id)
    return show_overview(at, _page(at), viewer=current_staff())


@blueprint.route(
    "/<uuid:appointment_id>/check-in"
    "/<any(identity, contact, coverage, accident, forms, payment):step>",
    methods=["GET", "POST"],
)
@staff("desk.work")
def step(appointment_id: UUID, step: str) -> ResponseReturnValue:
    """One step, as the person says it."""
    at = _at(appointment_id)
    return show_step(at, _page(at), Step(step), viewer=current_staff())


@blueprint.route("/<uuid:appointment_id>/check-in/forms/<int:version_id>", methods=["GET", "POST"])
@staff("desk.work")
def form(appointment_id: UUID, version_id: int) -> ResponseReturnValue:
    """One form, signed by the person at the desk's own screen."""
    at = _at(appointment_id)
    return show_form(at, _page(at), version_id, viewer=current_staff())


@blueprint.get("/<uuid:appointment_id>/check-in/signed/<int:signed_id>/form.pdf")
@staff("desk.work")
def signed(appointment_id: UUID, signed_id: int) -> ResponseReturnValue:
    """What was signed, on paper."""
    paper = signed_paper(current_staff(), signed_id)
    if paper is None or paper.appointment_id != appointment_id:
        abort(404)
    patients = () if paper.patient_id is None else (paper.patient_id,)
    saw(patients=patients, kind="signed_form", id=signed_id, action="print")
    headers = {"Content-Disposition": 'inline; filename="signed-form.pdf"'}
    content = gateways().documents.get(paper.pdf_stored_as)
    return Response(content, mimetype="application/pdf", headers=headers)


def _at(appointment_id: UUID) -> CheckInAt:
    return CheckInAt(
        who=current_staff(),
        appointment_id=appointment_id,
        journey="front_desk",
        frame="staff_page.html",
        args={"appointment_id": appointment_id},
        papers=current_staff().may("desk.work"),
    )


def _page(at: CheckInAt) -> CheckInPage:
    page = at.page()
    saw(patients=page.patient_ids, kind="check_in", id=at.appointment_id)
    return page
