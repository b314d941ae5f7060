"""Requests to link a record: what the person said beside what is on file, and a decision (ID-2)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from portal.queries.link_queue import LinkRequestPage, link_queue, link_request_page
from portal.services.decide_link import LinkNotDecided, link_to_account, refuse_link
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.restricted import closed_to
from staff_admin.blueprints.linking.forms import LinkForm, RefuseForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("linking", __name__, url_prefix="/link-requests")
NO = "no-"  # two forms on one page


@blueprint.get("/")
@staff("people.link")
def index() -> str:
    """Those who wait, the longest first."""
    saw(kind="link_request")
    return show("linking/index.html", rows=link_queue(now=now(), number=page_number()))


@blueprint.get("/<int:request_id>")
@staff("people.link")
def request_page(request_id: int) -> str:
    """One request beside the records that it may mean."""
    page, form = _page(request_id)
    return show("linking/request.html", page=page, form=form, refuse=RefuseForm(prefix=NO))


@blueprint.post("/<int:request_id>/link")
@staff("people.link")
def link(request_id: int) -> ResponseReturnValue:
    """Link it to one account."""
    page, form = _page(request_id)
    if form.validate_on_submit() and _linked(form, request_id):
        return redirect(url_for(".index"))
    return show(
        "linking/request.html", page=page, form=form, refuse=RefuseForm(formdata=None, prefix=NO)
    )


@blueprint.post("/<int:request_id>/refuse")
@staff("people.link")
def refuse(request_id: int) -> ResponseReturnValue:
    """Say no, or ask to come in."""
    page, form = _page(request_id)
    refusal = RefuseForm(prefix=NO)
    if refusal.validate_on_submit() and _refused(refusal, request_id):
        return redirect(url_for(".index"))
    form = LinkForm(formdata=None)
    form.offer(page.candidates, closed_to(current_staff()))
    return show("linking/request.html", page=page, form=form, refuse=refusal)


def _page(request_id: int) -> tuple[LinkRequestPage, LinkForm]:
    page, form = found(link_request_page(request_id, now=now())), LinkForm()
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="link_request", id=request_id)
    form.offer(page.candidates, closed_to(current_staff()))
    return page, form


def _linked(form: LinkForm, request_id: int) -> bool:
    """Link it, or put the refusal on the form."""
    saw(about=[form.account.data])
    try:
        link_to_account(
            request_id=request_id,
            account_id=form.account.data,
            proof=form.proof.data,
            note=form.note.data or "",
            staff=current_staff(),
            public_url=gateways().public_url,
            now=now(),
        )
    except (LinkNotDecided, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Linked. They and the address on file are told by e-mail.", "done")
    return True


def _refused(form: RefuseForm, request_id: int) -> bool:
    """Answer, or put the refusal on the form."""
    try:
        refuse_link(
            request_id=request_id,
            answer=form.answer.data,
            note=form.note.data or "",
            staff=current_staff(),
            now=now(),
        )
    except (LinkNotDecided, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Answered by e-mail. It does not say what is on file.", "done")
    return True
