"""The thread with the office, and a question about anything or about one bill."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.messages.forms import AskForm
from portal.queries.bill import BillPage, bill_page
from portal.queries.patient_thread import patient_thread
from portal.services.ask_office import ask_office
from portal.services.see_answers import see_answers
from portal.web.access import current_patient, patient, saw
from portal.web.clock import now
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
    if form.validate_on_submit():
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
    if form.validate_on_submit():
        return _send(form, bill.account_id, visit_id)
    return render_template("messages/ask.html", bill=bill, form=form)


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
    )
    saw(accounts=[asked.account_id] if asked.account_id else (), action="create")
    if asked.emergency:
        flash(CALL_911, "error")
    hours = current_practice().phone_hours
    when = f"We answer in our office hours: {hours}." if hours else "We answer on workdays."
    flash(f"{GOT_IT} {when} {WILL_TELL}", "done")
    return redirect(url_for(".thread"))
