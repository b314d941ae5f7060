"""Follow a dispute: its days and steps, evidence, taking it back, and a reply to our answer."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.bill_disputes.forms import EvidenceForm, ReplyForm
from portal.blueprints.bill_disputes.views import blueprint
from portal.card_ports import UnusableImage
from portal.queries.card_words import refusal_words
from portal.queries.own_disputes import OwnDispute, dispute_picture, own_dispute
from portal.services.own_dispute import add_evidence, reply_to_answer, withdraw_dispute
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

NOTHING = "Take a photo first, or choose a file."


@blueprint.get("/disputes/<uuid:dispute_id>")
@patient(scope=ProxyScope.FULL)
def dispute(dispute_id: UUID) -> str:
    """What happens next, and by when."""
    page = _page(dispute_id)
    return _show(page, EvidenceForm(), ReplyForm())


@blueprint.post("/disputes/<uuid:dispute_id>/evidence")
@patient(scope=ProxyScope.FULL)
def evidence(dispute_id: UUID) -> ResponseReturnValue:
    """Keep one picture; what is wrong with it stands on the form."""
    page, form = _page(dispute_id), EvidenceForm()
    if not form.validate_on_submit() or not _kept(form, dispute_id):
        return _show(page, form, ReplyForm(formdata=None))
    flash("We got your picture.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.get("/disputes/<uuid:dispute_id>/evidence/<int:document_id>")
@patient(scope=ProxyScope.FULL)
def picture(dispute_id: UUID, document_id: int) -> Response:
    """One's own picture (HIPAA-18)."""
    _page(dispute_id)
    stored_as = dispute_picture(dispute_id, document_id)
    if stored_as is None:
        abort(404)
    return Response(
        gateways().documents.get(stored_as),
        mimetype="image/jpeg",
        headers={"Content-Disposition": 'inline; filename="evidence.jpg"'},
    )


@blueprint.post("/disputes/<uuid:dispute_id>/withdraw")
@patient(scope=ProxyScope.FULL)
def withdraw(dispute_id: UUID) -> ResponseReturnValue:
    """Nothing waits any more; the bill is due as it was."""
    _page(dispute_id)
    withdraw_dispute(viewer=current_patient(), dispute_id=dispute_id, now=now())
    flash("You took it back. The bill is as it was before.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.post("/disputes/<uuid:dispute_id>/reply")
@patient(scope=ProxyScope.FULL)
def reply(dispute_id: UUID) -> ResponseReturnValue:
    """Once, to another person."""
    page, form = _page(dispute_id), ReplyForm()
    if not form.validate_on_submit():
        return _show(page, EvidenceForm(formdata=None), form)
    reply_to_answer(
        viewer=current_patient(), dispute_id=dispute_id, text=form.text.data or "", now=now()
    )
    flash("We got your reply. Another person looks at it now.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


def _page(dispute_id: UUID) -> OwnDispute:
    page = own_dispute(current_patient(), dispute_id, on=practice_day())
    if page is None:
        abort(404)
    saw(
        accounts=[page.account_id],
        patients=[page.patient_id],
        kind="bill_dispute",
        id=dispute_id,
    )
    return page


def _show(page: OwnDispute, form: EvidenceForm, reply: ReplyForm) -> str:
    return render_template("bill_disputes/dispute.html", page=page, form=form, reply=reply)


def _kept(form: EvidenceForm, dispute_id: UUID) -> bool:
    content, doors = form.content, gateways()
    if content is None:
        form.photo.errors = [NOTHING]
        return False
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
        form.photo.errors = [refusal_words(refused.fault)]
    return not form.photo.errors
