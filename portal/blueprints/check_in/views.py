"""One's own check-in: what is left, each step, each form, and the papers of what was signed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from billing.check_in import Step
from billing.payment_choice import SMALLEST, Choice, Scope
from billing.proxy_access import ProxyScope
from portal.blueprints.payments.forms import PayForm
from portal.queries.check_in_page import CheckInPage, signed_paper
from portal.queries.prepaid import account_due
from portal.web.access import current_patient, may_open, patient, saw
from portal.web.base import gateways
from portal.web.check_in_back import remember_check_in
from portal.web.check_in_steps import CheckInAt, show_form, show_overview, show_step
from portal.web.practice_day import practice_day

blueprint = Blueprint("check_in", __name__, url_prefix="/visits/<uuid:appointment_id>/check-in")


@blueprint.get("")
@blueprint.get("", endpoint="start")
@patient(scope=ProxyScope.BOOK)
def check_in(appointment_id: UUID) -> ResponseReturnValue:
    """What is done and what is left."""
    at = _at(appointment_id)
    page = _page(at)
    remember_check_in(None if page.check_in.ready or not page.open else appointment_id)
    return show_overview(at, page)


@blueprint.route(
    "/<any(identity, contact, coverage, accident, forms, payment):step>", methods=["GET", "POST"]
)
@patient(scope=ProxyScope.BOOK)
def step(appointment_id: UUID, step: str) -> ResponseReturnValue:
    """One step."""
    at = _at(appointment_id)
    page, wanted = _page(at), Step(step)
    more = _money(page) if wanted is Step.PAYMENT else {}
    return show_step(at, page, wanted, **more)


@blueprint.route("/forms/<int:version_id>", methods=["GET", "POST"])
@patient(scope=ProxyScope.BOOK)
def form(appointment_id: UUID, version_id: int) -> ResponseReturnValue:
    """One form."""
    at = _at(appointment_id)
    return show_form(at, _page(at), version_id)


@blueprint.get("/signed/<int:signed_id>/form.pdf")
@patient(scope=ProxyScope.BOOK)
def signed(appointment_id: UUID, signed_id: int) -> ResponseReturnValue:
    """What was signed, on paper; nobody else's is found."""
    found = signed_paper(current_patient(), signed_id)
    if found is None or found.appointment_id != appointment_id:
        abort(404)
    patients = () if found.patient_id is None else (found.patient_id,)
    saw(patients=patients, kind="signed_form", id=signed_id, action="export")
    headers = {"Content-Disposition": 'attachment; filename="signed-form.pdf"'}
    content = gateways().documents.get(found.pdf_stored_as)
    return Response(content, mimetype="application/pdf", headers=headers)


def _at(appointment_id: UUID) -> CheckInAt:
    return CheckInAt(
        who=current_patient(),
        appointment_id=appointment_id,
        journey="check_in",
        frame="layouts/base.html",
        args={"appointment_id": appointment_id},
        links=True,
        papers=current_patient().acting_for is None,
    )


def _page(at: CheckInAt) -> CheckInPage:
    page = at.page()
    saw(
        accounts=page.account_ids,
        patients=page.patient_ids,
        kind="check_in",
        id=at.appointment_id,
    )
    return page


def _money(page: CheckInPage) -> dict[str, object]:
    """The button that pays it now, and what is owed from before: said, never asked for here."""
    account_id, left = page.visit.account_id, page.check_in.left_to_pay
    if account_id is None or not may_open("payments.begin"):
        return {}
    wish = Choice(Scope.PREPAY, amount=left, appointment_id=page.visit.appointment_id)
    return {
        "pay": PayForm.asked(account_id, wish) if left >= SMALLEST else None,
        "past_due": account_due(current_patient(), account_id, on=practice_day()),
    }
