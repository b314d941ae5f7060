"""Answer, take over, set aside, and place a text with its account."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_threads import account_numbered
from portal.services.answer_thread import answer_thread
from portal.services.assign_thread import assign_thread
from portal.services.attach_file import FileRefused, take_file
from portal.services.tend_messages import (
    NoSuchAccount,
    place_texts,
    set_aside,
    set_stranger_aside,
    take_over,
)
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.messages.forms import AnswerForm, AssignForm, PlaceForm
from staff_admin.blueprints.messages.views import blueprint, stranger_of, thread_of
from staff_admin.blueprints.show import show

HEARS = {
    "sms": "Sent. A text tells the patient that a message waits, or an e-mail where none may leave;"
    " your words stay on our pages.",
    "email": "Sent. An e-mail tells the patient that a message waits; your words stay on our pages.",
    "none": "Kept, but nobody can sign in to this account: call the patient.",
    "again": "This answer was sent already. It stands once.",
}


@blueprint.post("/accounts/<int:account_id>/messages")
@staff("messages.answer")
def answer(account_id: int) -> ResponseReturnValue:
    """Answer; the notice that leaves holds none of it."""
    page, form = thread_of(account_id), AnswerForm()
    saw(action="send")
    if not form.validate_on_submit() or not _taken(form):
        return show("threads/thread.html", page=page, form=form)
    heard = answer_thread(
        account_id=account_id,
        text=form.text.data or "",
        form_id=form.id_of_form,
        staff=current_staff(),
        public_url=gateways().public_url,
        now=now(),
        attached=g.get("attached"),
    )
    flash(HEARS[heard], "attention" if heard == "none" else "done")
    return redirect(url_for(".thread", account_id=account_id))


def _taken(form: AnswerForm) -> bool:
    """Store the file of the form, or put what is wrong with it beside the field."""
    content, doors = form.content, gateways()
    if content is None:
        return True
    try:
        g.attached = take_file(
            content, images=doors.card_images, papers=doors.papers, store=doors.documents
        )
    except FileRefused as refused:
        form.file.errors = [str(refused)]
        return False
    return True


@blueprint.post("/accounts/<int:account_id>/messages/assign")
@staff("messages.answer")
def assign(account_id: int) -> ResponseReturnValue:
    """Give what waits to somebody, or to nobody."""
    form = AssignForm()
    saw(accounts=[account_id], kind="thread", id=account_id, action="assign")
    if form.validate_on_submit():
        to_id = form.to.data or None
        assign_thread(account_id=account_id, to_id=to_id, staff=current_staff(), now=now())
        flash("Given." if to_id else "Nobody has it now.", "done")
    return redirect(url_for(".thread", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/messages/take")
@staff("messages.answer")
def take(account_id: int) -> ResponseReturnValue:
    """Make it one's own, so that two do not answer."""
    saw(accounts=[account_id], kind="thread", id=account_id, action="assign")
    take_over(account_id=account_id, staff=current_staff())
    flash("These messages are yours now.", "done")
    return redirect(url_for(".thread", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/messages/done")
@staff("messages.answer")
def done(account_id: int) -> ResponseReturnValue:
    """Nothing to answer."""
    saw(accounts=[account_id], kind="thread", id=account_id, action="close")
    set_aside(account_id=account_id, staff=current_staff(), now=now())
    flash("Set aside. The messages stay in the thread.", "done")
    return redirect(url_for(".inbox"))


@blueprint.post("/messages/unknown/<int:message_id>/place")
@staff("messages.answer")
def place(message_id: int) -> ResponseReturnValue:
    """Put the texts into an account's thread."""
    page, form = stranger_of(message_id), PlaceForm()
    number = form.account_number.data or ""
    if not form.validate_on_submit():
        return show("threads/unknown.html", page=page, form=form)
    saw(about=account_numbered(number))
    try:
        placed = place_texts(phone=page.phone, account_number=number, staff=current_staff())
    except NoSuchAccount as refused:
        form.account_number.errors = [str(refused)]
        return show("threads/unknown.html", page=page, form=form)
    flash("The texts are in this account's thread now.", "done")
    return redirect(url_for(".thread", account_id=placed))


@blueprint.post("/messages/unknown/<int:message_id>/done")
@staff("messages.answer")
def done_unknown(message_id: int) -> ResponseReturnValue:
    """Nothing to place or answer."""
    page = stranger_of(message_id)
    saw(action="close")
    set_stranger_aside(phone=page.phone, staff=current_staff(), now=now())
    flash("Set aside.", "done")
    return redirect(url_for(".inbox", show="unknown"))
