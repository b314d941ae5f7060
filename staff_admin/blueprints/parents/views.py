"""Requests to see a child's account: what the parent said beside who is on file, and an answer (HIPAA-9)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from portal.queries.parent_requests import ParentRequestPage, parent_queue, parent_request_page
from portal.services.decide_parent_request import ParentNotAnswered, invite_parent, refuse_parent
from portal.services.invite_proxy import ProxyRefused
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.accounts.sharing_forms import MinorForm
from staff_admin.blueprints.parents.forms import AnswerForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("parents", __name__, url_prefix="/parent-requests")
NO = "no-"  # two forms on one page


@blueprint.get("/")
@staff("proxies.grant")
def index() -> str:
    """Those who wait, the longest first."""
    saw(kind="parent_request")
    return show("parents/index.html", rows=parent_queue(number=page_number()))


@blueprint.get("/<int:request_id>")
@staff("proxies.grant")
def request_page(request_id: int) -> str:
    """One request beside the children that it may mean."""
    page = _page(request_id)
    form = MinorForm(page.open)
    return show("parents/request.html", page=page, form=form, refuse=AnswerForm(prefix=NO))


@blueprint.post("/<int:request_id>/invite")
@staff("proxies.grant")
def invite(request_id: int) -> ResponseReturnValue:
    """Invite the parent to one child's account."""
    page = _page(request_id)
    form = MinorForm(page.open)
    if form.validate_on_submit() and _invited(form, request_id):
        return redirect(url_for(".index"))
    refuse = AnswerForm(formdata=None, prefix=NO)
    return show("parents/request.html", page=page, form=form, refuse=refuse)


@blueprint.post("/<int:request_id>/refuse")
@staff("proxies.grant")
def refuse(request_id: int) -> ResponseReturnValue:
    """Say no, or ask to come in."""
    page, refusal = _page(request_id), AnswerForm(prefix=NO)
    if refusal.validate_on_submit() and _refused(refusal, request_id):
        return redirect(url_for(".index"))
    form = MinorForm(page.open, formdata=None)
    return show("parents/request.html", page=page, form=form, refuse=refusal)


def _page(request_id: int) -> ParentRequestPage:
    page = found(parent_request_page(request_id, on=practice_day()))
    saw(
        accounts={one.account_id for one in page.children},
        patients={one.id for one in page.children},
        kind="parent_request",
        id=request_id,
    )
    return page


def _invited(form: MinorForm, request_id: int) -> bool:
    """Mail the invitation, or put the refusal on the form."""
    try:
        invite_parent(
            request_id=request_id,
            patient_id=form.patient.data,
            scopes=form.scopes,
            checked=form.checked.data or "",
            staff=current_staff(),
            public_url=gateways().public_url,
            now=now(),
        )
    except (ParentNotAnswered, ProxyRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash(
        "Invited by e-mail. Access begins when they accept, and ends on the 18th birthday.", "done"
    )
    return True


def _refused(form: AnswerForm, request_id: int) -> bool:
    """Answer, or put the refusal on the form."""
    try:
        refuse_parent(
            request_id=request_id,
            answer=form.answer.data,
            note=form.note.data or "",
            staff=current_staff(),
            now=now(),
        )
    except (ParentNotAnswered, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Answered by e-mail. It does not say if we know the child.", "done")
    return True
