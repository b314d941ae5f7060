"""Papers of an application: photographed or chosen, shown to whoever sent them alone (FA-7, HIPAA-18)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.assistance_steps import Step
from portal.blueprints.help_paying.addresses import OwnAddresses
from portal.blueprints.help_paying.forms import PaperForm
from portal.blueprints.help_paying.steps import show
from portal.blueprints.help_paying.views import blueprint, open_draft, seen_status, show_own_status
from portal.queries.own_assistance import own_paper
from portal.queries.viewer import OWN_ONLY
from portal.services.own_application import AlreadySent, CannotApply
from portal.services.send_paper import send_paper, take_back_paper
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

NOTHING = "Take a photo first, or choose a file."


@blueprint.route("/<uuid:application_id>/papers", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def papers(application_id: UUID) -> ResponseReturnValue:
    """What shows the income; nobody has to have it at hand."""
    draft, form = open_draft(application_id), PaperForm()
    if form.validate_on_submit() and _kept(application_id, form):
        return redirect(url_for(".papers", application_id=application_id))
    return show(Step.PAPERS, draft, OwnAddresses(application_id), form=form)


@blueprint.post("/<uuid:application_id>/send-paper")
@patient(scope=OWN_ONLY)
def send_more(application_id: UUID) -> ResponseReturnValue:
    """A paper for one that the office has already."""
    page, form = seen_status(application_id), PaperForm()
    if form.validate_on_submit() and _kept(application_id, form):
        flash("We have your paper. Thank you.", "done")
        return redirect(url_for(".status", application_id=application_id))
    return show_own_status(page, form)


@blueprint.get("/<uuid:application_id>/papers/<uuid:document_id>.pdf")
@patient(scope=OWN_ONLY)
def paper(application_id: UUID, document_id: UUID) -> Response:
    """One of them, as we made it harmless."""
    found = own_paper(current_patient(), application_id, document_id)
    if found is None:
        abort(404)
    saw(accounts=[found[1]], kind="assistance_application", id=application_id)
    headers = {"Content-Disposition": 'inline; filename="paper.pdf"'}
    content = gateways().documents.get(found[0])
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.post("/<uuid:application_id>/papers/<uuid:document_id>/remove")
@patient(scope=OWN_ONLY)
def without_paper(application_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """It was the wrong one: deleted."""
    open_draft(application_id)
    take_back_paper(
        viewer=current_patient(),
        application_id=application_id,
        document_id=document_id,
        documents=gateways().documents,
        now=now(),
    )
    return redirect(url_for(".papers", application_id=application_id))


def _kept(application_id: UUID, form: PaperForm) -> bool:
    send = partial(send_paper, viewer=current_patient(), application_id=application_id)
    return kept_paper(form, send, url_for("help_paying.status", application_id=application_id))


def kept_paper(form: PaperForm, send: Callable[..., bool], status: str) -> bool:
    """Why a paper was not taken stands at its field; `status`: the page of one that takes none any more."""
    content = form.content
    if content is None:
        form.photo.errors = [NOTHING]
        return False
    try:
        send(
            kind=form.proof,
            content=content,
            desk=gateways(),
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except AlreadySent as refused:  # the page has no form any more
        flash(str(refused), "attention")
        abort(redirect(status))
    except CannotApply as refused:
        form.photo.errors = [str(refused)]
        return False
    return True
