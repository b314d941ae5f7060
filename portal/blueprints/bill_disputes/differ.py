"""An EOB that says another amount: a dispute with both figures and a picture of the EOB (STMT-5, DISP-1)."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.money import Money
from billing.proxy_access import ProxyScope
from portal.blueprints.bill_disputes.forms import DifferForm
from portal.blueprints.bill_disputes.views import blueprint
from portal.card_ports import UnusableImage
from portal.queries.bill import BillPage, bill_page
from portal.queries.card_words import refusal_words
from portal.services.eob_photo import put_to_dispute
from portal.services.file_dispute import file_dispute
from portal.services.own_dispute import add_evidence
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day


@blueprint.post("/bills/<int:visit_id>/differs")
@patient(scope=ProxyScope.FULL)
def differs(visit_id: int) -> ResponseReturnValue:
    """First both amounts with room for a picture; then it is filed, and holds from then on."""
    page, form = bill_page(current_patient(), visit_id, on=practice_day()), DifferForm()
    told, theirs = page.told_of(form.charge_id) if page else None, form.eob_told
    if page is None:
        abort(404)
    if told is None or theirs is None or theirs >= told:
        return redirect(url_for("statements.compare", visit_id=visit_id))
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    if form.step.data != "send" or not form.validate_on_submit():
        form.step.data = "send"
        return render_template(
            "bill_disputes/differs.html", page=page, form=form, told=told, theirs=theirs
        )
    dispute_id = _file(form, page, told, theirs)
    _keep_picture(form, visit_id, dispute_id)
    return redirect(url_for(".dispute", dispute_id=dispute_id))


def _file(form: DifferForm, page: BillPage, told: Money, theirs: Money) -> UUID:
    dispute_id = file_dispute(
        viewer=current_patient(),
        filing=form.filing(page, theirs=theirs, told=told),
        form_id=form.id_of_form,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(kind="bill_dispute", id=dispute_id, action="create")
    flash("We got your dispute. It is on hold from this moment.", "done")
    return dispute_id


def _keep_picture(form: DifferForm, visit_id: int, dispute_id: UUID) -> None:
    """The dispute stands also where its picture cannot be used: the next page says so, and takes another."""
    if form.photo_id is not None:
        put_to_dispute(
            viewer=current_patient(),
            visit_id=visit_id,
            photo_id=form.photo_id,
            dispute_id=dispute_id,
            now=now(),
        )
    content, doors = form.content, gateways()
    if content is None:
        return
    try:
        add_evidence(
            viewer=current_patient(),
            dispute_id=dispute_id,
            content=content,
            images=doors.card_images,
            store=doors.documents,
            now=now(),
        )
    except UnusableImage as refused:
        flash(refusal_words(refused.fault), "attention")
