"""The thread with the office, and a question about anything or about one bill."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.messages.forms import AskForm
from portal.queries.bill import BillPage, bill_page
from portal.queries.patient_thread import own_file, patient_thread
from portal.services.ask_office import ask_office
from portal.services.attach_file import FileRefused, take_file
from portal.services.see_answers import see_answers
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.files import handed_out
from portal.web.practice_day import practice_day
from portal.web.theme import count_anew, current_practice

CALL_911 = "If this is an emergency, call 911 now. For thoughts of suicide, call or text 988. We do not read messages at all hours."

GOT_IT = "We got your message."
WILL_TELL = "We will let you know when the answer is here."

blueprint = Blueprint("messages", __name__)


@blueprint.route("/messages", methods=["GET", "POST"])
@patient(scope=ProxyScope.FULL)
def thread() -> ResponseReturnValue:
    """Everything said so far, the newest last, and a box to write in."""
    page, form = patient_thread(current_patient()), AskForm()
    form.offer(page.accounts)
    saw(kind="thread")
    if form.validate_on_submit() and _taken(form):
        return _send(form, form.account_id, None)
    see_answers(viewer=current_patient(), now=now())
    count_anew()
    return render_template("messages/thread.html", page=page, form=form)


@blueprint.route("/bills/<int:visit_id>/ask", methods=["GET", "POST"])
@patient(scope=ProxyScope.FULL)
def ask(visit_id: int) -> ResponseReturnValue:
    """A question about one bill, which goes with it to whoever answers."""
    bill, form = _bill(visit_id), AskForm()
    form.offer([(bill.account_id, "")])
    saw(accounts=[bill.account_id], patients=[bill.patient_id], kind="thread", id=visit_id)
    form.account.data = bill.account_id
    form.offer_lines([(line.charge_id, line.service) for line in bill.section.lines])
    if form.validate_on_submit() and _taken(form):
        return _send(form, bill.account_id, visit_id)
    return render_template("messages/ask.html", bill=bill, form=form)


@blueprint.get("/messages/files/<uuid:file_id>")
@patient(scope=ProxyScope.FULL)
def file(file_id: UUID) -> Response:
    """A file of one's own thread (HIPAA-18)."""
    kept = own_file(current_patient(), file_id)
    if kept is None:
        abort(404)
    media_type, stored_as, account_id = kept
    saw(accounts=[account_id] if account_id else (), kind="message_file", id=file_id)
    return handed_out(gateways().documents.get(stored_as), media_type)


def _taken(form: AskForm) -> bool:
    """Store the file of the form, or put what is wrong with it beside the field."""
    content = form.content
    if content is None:
        return True
    doors = gateways()
    try:
        g.attached = take_file(
            content, images=doors.card_images, papers=doors.papers, store=doors.documents
        )
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return False
    return True


def _bill(visit_id: int) -> BillPage:
    page = bill_page(current_patient(), visit_id, on=practice_day())
    if page is None:
        abort(404)
    return page


def _send(form: AskForm, account_id: int | None, visit_id: int | None) -> ResponseReturnValue:
    asked = ask_office(
        viewer=current_patient(),
        account_id=account_id,
        visit_id=visit_id,
        text=form.text.data or "",
        form_id=form.id_of_form,
        now=now(),
        charge_id=form.charge_id if visit_id else None,
        attached=g.get("attached"),
    )
    saw(accounts=[asked.account_id] if asked.account_id else (), action="create")
    if asked.emergency:
        flash(CALL_911, "error")
    hours = current_practice().phone_hours
    when = f"We answer in our office hours: {hours}." if hours else "We answer on workdays."
    flash(f"{GOT_IT} {when} {WILL_TELL}", "done")
    return redirect(url_for(".thread"))
