"""Staff enter what a patient said on the phone, or turn a message into a dispute (DISP-1)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.dispute_entry import DisputeEntry, dispute_entry
from portal.services.enter_dispute import Entered, enter_dispute
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.bill_disputes.forms import EnterForm
from staff_admin.blueprints.bill_disputes.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/new/<int:account_id>", methods=["GET", "POST"])
@staff("messages.answer")
def new(account_id: int) -> ResponseReturnValue:
    """Which bill, what is wrong, and what they said."""
    message, note = (request.args.get(name, type=int) for name in ("message", "note"))
    page = found(dispute_entry(account_id, message, note))
    saw(accounts=[account_id], patients=page.patient_ids, kind="account", id=account_id)
    form = EnterForm()
    form.offer(page.visits)
    if page.said and not form.is_submitted():
        form.words.data = page.said
    if not form.validate_on_submit():
        return show("disputed_bills/new.html", page=page, form=form)
    _enter(page, form)
    flash("It is on hold from this moment. The patient is told.", "done")
    return redirect(url_for("messages.thread", account_id=account_id))


def _enter(page: DisputeEntry, form: EnterForm) -> None:
    entered = Entered(
        account_id=page.account_id,
        visit_id=form.visit.data,
        kind=form.chosen_kind,
        words=form.words.data or "",
        message_id=page.message_id,
    )
    saw(kind="bill_dispute", id=form.form_id.data, action="create")
    enter_dispute(
        entered=entered,
        form_id=form.id_of_form,
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
