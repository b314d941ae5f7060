"""Payments that a bank took back: answer it with evidence, and decide what follows when it is lost."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.disputes import DisputePage, dispute_list, dispute_page
from portal.queries.evidence_page import EvidencePage, evidence_page, sent_document
from portal.services.decide_dispute import decide_dispute
from portal.services.submit_evidence import Answer, submit_evidence
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.disputes.forms import DisputeForm, EvidenceForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("disputes", __name__, url_prefix="/disputes")


@blueprint.get("/")
@staff("payments.view")
def index() -> str:
    """Every dispute; those that wait for a person first."""
    rows = dispute_list()
    saw(accounts=sorted({row.account_id for row in rows}), kind="disputes")
    return show("disputes/index.html", rows=rows)


@blueprint.get("/<int:dispute_id>")
@staff("payments.view")
def dispute(dispute_id: int) -> str:
    """One dispute, and what may be decided about it."""
    return _show(_page(dispute_id), DisputeForm())


@blueprint.post("/<int:dispute_id>")
@staff("ledger.adjust")
def decide(dispute_id: int) -> ResponseReturnValue:
    """Show once more what the decision changes; then, when sure, post it."""
    page, form = _page(dispute_id), DisputeForm()
    if not form.validate_on_submit():
        return _show(page, form)
    if not form.sure.data:
        return show("disputes/check.html", page=page, form=form)
    reason, who = form.reason.data or "", current_staff()
    decide_dispute(dispute_id=dispute_id, decision=form.chosen, reason=reason, staff=who, now=now())
    flash("Decided. The ledger and the patient’s bills show it now.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.route("/<int:dispute_id>/answer", methods=["GET", "POST"])
@staff("disputes.answer")
def answer(dispute_id: int) -> str:
    """What our record has, each part on or off; then the very words that would leave."""
    form = EvidenceForm()
    if form.validate_on_submit():
        page = _evidence(dispute_id, form)
        return show("disputes/answer_check.html", page=page, form=form)
    return show("disputes/answer.html", page=_evidence(dispute_id, form), form=form)


@blueprint.post("/<int:dispute_id>/answer/send")
@staff("disputes.answer")
def send(dispute_id: int) -> ResponseReturnValue:
    """Send to the bank what was looked at."""
    form = EvidenceForm()
    page = _evidence(dispute_id, form)
    if not form.validate_on_submit():
        return show("disputes/answer.html", page=page, form=form)
    sent = submit_evidence(
        _answer(dispute_id, form), staff=current_staff(), doors=gateways(), now=now()
    )
    flash("Sent. The bank decides now." if sent else "It was sent before and stands once.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


@blueprint.get("/<int:dispute_id>/answers/<uuid:evidence_id>.pdf")
@staff("payments.view")
def document(dispute_id: int, evidence_id: UUID) -> Response:
    """The document as it was sent, byte for byte."""
    account_id, pdf = found(sent_document(evidence_id, store=gateways().documents))
    saw(accounts=[account_id], kind="dispute_evidence", id=evidence_id, action="export")
    headers = {"Content-Disposition": f'attachment; filename="evidence-{dispute_id}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _answer(dispute_id: int, form: EvidenceForm) -> Answer:
    return Answer(
        evidence_id=form.id_of_form,
        dispute_id=dispute_id,
        parts=form.chosen,
        seen=form.seen.data or "",
    )


def _evidence(dispute_id: int, form: EvidenceForm) -> EvidencePage:
    page = found(evidence_page(dispute_id, parts=form.chosen, now=now()))
    saw(accounts=[page.account_id], kind="dispute_evidence", id=dispute_id)
    return page


def _show(page: DisputePage, form: DisputeForm) -> str:
    evidence = found(evidence_page(page.row.id, now=now()))
    return show("disputes/dispute.html", page=page, form=form, evidence=evidence)


def _page(dispute_id: int) -> DisputePage:
    page = found(dispute_page(dispute_id, on=practice_day()))
    saw(accounts=[page.row.account_id], kind="disputes", id=dispute_id)
    return page
