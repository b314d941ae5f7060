"""Coverages that people sent, the oldest first, and the decision on one."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.card_pictures import card_picture
from portal.queries.staff_insurance import waiting_list
from portal.queries.staff_search import search
from portal.queries.staff_submission import StaffSubmission, staff_submission
from portal.services.decide_submission import (
    accept_end,
    accept_submission,
    send_back_submission,
)
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.insurance.forms import AcceptForm, FindForm, SendBackForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("insurance", __name__, url_prefix="/insurance")


@blueprint.get("/")
@staff("insurance.view")
def index() -> str:
    """What waits."""
    page = waiting_list(now=now(), number=page_number())
    saw(
        accounts=[row.account_id for row in page.rows if row.account_id],
        patients=[row.patient_id for row in page.rows if row.patient_id],
        kind="insurance_submissions",
    )
    return show("coverages/index.html", page=page)


@blueprint.get("/<int:submission_id>")
@staff("insurance.view")
def submission(submission_id: int) -> str:
    """One, beside what is on file and the card."""
    page = _page(submission_id)
    form = AcceptForm()
    form.offer(page, practice_day())
    return _show(page, form, SendBackForm())


@blueprint.get("/<int:submission_id>/picture/<side>")
@staff("insurance.view")
def picture(submission_id: int, side: str) -> Response:
    """One side of the card (HIPAA-18)."""
    one = found(card_picture(current_staff(), submission_id, side))
    saw(
        accounts=[one.account_id] if one.account_id else (),
        patients=[one.patient_id] if one.patient_id else (),
        kind="card_picture",
    )
    content = gateways().documents.get(one.stored_as)
    headers = {"Content-Disposition": f'inline; filename="card-{side}.jpg"'}
    return Response(content, mimetype="image/jpeg", headers=headers)


@blueprint.post("/<int:submission_id>/find")
@staff("insurance.edit")
def find(submission_id: int) -> str:
    """Look for the patient of an unlinked sender; by POST, so that no name stands in an address (HIPAA-18)."""
    asked = FindForm()
    result = search(current_staff(), asked.term.data or "") if asked.validate_on_submit() else None
    page = _page(submission_id, result.patient_ids if result else ())
    if result is not None:
        saw(kind="search", id=result.logged_term, action="search")
    form = AcceptForm(formdata=None)
    form.offer(page, practice_day())
    return _show(page, form, SendBackForm(formdata=None), asked)


@blueprint.post("/<int:submission_id>/accept")
@staff("insurance.edit")
def accept(submission_id: int) -> ResponseReturnValue:
    """Put it on file, as sent or as corrected."""
    form = AcceptForm()
    page = _page(submission_id, chosen_id=form.patient.data)
    form.offer(page, practice_day(), fresh=False)
    if not form.validate_on_submit() or not form.sure(page):
        return _show(page, form, SendBackForm())
    accept_submission(
        submission_id=submission_id,
        whose=form.whose,
        verified=form.verified,
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
    flash("On file. The person is told that an answer waits.", "done")
    return redirect(url_for(".index"))


@blueprint.post("/<int:submission_id>/accept-end")
@staff("insurance.edit")
def end(submission_id: int) -> ResponseReturnValue:
    """End the plan on the day that the person told."""
    _page(submission_id)
    accept_end(
        submission_id=submission_id,
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
    flash("The plan is ended. The person is told that an answer waits.", "done")
    return redirect(url_for(".index"))


@blueprint.post("/<int:submission_id>/send-back")
@staff("insurance.edit")
def send_back(submission_id: int) -> ResponseReturnValue:
    """The person reads why, and mends it."""
    page, reason = _page(submission_id), SendBackForm()
    if not reason.validate_on_submit():
        form = AcceptForm(formdata=None)
        form.offer(page, practice_day())
        return _show(page, form, reason)
    send_back_submission(
        submission_id=submission_id,
        reason=reason.reason.data or "",
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
    flash("Sent back. The person reads your reason after signing in.", "done")
    return redirect(url_for(".index"))


def _page(
    submission_id: int, also: Collection[int] = (), chosen_id: int | None = None
) -> StaffSubmission:
    """`also`: whom a search found; `chosen_id`: the patient of many that the act is about."""
    also = [chosen_id] if chosen_id else also
    page = found(staff_submission(submission_id, on=practice_day(), also=also))
    saw(
        accounts=page.account_ids,
        patients=page.patient_ids,
        kind="insurance_submission",
        about={one.account_id for one in page.people if one.patient_id == chosen_id},
        id=submission_id,
    )
    return page


def _show(
    page: StaffSubmission, form: AcceptForm, reason: SendBackForm, asked: FindForm | None = None
) -> str:
    asked = asked or FindForm(formdata=None)
    return show("coverages/submission.html", page=page, form=form, reason=reason, asked=asked)
