"""Appeals of a denial: its papers, the packet, when it left, and what the payer answered."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request
from flask.typing import ResponseReturnValue

from portal.queries.appeal_draft import AppealDraft, appeal_draft, appeal_packet
from portal.queries.denial_page import DenialPage
from portal.services.add_appeal_document import add_appeal_document
from portal.services.build_appeal import Packet, build_appeal
from portal.services.send_appeal import answer_appeal, send_appeal
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.denials.forms import AnswerForm, AppealForm, DocumentForm, SendForm
from staff_admin.blueprints.denials.views import back_to, blueprint, denial_of, show_denial
from staff_admin.blueprints.show import found, show


@blueprint.post("/<int:denial_id>/documents")
@staff("denials.work")
def document(denial_id: int) -> ResponseReturnValue:
    """Keep a paper for the packets of this claim."""
    page, form = _seen(denial_id), DocumentForm(prefix="paper")
    if not form.validate_on_submit():
        return show_denial(page, document_form=form)
    added = add_appeal_document(
        denial_id=denial_id,
        title=form.title.data or "",
        content=form.file.data.read(),
        papers=gateways().papers,
        store=gateways().documents,
        staff=current_staff(),
        now=now(),
    )
    flash("Kept." if added else "This very paper is here already.", "done")
    return back_to(denial_id)


@blueprint.route("/<int:denial_id>/appeal", methods=["GET", "POST"])
@staff("denials.work")
def appeal(denial_id: int) -> ResponseReturnValue:
    """The letter with its fields filled, to read, change and build into a packet."""
    page, form = _seen(denial_id), AppealForm(prefix="appeal")
    draft = found(appeal_draft(denial_id, key=_template(form), on=practice_day()))
    _offer(form, page)
    if form.validate_on_submit():
        _build(denial_id, form)
        return back_to(denial_id)
    if not form.is_submitted():
        form.letter.data, form.template.data = draft.text, draft.letter.key
        form.papers.data = [one.id for one in page.documents]
    return _shown(page, draft, form)


@blueprint.get("/<int:denial_id>/appeals/<uuid:appeal_id>.pdf")
@staff("denials.view")
def packet(denial_id: int, appeal_id: UUID) -> Response:
    """The packet as it was built, byte for byte."""
    page = _seen(denial_id)
    pdf = found(appeal_packet(denial_id, appeal_id, store=gateways().documents))
    row = page.row
    saw(
        accounts=[row.account_id],
        patients=[row.patient_id],
        kind="appeal",
        id=appeal_id,
        action="export",
    )
    headers = {"Content-Disposition": f'inline; filename="appeal-{denial_id}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


@blueprint.post("/<int:denial_id>/appeals/<uuid:appeal_id>/send")
@staff("denials.work")
def send(denial_id: int, appeal_id: UUID) -> ResponseReturnValue:
    """It left."""
    page, form = _seen(denial_id), SendForm(prefix="send")
    if not form.validate_on_submit():
        return show_denial(page, send_forms={appeal_id: form})
    send_appeal(
        appeal_id=_of(page, appeal_id),
        version=form.seen,
        sent_on=found(form.sent_on.data),
        method=form.method.data,
        reference=form.reference.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Written down: it is with the payer.", "done")
    return back_to(denial_id)


@blueprint.post("/<int:denial_id>/appeals/<uuid:appeal_id>/answer")
@staff("denials.work")
def answer(denial_id: int, appeal_id: UUID) -> ResponseReturnValue:
    """The payer answered."""
    page, form = _seen(denial_id), AnswerForm(prefix="answer")
    if not form.validate_on_submit():
        return show_denial(page, answer_form=form)
    answer_appeal(
        appeal_id=_of(page, appeal_id),
        version=form.seen,
        decision=form.decision.data,
        decided_on=found(form.decided_on.data),
        note=form.note.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Written down. The money counts as recovered when it posts.", "done")
    return back_to(denial_id)


def _of(page: DenialPage, appeal_id: UUID) -> UUID:
    """The appeal, if it is of this denial."""
    return found(next((one.id for one in page.appeals if one.id == appeal_id), None))


def _template(form: AppealForm) -> str:
    chosen = form.template.data if form.is_submitted() else request.args.get("letter", "")
    return (chosen or "")[:40]


def _offer(form: AppealForm, page: DenialPage) -> None:
    form.others.choices = [
        (row.id, f"{row.code}, {row.category_words}, {row.amount}")
        for row in page.siblings
        if row.state.value in {"open", "working", "lost"}
    ]
    form.papers.choices = [
        (one.id, f"{one.title} ({one.pages} page{'' if one.pages == 1 else 's'})")
        for one in page.documents
    ]


def _shown(page: DenialPage, draft: AppealDraft, form: AppealForm) -> str:
    return show("denials/appeal.html", page=page, draft=draft, form=form)


def _build(denial_id: int, form: AppealForm) -> None:
    built = build_appeal(
        Packet(
            appeal_id=form.id_of_form,
            denial_ids=[denial_id, *(form.others.data or [])],
            template_key=form.template.data or "general",
            letter=form.letter.data or "",
            document_ids=form.papers.data or [],
        ),
        staff=current_staff(),
        doors=gateways(),
        on=practice_day(),
        now=now(),
    )
    flash("The packet is built. Read it, send it, then say how." if built else "Built.", "done")


def _seen(denial_id: int) -> DenialPage:
    page = denial_of(denial_id)
    row = page.row
    saw(accounts=[row.account_id], patients=[row.patient_id], kind="denial", id=denial_id)
    return page
