"""What waits for an answer, and one dispute with the patient's words, our lines, the plan's and the statement's figures."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.dispute_report import dispute_report
from portal.queries.eob_photos import sent_eob
from portal.queries.own_disputes import dispute_picture
from portal.queries.staff_disputes import FILTERS, StaffDispute, dispute_work, staff_dispute
from portal.services.answer_dispute import answer_dispute
from portal.services.work_dispute import extend_dispute, lift_lock, take_dispute
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.bill_disputes.forms import AnswerForm, ReasonForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("bill_disputes", __name__, url_prefix="/bill-disputes")


@blueprint.get("/")
@staff("bill_disputes.view")
def index() -> str:
    """What waits, by the day of its answer."""
    wanted = request.args.get("show", "open")
    wanted = wanted if wanted in FILTERS else "open"
    page = dispute_work(wanted=wanted, on=practice_day(), number=page_number())
    saw(
        accounts={row.account_id for row in page.rows},
        patients={row.patient_id for row in page.rows},
        kind="bill_disputes",
    )
    return show("disputed_bills/index.html", page=page, wanted=wanted, filters=FILTERS)


@blueprint.get("/report")
@staff("bill_disputes.view")
def report() -> str:
    """By month of the answer: kind, outcome, days (DISP-3); no patient stands in it."""
    saw(kind="bill_dispute_report")
    return show("disputed_bills/report.html", months=dispute_report(on=practice_day()))


@blueprint.get("/<uuid:dispute_id>")
@staff("bill_disputes.view")
def dispute(dispute_id: UUID) -> str:
    """Everything that the answer needs."""
    return _show(_page(dispute_id), AnswerForm(), ReasonForm())


@blueprint.get("/<uuid:dispute_id>/evidence/<int:document_id>")
@staff("bill_disputes.view")
def picture(dispute_id: UUID, document_id: int) -> Response:
    """One picture (HIPAA-18)."""
    _page(dispute_id)
    content = gateways().documents.get(found(dispute_picture(dispute_id, document_id)))
    headers = {"Content-Disposition": 'inline; filename="evidence.jpg"'}
    return Response(content, mimetype="image/jpeg", headers=headers)


@blueprint.get("/eobs/<int:item_id>")
@staff("bill_disputes.view")
def eob(item_id: int) -> Response:
    """The picture of an EOB that a patient sent for us to read (HIPAA-18)."""
    sent = found(sent_eob(item_id))
    saw(accounts=[sent.account_id], patients=[sent.patient_id], kind="eob_picture", id=item_id)
    headers = {"Content-Disposition": 'inline; filename="eob.jpg"'}
    content = gateways().documents.get(sent.stored_as)
    return Response(content, mimetype="image/jpeg", headers=headers)


@blueprint.post("/<uuid:dispute_id>/take")
@staff("bill_disputes.work")
def take(dispute_id: UUID) -> ResponseReturnValue:
    """It is mine to answer."""
    _page(dispute_id)
    take_dispute(dispute_id=dispute_id, staff=current_staff(), now=now())
    flash("It is yours to answer.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.post("/<uuid:dispute_id>/answer")
@staff("bill_disputes.work")
def answer(dispute_id: UUID) -> ResponseReturnValue:
    """The finding, with its letter."""
    page, form = _page(dispute_id), AnswerForm()
    if not form.validate_on_submit():
        return _show(page, form, ReasonForm(formdata=None))
    url = gateways().public_url
    who = current_staff()
    answer_dispute(dispute_id=dispute_id, answer=form.answer, staff=who, public_url=url, now=now())
    flash("Answered. The patient is told, and the letter leaves with the next run.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.post("/<uuid:dispute_id>/extend")
@staff("bill_disputes.work")
def extend(dispute_id: UUID) -> ResponseReturnValue:
    """Once, with a letter."""
    page, form = _page(dispute_id), ReasonForm()
    if not form.validate_on_submit():
        return _show(page, AnswerForm(formdata=None), form)
    url, why = gateways().public_url, form.reason.data or ""
    who = current_staff()
    extend_dispute(dispute_id=dispute_id, reason=why, staff=who, public_url=url, now=now())
    flash("Extended to 45 days. The patient is told why.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.post("/<uuid:dispute_id>/lift")
@staff("bill_disputes.work")
def lift(dispute_id: UUID) -> ResponseReturnValue:
    """End the lock of an identity theft."""
    page, form = _page(dispute_id), ReasonForm()
    if not form.validate_on_submit():
        return _show(page, AnswerForm(formdata=None), form)
    url, why = gateways().public_url, form.reason.data or ""
    lift_lock(dispute_id=dispute_id, words=why, staff=current_staff(), public_url=url, now=now())
    flash("The lock is lifted. The patient is told.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


def _page(dispute_id: UUID) -> StaffDispute:
    page = found(staff_dispute(dispute_id, on=practice_day()))
    saw(
        accounts=[page.account_id],
        patients=[page.patient_id],
        kind="bill_dispute",
        id=dispute_id,
    )
    return page


def _show(page: StaffDispute, form: AnswerForm, reason: ReasonForm) -> str:
    return show("disputed_bills/dispute.html", page=page, form=form, reason=reason)
